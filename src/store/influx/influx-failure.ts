// What went wrong with the hub, classified once for everybody. A message never holds the token, nor the address.
import { Fault } from '#domain/fault.ts';

/**
 * unreachable: no connection, or it broke before or in the middle of an answer; timeout: given up, by whoever asked or by the deadline;
 * unauthorized: 401 or 403; missing: 404, a bucket or organisation is not there; overloaded: 429, 5xx or a full query queue; refused: the hub
 * understood and said no (a broken query); broken: the answer is not what an InfluxDB 2 says.
 */
export type InfluxFailureKind =
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'missing'
  | 'overloaded'
  | 'refused'
  | 'broken';

/** A question to the hub that got no usable answer. */
export class InfluxFailure extends Fault {
  readonly kind: InfluxFailureKind;
  /** The HTTP status; null when there was no answer, or the failure came after its head. */
  readonly status: number | null;

  constructor(kind: InfluxFailureKind, message: string, status: number | null = null) {
    super('HUB_UNAVAILABLE', message);
    this.name = 'InfluxFailure';
    this.kind = kind;
    this.status = status;
  }
}

/** InfluxDB says with 400 what is really too much at once: those are tried again, a broken query is not. */
const OVERLOAD =
  /queue length exceeded|memory allocation limit|memory limit|too many (?:concurrent )?quer|context deadline/i;

/** What an HTTP status of a query with the hub's `words` means. */
export function failureOfStatus(status: number, words: string): InfluxFailure {
  const said = words === '' ? `HTTP ${status}` : `HTTP ${status}: ${words}`;
  if (status === 401 || status === 403)
    return new InfluxFailure('unauthorized', `the hub does not allow it (${said})`, status);
  if (status === 404) return new InfluxFailure('missing', `the hub does not have it (${said})`, status);
  if (status === 429 || status >= 500 || (status === 400 && OVERLOAD.test(words)))
    return new InfluxFailure('overloaded', `the hub cannot now (${said})`, status);
  if (status === 400 || status === 413 || status === 422)
    return new InfluxFailure('refused', `the hub refuses it (${said})`, status);
  return new InfluxFailure('broken', `not an InfluxDB's answer (${said})`, status);
}

/** What a Flux error that arrived inside an answer means. */
export function failureOfFluxError(words: string): InfluxFailure {
  if (OVERLOAD.test(words))
    return new InfluxFailure('overloaded', `the hub gave up in the middle of its answer: ${words}`);
  return new InfluxFailure('refused', `the hub failed in the middle of its answer: ${words}`);
}
