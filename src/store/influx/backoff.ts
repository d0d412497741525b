// How long to wait before a hub that failed is asked again: full jitter, so that many who lost it together do not come back together.

const FIRST_MS = 500;
const LONGEST_MS = 60_000;
/** A time the hub names is kept to for so long at most: nobody wants to wait for a typing error in a proxy. */
const LONGEST_ASKED_MS = 600_000;

/**
 * The wait after the `failures`-th failure in a row (from 1), ms: anything from 0 to 0.5 s, 1 s, 2 s, ... 60 s by chance (0 <= chance < 1), and not less
 * than what the hub asked for (null: it did not), up to ten minutes.
 */
export function backoffMs(failures: number, chance: number, askedMs: number | null = null): number {
  const ceilingMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(chance * ceilingMs, Math.min(askedMs ?? 0, LONGEST_ASKED_MS));
}
