// A trial: one point that a study judged, as journaled.
import type { Metrics } from '#domain/study.ts';

export type TrialState = 'COMPLETE' | 'PRUNED' | 'FAILED';

/**
 * One point that RANDOM or TPE judged. `search` 0 is that of the whole period, k that of the training range of fold k; numbers count from 0 within a
 * search. FAILED: the point has no objective there.
 */
export interface Trial {
  readonly search: number;
  readonly number: number;
  readonly state: TrialState;
  /** Indexes into the levels of each dimension, from the one nearest zero. */
  readonly point: Readonly<Record<string, number>>;
  /** null unless COMPLETE. */
  readonly objective: number | null;
  /** The objective at each step (fold) it came to; null where it had none. */
  readonly steps: readonly (number | null)[];
  /** What the pruner keeps of it: its value at each rung of successive halving it came to. */
  readonly rungs: readonly number[];
  /** Figures over the entries it came to. */
  readonly metrics: Metrics;
  /** Epoch ms. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}
