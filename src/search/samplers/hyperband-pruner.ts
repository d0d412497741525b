// Hyperband: trials are dealt to brackets of successive halving that begin at different rungs; each bracket is a study of its own. Rules and defaults of
// Optuna 5 (optuna/pruners/_hyperband.py); as there a trial's bracket follows from the study's name and the trial's number.
import { crc32 } from './crc32.ts';
import { judgeHalving } from './halving.ts';
import type { Pruner } from './sampler.ts';
import { lastStep, type Trial } from './trial.ts';

export interface HyperbandOptions {
  readonly studyName: string;
  readonly minResource: number;
  /** The number of steps of a whole trial; null: one more than the last step of the first complete trial that told any. */
  readonly maxResource: number | null;
  readonly reductionFactor: number;
}

/** The pruner of the study `studyName` with these options. */
export function hyperbandPruner(options: Pick<HyperbandOptions, 'studyName'> & Partial<HyperbandOptions>): Pruner {
  const rule: HyperbandOptions = { minResource: 1, maxResource: null, reductionFactor: 3, ...options };
  const bracketIn = (trials: readonly Trial[]) => {
    const budgets = budgetsOf(rule, trials);
    return budgets === undefined ? undefined : (number: number) => bracketOf(rule.studyName, number, budgets);
  };
  const peers = (trials: readonly Trial[], number: number) => {
    const bracket = bracketIn(trials);
    if (bracket === undefined) return trials;
    const own = bracket(number);
    return trials.filter((trial) => bracket(trial.number) === own);
  };
  return {
    judge: (reported) => {
      const { current, trials } = reported;
      const bracket = bracketIn(trials);
      if (bracket === undefined) return { prune: false, rungs: current.rungs };
      return judgeHalving(
        { ...reported, trials: peers(trials, current.number) },
        { ...rule, minEarlyStoppingRate: bracket(current.number) },
      );
    },
    peers,
  };
}

/** How many shares of the trials each bracket gets; undefined while the length of a trial is not known. */
export function budgetsOf(
  { minResource, maxResource, reductionFactor }: Omit<HyperbandOptions, 'studyName'>,
  trials: readonly Trial[],
): readonly number[] | undefined {
  const most = maxResource ?? wholeLength(trials);
  if (most === undefined) return undefined;
  const brackets = Math.floor(Math.log(most / minResource) / Math.log(reductionFactor)) + 1;
  return Array.from({ length: brackets }, (_, bracket) => {
    const left = brackets - 1 - bracket;
    return Math.ceil((brackets * reductionFactor ** left) / (left + 1));
  });
}

function wholeLength(trials: readonly Trial[]): number | undefined {
  for (const trial of trials) {
    const last = trial.state === 'COMPLETE' ? lastStep(trial) : undefined;
    if (last !== undefined) return last + 1;
  }
  return undefined;
}

/** The bracket of a trial, from 0. */
export function bracketOf(studyName: string, number: number, budgets: readonly number[]): number {
  let share = crc32(`${studyName}_${number}`) % budgets.reduce((sum, budget) => sum + budget, 0);
  return budgets.findIndex((budget) => {
    share -= budget;
    return share < 0;
  });
}
