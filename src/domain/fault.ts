// What went wrong, in words for the person who reads them. One class, few codes; GraphQL, REST and exit codes each map them in one place.

/** The closed list of codes a caller may meet; most are also GraphQL's `extensions.code`. */
export type FaultCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'HUB_UNAVAILABLE'
  | 'JOURNAL_UNAVAILABLE'
  | 'INTAKE_OFF'
  | 'LIMIT_EXCEEDED'
  | 'NOT_FOUND'
  | 'UNUSABLE_INPUT';

/** Details of a fault: the path of the wrong field (`requests[17].leverage`), what is allowed there, and what caused it. */
export interface FaultDetails {
  readonly field?: string;
  readonly allowed?: string;
  readonly cause?: unknown;
}

/**
 * An expected failure whose message may be shown to the caller as it is: it says what was wrong, where, and what is allowed,
 * and holds no secret. Anything thrown that is not a Fault is a broken invariant and is masked at the border.
 * `UNUSABLE_INPUT` is a file or data set that cannot be used (exit code 1); `BAD_USER_INPUT` a value that can never be right (exit code 2).
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly field: string | undefined;
  readonly allowed: string | undefined;

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Fault';
    this.code = code;
    this.field = details.field;
    this.allowed = details.allowed;
  }
}

/** A BAD_USER_INPUT fault at `field`; the message says what was found, `allowed` what may stand there. */
export function badInput(field: string, found: string, allowed: string): Fault {
  return new Fault('BAD_USER_INPUT', `${field}: ${found}; allowed: ${allowed}`, { field, allowed });
}
