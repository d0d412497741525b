// RANDOM and TPE: one point after the other, each drawn from what the ones before it earned. The whole period is one search, the training range of each
// fold another by the same rule. Trials follow one another, so that no figure depends on how many threads there are.
import type { Choice, Choosing } from './choice.ts';
import type { JudgedRange } from './evaluation.ts';
import { trainingRange, wholeRange } from './search-range.ts';
import { pointAt } from './space.ts';
import { knownOf, type TrialLog } from './trial-log.ts';
import { TrialSearch } from './trial-search.ts';
import type { PlannedFold, Point } from './walk-forward.ts';

/** Runs the trials that `log` does not know yet and chooses. `onProgress` is told the share done, 0..1, ascending. */
export function chooseAmongTrials(choosing: Choosing, log: TrialLog, onProgress: (share: number) => void): Choice {
  const { spec, space, plan } = choosing;
  const trials = spec.trials ?? 0;
  const total = trials * (1 + plan.folds.length);
  let done = 0;
  const searched = (number: number, range: JudgedRange): TrialSearch => {
    const search = new TrialSearch(choosing, number, range);
    const known = knownOf(log, number);
    for (let trial = 0; trial < trials; trial += 1) {
      const before = known[trial];
      if (before === undefined) log.told(search.next());
      else search.take(before);
      done += 1;
      onProgress(done / total);
    }
    return search;
  };
  const whole = searched(0, wholeRange(choosing));
  const peak = whole.winner();
  const choices = new Map<PlannedFold, Point>();
  for (const fold of peak === undefined ? [] : plan.folds) {
    const winner = searched(fold.number, trainingRange(choosing, fold)).winner();
    if (winner !== undefined) choices.set(fold, pointAt(space, winner.cell));
  }
  return {
    winners: peak === undefined ? undefined : { best: peak, peak },
    choices,
    blocks: whole.blocks(),
    trials,
    valueOf: (cell) => whole.valueOf(cell),
  };
}
