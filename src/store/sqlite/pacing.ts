// When a writer waits a little for company before it commits. Waiting pays when others come meanwhile (one sync to disk for many);
// a caller who writes one after the other is not kept waiting.

/**
 * The least time between two groups while waiting pays, ms. Longer saves syncs nobody misses and costs callers who all wait for the same commit, while
 * nothing else is left to do: with 4 ms a third of the signals per second (bench ingest).
 */
const GATHER_MS = 2;
/** Groups committed without waiting after a wait that nobody used. */
const IMPATIENT_GROUPS = 32;

/** Decides before each group how long to wait; told after each what it held. */
export class Pacing {
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #impatient = 0;
  #waited = false;

  /** How long to wait before taking the next group, ms. `queued` operations are there already. */
  waitMs(nowMs: number, queued: number): number {
    const left = this.#lastEndMs + GATHER_MS - nowMs;
    this.#waited = left > 0 && (this.#impatient === 0 || queued > 1);
    return this.#waited ? left : 0;
  }

  /** A group of `size` operations was committed; it began with `queued` of them. */
  committed(nowMs: number, size: number, queued: number): void {
    this.#lastEndMs = nowMs;
    if (this.#waited) this.#impatient = size > queued ? 0 : IMPATIENT_GROUPS;
    else if (this.#impatient > 0) this.#impatient -= 1;
  }
}
