// Asynchronous successive halving: at rungs that lie ever farther apart only the best of those that came so far go on. Rules of Optuna 5
// (optuna/pruners/_successive_halving.py).
import type { Judgement, Reported } from './sampler.ts';
import { lastStep } from './trial.ts';

export interface HalvingOptions {
  /** The step of the first rung, at least 1. */
  readonly minResource: number;
  /** Of so many one goes on; each rung is so many times as far as the one before. */
  readonly reductionFactor: number;
  /** Rungs left out at the beginning. */
  readonly minEarlyStoppingRate: number;
}

/** Whether `current` stays behind at a rung its last step reached, and its rungs then. */
export function judgeHalving(
  { current, trials, direction }: Reported,
  { minResource, reductionFactor, minEarlyStoppingRate }: HalvingOptions,
): Judgement {
  const step = lastStep(current);
  const rungs = [...current.rungs];
  if (step === undefined) return { prune: false, rungs };
  const value = current.steps.find((told) => told.step === step)?.value ?? Number.NaN;
  const sign = direction === 'MINIMIZE' ? 1 : -1;
  while (step >= minResource * reductionFactor ** (minEarlyStoppingRate + rungs.length)) {
    if (Number.isNaN(value)) return { prune: true, rungs };
    const rung = rungs.length;
    rungs.push(value);
    const reached = [value, ...trials.flatMap((trial) => trial.rungs.slice(rung, rung + 1))]
      .map((other) => sign * other)
      .sort((a, b) => a - b);
    const promoted = Math.max(1, Math.floor(reached.length / reductionFactor));
    if (sign * value > (reached[promoted - 1] as number)) return { prune: true, rungs };
  }
  return { prune: false, rungs };
}
