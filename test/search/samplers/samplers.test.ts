// Random: everything inside the space, evenly, and chance that depends on seed and trial alone. And spaces that are refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chanceOf } from '#search/samplers/chance.ts';
import { randomSampler } from '#search/samplers/random.ts';
import { categoricalDimension, floatDimension, intDimension, type Space } from '#search/samplers/space.ts';
import { contains, spaces } from './spaces.ts';

const ask = (space: Space, seed: number, number: number) =>
  ({ space, seed, number, direction: 'MAXIMIZE', trials: [] }) as const;

test('random draws inside the space, again the same for the same seed and trial', () => {
  fc.assert(
    fc.property(spaces, fc.maxSafeInteger(), fc.nat(5_000), (space, seed, number) => {
      const drawn = randomSampler.suggest(ask(space, seed, number));
      expect(randomSampler.suggest(ask(space, seed, number))).toEqual(drawn);
      for (const { name, distribution } of space) expect(contains(distribution, drawn[name] as number)).toBe(true);
    }),
  );
});

test('random draws every value of a small space about equally often', () => {
  const space = [
    intDimension('n', [3, 7]),
    categoricalDimension('c', ['a', 'b']),
    floatDimension('f', [0, 1], { step: 0.5 }),
  ];
  const counts = new Map<string, number>();
  for (let number = 0; number < 6_000; number += 1) {
    const key = Object.values(randomSampler.suggest(ask(space, 9, number))).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(5 * 2 * 3);
  // 200 each; the odds of any being this far off are below one in a million.
  for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(75);
});

test('chance is even, and differs between neighbouring trials and seeds', () => {
  const firsts = new Set<number>();
  let sum = 0;
  for (let seed = -20; seed < 20; seed += 1) {
    for (let number = 0; number < 50; number += 1) {
      const drawn = chanceOf(seed, number)();
      firsts.add(drawn);
      sum += drawn;
    }
  }
  expect(firsts.size).toBe(2_000);
  expect(Math.abs(sum / 2_000 - 0.5)).toBeLessThan(0.035);
  expect(chanceOf(2 ** 40 + 1, 0)()).not.toBe(chanceOf(1, 0)());
});

describe('spaces', () => {
  test('a high end between two steps becomes the step below', () => {
    expect(floatDimension('x', [0, 1], { step: 0.3 }).distribution).toMatchObject({ high: 0.9 });
    expect(floatDimension('x', [0.1, 0.7], { step: 0.1 }).distribution).toMatchObject({ high: 0.7 });
    expect(intDimension('x', [1, 10], { step: 4 }).distribution).toMatchObject({ high: 9 });
  });

  test.each([
    ['ends the wrong way round', () => floatDimension('x', [2, 1])],
    ['an end that is no number', () => floatDimension('x', [0, Number.NaN])],
    ['log from zero', () => floatDimension('x', [0, 1], { log: true })],
    ['log with a step', () => floatDimension('x', [1, 2], { log: true, step: 0.5 })],
    ['step 0', () => floatDimension('x', [1, 2], { step: 0 })],
    ['a fraction among whole numbers', () => intDimension('x', [0.5, 2])],
    ['a step that is no whole number', () => intDimension('x', [0, 2], { step: 0.5 })],
    ['whole numbers, log from zero', () => intDimension('x', [0, 9], { log: true })],
    ['no choices', () => categoricalDimension('x', [])],
  ])('%s are refused, naming the dimension', (_why, make) => {
    expect(make).toThrow(/^x/);
  });
});
