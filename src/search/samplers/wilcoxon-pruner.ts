// Ends a trial that is worse than the best one on the steps both have told, by Wilcoxon's signed-rank test: for steps that are instances of one problem, such as
// folds in time. Rules and defaults of Optuna 5 (optuna/pruners/_wilcoxon.py).
import type { Pruner } from './sampler.ts';
import { signedRankP } from './signed-rank.ts';
import type { Direction, Trial } from './trial.ts';

export interface WilcoxonOptions {
  /** A trial ends when what it shows would be rarer than this were it no worse. */
  readonly pThreshold: number;
  /** No trial ends before so many steps are shared, two at least. */
  readonly startupSteps: number;
}

export const WILCOXON_DEFAULTS: WilcoxonOptions = { pThreshold: 0.1, startupSteps: 2 };

/** The pruner with these options. */
export function wilcoxonPruner(options: Partial<WilcoxonOptions> = {}): Pruner {
  const rule = { ...WILCOXON_DEFAULTS, ...options };
  return {
    judge: ({ current, trials, direction }) => {
      const best = bestTrial(trials, direction);
      return {
        prune: best !== undefined && isWorse(current, best, { ...rule, sign: direction === 'MINIMIZE' ? 1 : -1 }),
        rungs: current.rungs,
      };
    },
    peers: (trials) => trials,
  };
}

/** The complete trial of the best value that breaks no constraint, of equal ones the first; undefined without any. */
export function bestTrial(trials: readonly Trial[], direction: Direction): Trial | undefined {
  const sign = direction === 'MINIMIZE' ? 1 : -1;
  let best: Trial | undefined;
  for (const trial of trials) {
    if (trial.state !== 'COMPLETE' || trial.violation > 0) continue;
    if (best === undefined || sign * (trial.value as number) < sign * (best.value as number)) best = trial;
  }
  return best;
}

function isWorse(current: Trial, best: Trial, rule: WilcoxonOptions & { readonly sign: 1 | -1 }): boolean {
  const own = current.steps.map(({ value }) => value);
  const others = best.steps.map(({ value }) => value);
  if (own.length === 0 || others.length === 0) return false;
  if (![...own, ...others].every(Number.isFinite)) return false;
  const byStep = new Map(best.steps.map(({ step, value }) => [step, value]));
  const differences = current.steps
    .toSorted((a, b) => a.step - b.step)
    .flatMap(({ step, value }) => {
      const other = byStep.get(step);
      return other === undefined ? [] : [rule.sign * (value - other)];
    });
  if (differences.length < Math.max(2, rule.startupSteps)) return false;
  const isBetterOnAverage = rule.sign * mean(others) >= rule.sign * mean(own);
  return signedRankP(differences) < rule.pThreshold && !isBetterOnAverage;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
