// A feeder's rhythm and its silence. A beat is opened by a signal and takes all signals of the next sixty seconds, so that twenty pairs at once
// are one beat; the time between beats is smoothed as TCP smooths round trips (RFC 6298).

/** How long one beat takes signals. */
export const BEAT_MS = 60_000;
/** Intervals between beats that must be known before a feeder can be silent. */
export const RHYTHM_BEATS = 3;

/** What is kept of one feeder: when its beat began, when it was heard last, and the smoothed interval between beats with its deviation, ms. */
export interface Rhythm {
  readonly beatAtMs: number;
  readonly lastAtMs: number;
  /** How many intervals `meanMs` and `deviationMs` stand for. */
  readonly intervals: number;
  readonly meanMs: number;
  readonly deviationMs: number;
}

/** The rhythm after a signal at `atMs`; `before` undefined: the first ever. Time that went back changes nothing. */
export function heardAt(before: Rhythm | undefined, atMs: number): Rhythm {
  if (before === undefined) return { beatAtMs: atMs, lastAtMs: atMs, intervals: 0, meanMs: 0, deviationMs: 0 };
  const lastAtMs = Math.max(before.lastAtMs, atMs);
  const intervalMs = atMs - before.beatAtMs;
  if (intervalMs < BEAT_MS) return { ...before, lastAtMs };
  const { intervals, meanMs, deviationMs } = before;
  const beat = { beatAtMs: atMs, lastAtMs, intervals: intervals + 1 };
  if (intervals === 0) return { ...beat, meanMs: intervalMs, deviationMs: intervalMs / 2 };
  return {
    ...beat,
    meanMs: meanMs + (intervalMs - meanMs) / 8,
    deviationMs: deviationMs + (Math.abs(intervalMs - meanMs) - deviationMs) / 4,
  };
}

/** How long this feeder may be quiet, ms: twice its mean interval, or the mean and four deviations, whichever is longer. undefined: its rhythm is not known yet. */
export function patienceMs({ intervals, meanMs, deviationMs }: Rhythm): number | undefined {
  return intervals < RHYTHM_BEATS ? undefined : Math.max(2 * meanMs, meanMs + 4 * deviationMs);
}

/** Whether it is quiet for longer than its rhythm allows at `nowMs`. */
export function isSilent(rhythm: Rhythm, nowMs: number): boolean {
  const patience = patienceMs(rhythm);
  return patience !== undefined && nowMs - rhythm.lastAtMs > patience;
}
