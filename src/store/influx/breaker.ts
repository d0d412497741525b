// The breaker in front of one hub, shared by all who write to it: after a few failures in a row, whoever met them, one request at a time looks whether the
// hub is back, and all others wait; the first success lets everybody go on.
import { backoffMs } from './backoff.ts';

/** closed: everybody writes; open: nobody does, for a while; half-open: one request is on its way to see. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** Failures in a row that open it. */
const FAILURES = 5;
/** How soon those who wait for another one's look may ask how it went, ms. */
const LOOK_MS = 100;

export class Breaker {
  #failures = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #isLooking = false;
  readonly #chance: () => number;

  /** `chance` draws a number, 0 <= x < 1. */
  constructor(chance: () => number) {
    this.#chance = chance;
  }

  get state(): BreakerState {
    if (this.#failures < FAILURES) return 'closed';
    return this.#isLooking ? 'half-open' : 'open';
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** How long to wait before asking again, ms; 0: go on now, and say afterwards how it went. `nowMs` is monotonic. */
  waitMs(nowMs: number): number {
    if (this.#failures < FAILURES) return 0;
    if (this.#isLooking) return LOOK_MS;
    if (nowMs < this.#notBeforeMs) return this.#notBeforeMs - nowMs;
    this.#isLooking = true;
    return 0;
  }

  /** The hub answered. */
  succeeded(): void {
    this.#failures = 0;
    this.#isLooking = false;
  }

  /** The hub could not be reached, or not now; `askedMs` as in `backoffMs`. */
  failed(nowMs: number, askedMs: number | null): void {
    this.#failures += 1;
    this.#isLooking = false;
    this.#notBeforeMs = nowMs + backoffMs(Math.max(1, this.#failures - FAILURES + 1), this.#chance(), askedMs);
  }

  /** Whoever was let through did not ask after all. */
  gaveUp(): void {
    this.#isLooking = false;
  }
}
