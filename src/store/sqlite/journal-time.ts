// The journal's time inside the writer thread: stamps follow the wall clock without ever decreasing, durations follow the monotonic clock.
// Without a step of the wall clock both agree to the millisecond, so that a stamp says which window a signal is in.
import type { Now } from '#domain/time.ts';

/** How far the wall clock may be from the journal's before it counts as stepped, ms. */
const STEP_MS = 100;

export interface Instant {
  /** Whole ms that only the monotonic clock moves; equals the wall clock at the start of the process. */
  readonly steadyMs: number;
  /** Epoch ms as the wall clock says, never smaller than any stamp before. */
  readonly stampMs: number;
}

/** Turns the two clocks of one process into instants of its journal. */
export class JournalTime {
  /** `steadyMs` of the start: what the wall clock said. */
  readonly startMs: number;
  readonly #now: () => Now;
  readonly #startMonotonicMs: number;
  #skewMs = 0;
  #lastStampMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => Now) {
    const start = now();
    this.startMs = Math.floor(start.wallMs);
    this.#now = now;
    this.#startMonotonicMs = start.monotonicMs;
  }

  /** Now. */
  instant(): Instant {
    const { wallMs, monotonicMs } = this.#now();
    const steadyMs = this.startMs + Math.floor(monotonicMs - this.#startMonotonicMs);
    if (Math.abs(wallMs - steadyMs - this.#skewMs) > STEP_MS) this.#skewMs = Math.floor(wallMs) - steadyMs;
    this.#lastStampMs = Math.max(this.#lastStampMs, steadyMs + this.#skewMs);
    return { steadyMs, stampMs: this.#lastStampMs };
  }

  /** The last stamp, at least `notBeforeMs`; later stamps are not smaller. */
  lift(notBeforeMs: number): number {
    this.#lastStampMs = Math.max(this.#lastStampMs, notBeforeMs);
    return this.#lastStampMs;
  }
}
