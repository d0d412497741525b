// Ends a trial whose best step so far is worse than the median of the complete trials at the same step. Rules and defaults of Optuna 5
// (optuna/pruners/_percentile.py).
import type { Pruner } from './sampler.ts';
import { lastStep, type Step, type Trial } from './trial.ts';

export interface MedianOptions {
  /** No trial is ended before so many are complete. */
  readonly startupTrials: number;
  /** ... nor before this step. */
  readonly warmupSteps: number;
  /** Looked at only in the first step told of every so many after the warm-up. */
  readonly intervalSteps: number;
  /** ... nor where fewer complete trials have told that step. */
  readonly minTrials: number;
}

export const MEDIAN_DEFAULTS: MedianOptions = { startupTrials: 5, warmupSteps: 0, intervalSteps: 1, minTrials: 1 };

/** The pruner with these options. */
export function medianPruner(options: Partial<MedianOptions> = {}): Pruner {
  const rule = { ...MEDIAN_DEFAULTS, ...options };
  return {
    judge: ({ current, trials, direction }) => ({
      prune: worseThanMedian(current, trials, { ...rule, sign: direction === 'MINIMIZE' ? 1 : -1 }),
      rungs: current.rungs,
    }),
    peers: (trials) => trials,
  };
}

function worseThanMedian(
  current: Trial,
  trials: readonly Trial[],
  rule: MedianOptions & { readonly sign: 1 | -1 },
): boolean {
  const complete = trials.filter(({ state }) => state === 'COMPLETE');
  const step = lastStep(current);
  if (complete.length === 0 || complete.length < rule.startupTrials) return false;
  if (step === undefined || step < rule.warmupSteps || !isFirstOfInterval(current.steps, step, rule)) return false;
  const told = current.steps.map(({ value }) => rule.sign * value).filter((value) => !Number.isNaN(value));
  if (told.length === 0) return true;
  const there = complete.flatMap(({ steps }) => steps.filter((other) => other.step === step).map(({ value }) => value));
  if (there.length < rule.minTrials) return false;
  const median = medianOf(there);
  return Math.min(...told) > rule.sign * median;
}

function isFirstOfInterval(
  steps: readonly Step[],
  step: number,
  { warmupSteps, intervalSteps }: MedianOptions,
): boolean {
  const begins = Math.floor((step - warmupSteps) / intervalSteps) * intervalSteps + warmupSteps;
  return steps.every((other) => other.step === step || other.step < begins);
}

/** The median of those that are numbers, as numpy works it out: beside an infinite neighbour it is no number; nor is it without any. */
function medianOf(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  const upper = sorted[((sorted.length - 1) >> 1) + 1] ?? lower;
  const way = upper - lower;
  return sorted.length % 2 === 1 ? lower + way * 0 : upper - way * 0.5;
}
