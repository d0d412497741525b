// The grid sampler: every combination of values once, in an order scattered by the seed, so that also the first few lie all over the space. The order is a
// permutation worked out for one number at a time; nothing is listed or shuffled, whatever the size.
import { badInput } from '#domain/fault.ts';
import type { Sampler } from './sampler.ts';
import type { Distribution, Space } from './space.ts';
import type { Params } from './trial.ts';

/** Trial n gets the n-th combination; there is none for a number from `gridSize` on (throws). */
export const gridSampler: Sampler = {
  suggest: ({ space, seed, number }) => {
    const size = gridSize(space);
    if (number >= size) throw new Error(`the grid has ${size} combinations; there is no trial ${number}`);
    return combination(space, scattered(number, size, seed));
  },
};

/** How many combinations `space` has. Throws BAD_USER_INPUT for a dimension without steps. */
export function gridSize(space: Space): number {
  return space.reduce((size, { name, distribution }) => {
    const count = countOf(distribution);
    if (count === undefined) throw badInput(name, 'real numbers without a step', 'a step, for a grid');
    return size * count;
  }, 1);
}

function countOf(distribution: Distribution): number | undefined {
  if (distribution.kind === 'categorical') return distribution.choices.length;
  const { low, high, step } = distribution;
  return step === null ? (low === high ? 1 : undefined) : Math.round((high - low) / step) + 1;
}

/** The combination at `index` when they are listed with the last dimension running fastest. */
function combination(space: Space, index: number): Params {
  const params: [string, number][] = [];
  let rest = index;
  for (const { name, distribution } of space.toReversed()) {
    const count = countOf(distribution) ?? 1;
    const place = rest % count;
    rest = Math.floor(rest / count);
    if (distribution.kind === 'categorical') params.push([name, place]);
    else {
      const { low, high, step } = distribution;
      params.push([name, place === count - 1 ? high : low + place * (step ?? 0)]);
    }
  }
  return Object.fromEntries(params.toReversed());
}

/** Rounds of the Feistel network below. */
const ROUNDS = 4;

/** Where `number` (0 <= number < size) comes to stand: a Feistel network over the next power of four, walked until it ends within the size. */
function scattered(number: number, size: number, seed: number): number {
  let halfBits = 1;
  while (4 ** halfBits < size) halfBits += 1;
  const half = 2 ** halfBits;
  let at = number;
  do {
    let left = Math.floor(at / half);
    let right = at % half;
    for (let round = 0; round < ROUNDS; round += 1) {
      const mixed = left ^ (stirred(right, seed, round) % half);
      left = right;
      right = mixed;
    }
    at = left * half + right;
  } while (at >= size);
  return at;
}

/** A whole number from 0 to 2^32 - 1 that follows from all three in no visible way (the last steps of MurmurHash3). */
function stirred(value: number, seed: number, round: number): number {
  let hash = Math.imul(value ^ (seed | 0), 0x9e3779b1) ^ Math.imul(Math.floor(seed / 2 ** 32) + round + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
