// What can go wrong between a program and its gateway, as one error with a code: the gateway's own, or one that says where the way broke.

/** One error of a GraphQL answer. */
export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** An answer that is no answer. Its message never holds the key. */
export class ParamgateError extends Error {
  override readonly name = 'ParamgateError';
  /** The gateway's code (`BAD_USER_INPUT`, `UNAUTHENTICATED`, ...), or UNREACHABLE (no answer), TIMEOUT (none in time), BAD_ANSWER (not GraphQL's). */
  readonly code: string;
  /** The argument at fault, as the gateway names it: `requests[17].leverage`. */
  readonly field: string | undefined;
  /** What would have been allowed there. */
  readonly allowed: string | undefined;
  /** HTTP's status; undefined without an answer. */
  readonly status: number | undefined;
  /** All errors of the answer, in its order. */
  readonly errors: readonly AnswerError[];

  constructor(
    message: string,
    told: {
      readonly code: string;
      readonly status?: number | undefined;
      readonly errors?: readonly AnswerError[] | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: told.cause });
    this.code = told.code;
    this.status = told.status;
    this.errors = told.errors ?? [];
    this.field = textOf(this.errors[0], 'field');
    this.allowed = textOf(this.errors[0], 'allowed');
  }
}

/** The errors of an answer as one: the first one's words and code. */
export function errorOf(errors: readonly AnswerError[], status?: number): ParamgateError {
  const [first] = errors;
  const code = textOf(first, 'code') ?? 'BAD_ANSWER';
  return new ParamgateError(first?.message ?? 'the gateway answered without data', { code, status, errors });
}

function textOf(error: AnswerError | undefined, name: string): string | undefined {
  const value = error?.extensions?.[name];
  return typeof value === 'string' ? value : undefined;
}
