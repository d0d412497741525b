// The random sampler, and what tpe does until it has seen enough: each value evenly from its distribution, as Optuna's RandomSampler draws it.
import { chanceOf, type Uniform } from './chance.ts';
import { roundHalfEven } from './rounding.ts';
import type { Sampler } from './sampler.ts';
import { type Distribution, isSingle, onlyValue } from './space.ts';

/** Every value drawn alone, whatever the trials say. */
export const randomSampler: Sampler = {
  suggest: ({ space, seed, number }) => {
    const uniform = chanceOf(seed, number);
    return Object.fromEntries(space.map(({ name, distribution }) => [name, drawAlone(distribution, uniform)]));
  },
};

/** One value of `distribution`. A single value costs no chance; a categorical costs one number per choice, the greatest wins. */
export function drawAlone(distribution: Distribution, uniform: Uniform): number {
  if (isSingle(distribution)) return onlyValue(distribution);
  if (distribution.kind === 'categorical') return greatestOf(distribution.choices.length, uniform);
  const { kind, low, high, log } = distribution;
  const half = (distribution.step ?? 0) / 2;
  const from = log ? Math.log(low - (kind === 'int' ? half : 0)) : low - half;
  const to = log ? Math.log(high + (kind === 'int' ? half : 0)) : high + half;
  const drawn = from + (to - from) * uniform();
  const { step } = distribution;
  if (step === null) {
    const value = Math.min(log ? Math.exp(drawn) : drawn, nextBelow(high));
    return log ? Math.max(value, low) : value;
  }
  if (kind === 'float') return within(roundHalfEven((drawn - low) / step) * step + low, low, high);
  if (log) return within(roundHalfEven(Math.exp(drawn)), low, high);
  return within(Math.floor((drawn - low) / step + 0.5) * step + low, low, high);
}

function greatestOf(count: number, uniform: Uniform): number {
  let greatest = -1;
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const drawn = uniform();
    if (drawn <= greatest) continue;
    greatest = drawn;
    at = index;
  }
  return at;
}

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** The greatest double below `value` (finite). */
function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  double[0] = value;
  bits[0] = (bits[0] as bigint) + (value > 0 ? -1n : 1n);
  return double[0];
}
