// How a study with many dimensions picks its next params: the contract of all samplers and pruners. Nothing here keeps state or reads a clock: what is drawn
// for a trial follows from the space, the seed, the trial's number and the trials it may see, so a study can be rebuilt from its trials alone.
//
// A study may have `width` trials under way at once, a number that is part of what a seed reproduces; how many threads run them is not:
// 1. Trial n may start as soon as every trial up to n - width has finished.
// 2. It sees `seenBy(trials, n, width)`: those finished ones, and the ones between as running, whatever has become of them meanwhile. Hence threads and their
//    speed decide nothing, and a study killed and taken up again at its unfinished trials draws the same params.
// 3. `sampler.suggest({ ..., trials: pruner.peers(seen, n) })` are its params; a trial whose params are given (a warm start) is not asked.
// 4. After each step told, `pruner.judge` says whether it ends; the rungs it returns belong to the trial and are kept with it.
import type { Space } from './space.ts';
import type { Direction, Params, Trial } from './trial.ts';

/** What a sampler is asked. */
export interface Asked {
  readonly space: Space;
  readonly direction: Direction;
  readonly seed: number;
  /** The trial to draw for. */
  readonly number: number;
  /** What it may learn from, ascending by number; the trial itself is not among them. */
  readonly trials: readonly Trial[];
}

/** Draws params; pure. */
export interface Sampler {
  /** A value within its distribution for every dimension of the space. */
  readonly suggest: (asked: Asked) => Params;
}

/** What a pruner is asked after `current` told another step. */
export interface Reported {
  readonly direction: Direction;
  /** RUNNING, its newest step told last. */
  readonly current: Trial;
  /** As the sampler saw them: ascending by number, without `current`. */
  readonly trials: readonly Trial[];
}

export interface Judgement {
  readonly prune: boolean;
  /** The rungs of `current` from now on. */
  readonly rungs: readonly number[];
}

/** Ends trials that promise nothing; pure. */
export interface Pruner {
  readonly judge: (reported: Reported) => Judgement;
  /** Those of `trials` that the sampler of trial `number` learns from: all, but for hyperband, whose brackets are studies of their own. */
  readonly peers: (trials: readonly Trial[], number: number) => readonly Trial[];
}

/**
 * What trial `number` sees of a study's trials (ascending by number, from 0, without gaps up to `number` - 1) when `width` are under way at once.
 * Throws when one that must be finished is not.
 */
export function seenBy(trials: readonly Trial[], number: number, width: number): readonly Trial[] {
  return trials.slice(0, number).map((trial, index) => {
    if (trial.number !== index) throw new Error(`trial ${index} is missing`);
    if (index > number - width) return { ...trial, state: 'RUNNING', value: null, steps: [], rungs: [], violation: 0 };
    if (trial.state === 'RUNNING') throw new Error(`trial ${number} was begun before trial ${index} had finished`);
    return trial;
  });
}
