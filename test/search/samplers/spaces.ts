// Spaces of all kinds for property tests, and studies over them with trials of every end.
import fc from 'fast-check';
import { type Asked, seenBy } from '#search/samplers/sampler.ts';
import {
  categoricalDimension,
  type Dimension,
  type Distribution,
  floatDimension,
  intDimension,
  type Space,
} from '#search/samplers/space.ts';
import type { Params, Trial } from '#search/samplers/trial.ts';
import { trialOf } from './golden.ts';

const ends = (least: number, most: number) =>
  fc
    .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 0, max: most - least }))
    .map(([low, span]) => [low, low + span] as const);

const dimension: fc.Arbitrary<(name: string) => Dimension> = fc.oneof(
  ends(-100, 100).map(
    ([low, high]) =>
      (name: string) =>
        floatDimension(name, [low / 8, high / 8]),
  ),
  ends(1, 10_000).map(
    ([low, high]) =>
      (name: string) =>
        floatDimension(name, [low / 1e4, high / 10], { log: true }),
  ),
  fc.tuple(ends(-50, 50), fc.constantFrom(0.1, 0.25, 3)).map(
    ([[low, high], step]) =>
      (name: string) =>
        floatDimension(name, [low, high], { step }),
  ),
  fc.tuple(ends(-300, 300), fc.integer({ min: 1, max: 7 })).map(
    ([[low, high], step]) =>
      (name: string) =>
        intDimension(name, [low, high], { step }),
  ),
  ends(1, 1_000).map(
    ([low, high]) =>
      (name: string) =>
        intDimension(name, [low, high], { log: true }),
  ),
  fc.integer({ min: 1, max: 5 }).map(
    (count) => (name: string) =>
      categoricalDimension(
        name,
        Array.from({ length: count }, (_, index) => index),
      ),
  ),
);

/** One to four dimensions, named out of order. */
export const spaces: fc.Arbitrary<Space> = fc
  .array(dimension, { minLength: 1, maxLength: 4 })
  .map((made) => made.map((named, index) => named(['m', 'b', 'z', 'a'][index] ?? '')));

/** Trials under way at once. */
const WIDTH = 8;

/** A study of `count` trials, each seen as the contract says: some fail, some are pruned, most complete; the nearer to 1.7 and e^-5 the better. */
export function studyOf(
  space: Space,
  { count, seed }: { readonly count: number; readonly seed: number },
  suggest: (asked: Asked) => Params,
): readonly Trial[] {
  const trials: Trial[] = [];
  for (let number = 0; number < count; number += 1) {
    const seen = seenBy(trials, number, WIDTH);
    const params = suggest({ space, direction: 'MAXIMIZE', seed, number, trials: seen });
    const value = -Object.values(params).reduce(
      (sum, each) => sum + Math.min((each - 1.7) ** 2, (Math.log(Math.abs(each) + 1e-9) + 5) ** 2),
      0,
    );
    const steps = [{ step: number % 4, value }];
    if (number % 9 === 4) trials.push(trialOf(number, { params, state: 'PRUNED', value: null, steps }));
    else if (number % 11 === 6) trials.push(trialOf(number, { params, steps, state: 'FAIL', value: null }));
    else trials.push(trialOf(number, { params, steps, value }));
  }
  return trials;
}

/** Whether `value` is one of the distribution's, within a hundred-millionth of a step. */
export function contains(distribution: Distribution, value: number): boolean {
  if (distribution.kind === 'categorical')
    return Number.isInteger(value) && value >= 0 && value < distribution.choices.length;
  const { low, high, step } = distribution;
  if (!(value >= low && value <= high)) return false;
  if (step === null) return true;
  const steps = (value - low) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-8;
}
