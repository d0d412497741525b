// Leverage bins: half-open, centred on whole leverages by default, labelled without trailing zeros.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binIndex, binsOf, DEFAULT_BIN_EDGES } from '#domain/leverage-bin.ts';

const EDGES = [1, 2, 3.5, 5, 7.5, 10];

const labelOf = (edges: readonly number[], leverage: number) => binsOf(edges)[binIndex(edges, leverage)]?.label;

test.each([
  [0.49999, undefined],
  [0.5, '0.5-1.5x'],
  [1, '0.5-1.5x'],
  [1.5, '1.5-2.5x'],
  [2.4999999999999996, '1.5-2.5x'],
  [2.5, '2.5-3.5x'],
  [3, '2.5-3.5x'],
  [124.5, '124.5-125.5x'],
  [125, '124.5-125.5x'],
  [125.5, undefined],
  [Number.NaN, undefined],
])('by default leverage %d lies in %s', (leverage, label) => {
  expect(labelOf(DEFAULT_BIN_EDGES, leverage)).toBe(label);
});

test.each([
  [0.99, undefined],
  [1, '1-2x'],
  [2, '2-3.5x'],
  [3.5, '3.5-5x'],
  [9.99, '7.5-10x'],
  [10, undefined],
])('with edges 1,2,3.5,5,7.5,10 leverage %d lies in %s', (leverage, label) => {
  expect(labelOf(EDGES, leverage)).toBe(label);
});

test('there are 125 default bins, each ending where the next begins', () => {
  const bins = binsOf(DEFAULT_BIN_EDGES);
  expect(bins).toHaveLength(125);
  bins.slice(1).forEach((bin, index) => {
    expect(bin.minLeverage).toBe(bins[index]?.maxLeverage);
  });
});

test('a leverage lies in exactly the bin that a linear look finds', () => {
  const edges = fc
    .uniqueArray(fc.integer({ min: 1, max: 1_255 }), { minLength: 2, maxLength: 30 })
    .map((tenths) => tenths.sort((a, b) => a - b).map((n) => n / 10));
  fc.assert(
    fc.property(edges, fc.double({ min: 0, max: 130, noNaN: true }), fc.nat(), (some, anywhere, pick) => {
      for (const leverage of [anywhere, some[pick % some.length] as number]) {
        const expected = binsOf(some).findIndex((bin) => bin.minLeverage <= leverage && leverage < bin.maxLeverage);
        expect(binIndex(some, leverage)).toBe(expected);
      }
    }),
  );
});

test('without edges there is no bin', () => {
  expect(binsOf([])).toEqual([]);
  expect(binIndex([], 3)).toBe(-1);
});
