// Where the gateway is and how it is asked: one POST per question, with a deadline, tried again where trying again is safe.
import pRetry from 'p-retry';
import { type AnswerError, errorOf, ParamgateError } from './client-error.ts';

/** What carries requests: any platform's `fetch`. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body: string;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number; text(): Promise<string> }>;

/** What every question of a client shares. */
export interface Front {
  /** Of `/graphql`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** Attempts after the first one. */
  readonly retries: number;
}

/** One question. */
export interface Question {
  readonly query: string;
  readonly variables: unknown;
  /** Whether asking twice does no harm. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A GraphQL answer: data, errors, or both. */
export interface Answer {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
}

/** What passes: a gateway that starts anew, a proxy without one, too many at once. */
const PASSING = new Set([429, 502, 503, 504]);
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/**
 * Asks until there is an answer, at most `retries` times more and only what is repeatable. Rejects with a ParamgateError: UNREACHABLE, TIMEOUT,
 * BAD_ANSWER, or the gateway's own code when it refused the whole question; with the signal's reason when it aborts.
 */
export async function ask(front: Front, question: Question): Promise<Answer> {
  const { signal } = question;
  return pRetry(() => attempt(front, question), {
    retries: question.repeatable ? front.retries : 0,
    minTimeout: FIRST_WAIT_MS,
    maxTimeout: LONGEST_WAIT_MS,
    randomize: true,
    ...(signal === undefined ? {} : { signal }),
    shouldRetry: ({ error }) => error instanceof ParamgateError && mayPass(error),
  });
}

/** Whether the same question may be answered a moment later. */
export function mayPass({ code, status }: ParamgateError): boolean {
  return code === 'UNREACHABLE' || code === 'TIMEOUT' || (status !== undefined && PASSING.has(status));
}

async function attempt(front: Front, { query, variables, signal }: Question): Promise<Answer> {
  const deadline = AbortSignal.timeout(front.timeoutMs);
  const within = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    const response = await front.fetch(front.url, {
      method: 'POST',
      headers: { ...front.headers, accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query, variables }),
      signal: within,
    });
    return answerIn(await response.text(), response.status);
  } catch (error) {
    if (error instanceof ParamgateError) throw error;
    signal?.throwIfAborted();
    if (deadline.aborted)
      throw new ParamgateError(`no answer from ${front.url} within ${front.timeoutMs} ms`, { code: 'TIMEOUT' });
    throw new ParamgateError(`${front.url} cannot be reached: ${reasonOf(error)}`, {
      code: 'UNREACHABLE',
      cause: error,
    });
  }
}

function answerIn(text: string, status: number): Answer {
  const parsed = parsedJson(text);
  const errors = isRecord(parsed) && Array.isArray(parsed.errors) ? parsed.errors.filter(isAnswerError) : [];
  const data = isRecord(parsed) ? (parsed.data ?? null) : null;
  if (data === null && errors.length > 0) throw errorOf(errors, status);
  if (status < 200 || status >= 300 || data === null) {
    throw new ParamgateError(`HTTP ${status} without a GraphQL answer: is this the address of a Paramgate gateway?`, {
      code: 'BAD_ANSWER',
      status,
    });
  }
  return { data, errors };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isAnswerError(value: unknown): value is AnswerError {
  return isRecord(value) && typeof value.message === 'string';
}

/** Why a request failed, in the words of what lies beneath: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
