// Which finished trials tpe calls good: the best tenth, 25 at most. Rules of Optuna 5 (optuna/samplers/_tpe/sampler.py, _split_trials).
import { type Direction, lastStep, type Trial } from './trial.ts';

/** What a trial is to the split, in the order in which the good ones are taken. */
export const COMPLETE = 0;
export const PRUNED = 1;
export const INFEASIBLE = 2;
/** Never good, so that what is being tried draws nobody else (the constant liar). */
export const RUNNING = 3;
/** Neither good nor bad. */
export const FAILED = 4;

/** A trial's kind (one of the above) and, within it, its rank: the less the better, `second` where `first` is equal. */
export interface Standing {
  readonly kind: number;
  readonly first: number;
  readonly second: number;
}

/** Standings as columns. */
export interface Standings {
  readonly kind: Uint8Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Indexes of what was split, ascending. */
export interface Split {
  readonly below: Int32Array;
  readonly above: Int32Array;
}

/** How many of `finished` trials are good. */
export function goodCount(finished: number): number {
  return Math.min(Math.ceil(0.1 * finished), 25);
}

/**
 * Where `trial` stands: complete ones by value; pruned ones by how far they came, then by their value there, and last those that told no step; those
 * that break constraints by how far they do.
 */
export function standingOf(trial: Trial, direction: Direction): Standing {
  const sign = direction === 'MINIMIZE' ? 1 : -1;
  if (trial.state === 'RUNNING') return { kind: RUNNING, first: 0, second: 0 };
  if (trial.state === 'FAIL') return { kind: FAILED, first: 0, second: 0 };
  if (trial.violation > 0) return { kind: INFEASIBLE, first: 0, second: trial.violation };
  if (trial.state === 'COMPLETE') return { kind: COMPLETE, first: 0, second: sign * (trial.value as number) };
  const last = lastStep(trial);
  if (last === undefined) return { kind: PRUNED, first: 1, second: 0 };
  const value = trial.steps.find(({ step }) => step === last)?.value ?? Number.NaN;
  return { kind: PRUNED, first: -last, second: Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value };
}

/** The `good` best are below, of equal ones the earlier; all other finished ones above, and running ones if they are to be counted. */
export function splitStandings(
  { kind, first, second }: Standings,
  { good, countRunning }: { readonly good: number; readonly countRunning: boolean },
): Split {
  // The best so far in their order, and room for one more.
  const best = new Int32Array(good + 1);
  let kept = 0;
  const precedes = (a: number, b: number) => {
    if (kind[a] !== kind[b]) return (kind[a] as number) < (kind[b] as number);
    if (first[a] !== first[b]) return (first[a] as number) < (first[b] as number);
    return (second[a] as number) < (second[b] as number);
  };
  let counted = 0;
  // A complete trial whose rank is not less than this is not among the best; NaN: any may be.
  let enough = Number.NaN;
  for (let index = 0; index < kind.length; index += 1) {
    const own = kind[index] as number;
    if (own < FAILED && (own !== RUNNING || countRunning)) counted += 1;
    if (own >= RUNNING || (own === COMPLETE && kept === good && (second[index] as number) >= enough)) continue;
    let at = kept;
    while (at > 0 && precedes(index, best[at - 1] as number)) {
      best[at] = best[at - 1] as number;
      at -= 1;
    }
    best[at] = index;
    kept = Math.min(kept + 1, good);
    const last = best[good - 1];
    if (kept === good && last !== undefined) {
      enough = kind[last] === COMPLETE ? (second[last] as number) : Number.NaN;
    }
  }
  const below = best.slice(0, kept).sort();
  const above = new Int32Array(counted - below.length);
  let next = 0;
  let made = 0;
  for (let index = 0; index < kind.length; index += 1) {
    const own = kind[index] as number;
    if (index === below[next]) next += 1;
    else if (own < FAILED && (own !== RUNNING || countRunning)) {
      above[made] = index;
      made += 1;
    }
  }
  return { below, above };
}
