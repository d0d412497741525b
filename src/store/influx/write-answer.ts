// What the hub's answer to a write means, by its status alone; the words are kept for people and for finding the bad line.

/**
 * written: everything is in the hub; badLines: some line cannot be parsed and nothing was written; partial: points of a wrong type or outside the
 * retention were dropped, the others were written; tooBig: send less at once; denied: the token may not; missing: the bucket or the organisation is not
 * there; later: try again, not before `retryAfterMs` when the hub names a time.
 */
export type WriteAnswer =
  | { readonly kind: 'written' }
  | {
      readonly kind: 'badLines' | 'partial' | 'tooBig' | 'denied' | 'missing';
      readonly status: number;
      readonly message: string;
    }
  | { readonly kind: 'later'; readonly status: number; readonly message: string; readonly retryAfterMs: number | null };

const KINDS: Readonly<Record<number, Exclude<WriteAnswer['kind'], 'written' | 'later'>>> = {
  400: 'badLines',
  401: 'denied',
  403: 'denied',
  404: 'missing',
  413: 'tooBig',
  422: 'partial',
};

/** The meaning of `status`; `retryAfter` is the header's text: whole seconds. Anything but 204 that is not known means that nothing is known to be written. */
export function writeAnswerOf(status: number, message: string, retryAfter: string | undefined): WriteAnswer {
  if (status === 204) return { kind: 'written' };
  const kind = KINDS[status];
  if (kind !== undefined) return { kind, status, message };
  const seconds = /^\s*(\d{1,9})\s*$/.exec(retryAfter ?? '')?.[1];
  return { kind: 'later', status, message, retryAfterMs: seconds === undefined ? null : Number(seconds) * 1_000 };
}
