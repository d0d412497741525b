// Which finished trials tpe calls good: the best tenth, 25 at most. Rules of Optuna 5 (optuna/samplers/_tpe/sampler.py, _split_trials).
import { type Direction, lastStep, type Trial } from './trial.ts';

/** Indexes of the trials that were split, ascending. */
export interface Split {
  readonly below: readonly number[];
  readonly above: readonly number[];
}

/** How many of `finished` trials are good. */
export function goodCount(finished: number): number {
  return Math.min(Math.ceil(0.1 * finished), 25);
}

/**
 * Splits `trials` (no failed ones, ascending by number). The good ones are the best complete ones, then the pruned ones that came farthest and stood
 * best there, then those that break constraints least. Running ones are never good, so that what is being tried draws nobody else (the constant liar).
 */
export function splitTrials(trials: readonly Trial[], direction: Direction, good: number): Split {
  const sign = direction === 'MINIMIZE' ? 1 : -1;
  const complete = firstOf(good);
  const pruned = firstOf(good);
  const infeasible = firstOf(good);
  trials.forEach((trial, index) => {
    if (trial.state === 'RUNNING') return;
    if (trial.violation > 0) infeasible.offer(index, 0, trial.violation);
    else if (trial.state === 'COMPLETE') complete.offer(index, 0, sign * (trial.value as number));
    else pruned.offer(index, ...prunedRank(trial, sign));
  });
  const below = [...complete.indexes, ...pruned.indexes, ...infeasible.indexes].slice(0, good).sort((a, b) => a - b);
  const above: number[] = [];
  let next = 0;
  for (let index = 0; index < trials.length; index += 1) {
    if (index === below[next]) next += 1;
    else above.push(index);
  }
  return { below, above };
}

/** The farther the better, then the better value there; one that told no step comes last. */
function prunedRank(trial: Trial, sign: 1 | -1): [number, number] {
  const last = lastStep(trial);
  if (last === undefined) return [1, 0];
  const value = trial.steps.find(({ step }) => step === last)?.value ?? Number.NaN;
  return [-last, Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value];
}

/** Keeps the `count` (few) of least rank of what it is offered, in their order; of equal ones the earlier. */
function firstOf(count: number) {
  const indexes: number[] = [];
  const firsts = new Float64Array(count + 1);
  const seconds = new Float64Array(count + 1);
  const offer = (index: number, first: number, second: number) => {
    let at = indexes.length;
    while (at > 0) {
      const before = firsts[at - 1] as number;
      if (first > before || (first === before && !(second < (seconds[at - 1] as number)))) break;
      at -= 1;
    }
    if (at === count) return;
    firsts.copyWithin(at + 1, at, count);
    seconds.copyWithin(at + 1, at, count);
    firsts[at] = first;
    seconds[at] = second;
    indexes.splice(at, 0, index);
    if (indexes.length > count) indexes.pop();
  };
  return { indexes, offer };
}
