// The probability of overfitting against its definition written out naively, ties and mid-ranks included.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCKS, blockEnds, overfittingOf } from '#search/overfit.ts';
import { rng } from '../support/random-market.ts';

describe('blockEnds', () => {
  it('cuts into blocks of equal count, the first ones one longer', () => {
    expect(blockEnds(10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(blockEnds(23)).toEqual([3, 6, 9, 11, 13, 15, 17, 19, 21, 23]);
  });
});

/** Blocks of different sizes, so that a mean is not a sum. */
const TRADES = [4, 4, 4, 3, 3, 3, 3, 3, 3, 3];
const pboOf = (blocks: readonly Float64Array[]) => overfittingOf(blocks, TRADES).pbo;

describe('overfittingOf', () => {
  it('equals the definition, for few cells with many ties and for more cells than one chunk', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.constantFrom(1, 2, 7, 600, 1_100),
        fc.constantFrom(2, 5, 1e9),
        (seed, cells, kinds) => {
          const random = rng(seed);
          const blocks = Array.from({ length: BLOCKS }, () =>
            Float64Array.from({ length: cells }, () => Math.floor(random() * kinds) / kinds - 0.5),
          );
          const found = overfittingOf(blocks, TRADES);
          const wanted = naive(blocks);
          expect([found.pbo, found.lossShare]).toEqual([wanted.pbo, wanted.lossShare]);
          if (wanted.slope === null) expect(found.slope).toBeNull();
          else expect(found.slope).toBeCloseTo(wanted.slope, 9);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is 0 when one cell is best everywhere, and 1 when all cells are the same', () => {
    const best = Array.from({ length: BLOCKS }, () => Float64Array.of(0, 1, 0));
    expect(pboOf(best)).toBe(0);
    expect(overfittingOf(best, TRADES)).toMatchObject({ lossShare: 0 });
    const same = Array.from({ length: BLOCKS }, (_, block) => new Float64Array(4).fill(block));
    expect(pboOf(same)).toBe(1);
  });

  it('has no slope without any spread in sample, and -1 where one cell wins every split', () => {
    const equal = Array.from({ length: BLOCKS }, () => Float64Array.of(0, 1, 0));
    expect(overfittingOf(equal, Array(BLOCKS).fill(4)).slope).toBeNull();
    const uneven = Array.from({ length: BLOCKS }, (_, block) => Float64Array.of(-1, block % 3, -2));
    expect(overfittingOf(uneven, Array(BLOCKS).fill(4)).slope).toBeCloseTo(-1, 9);
  });

  it('counts differences below the tie tolerance as none', () => {
    const noisy = Array.from({ length: BLOCKS }, () => Float64Array.of(1, 1 + 1e-12, 1 - 1e-12));
    expect(pboOf(noisy)).toBe(1);
  });
});

function naive(blocks: readonly Float64Array[]) {
  const cells = blocks[0]?.length ?? 0;
  let splits = 0;
  let overfitted = 0;
  let losing = 0;
  const points: { x: number; y: number }[] = [];
  for (let mask = 0; mask < 1 << BLOCKS; mask += 1) {
    const inside = blocks.filter((_, block) => (mask >> block) & 1);
    if (inside.length !== BLOCKS / 2) continue;
    const outside = blocks.filter((_, block) => !((mask >> block) & 1));
    const sum = (of: readonly Float64Array[], cell: number) =>
      of.reduce((total, block) => total + (block[cell] as number), 0);
    const sums = Array.from({ length: cells }, (_, cell) => ({ seen: sum(inside, cell), unseen: sum(outside, cell) }));
    const greatest = Math.max(...sums.map(({ seen }) => seen));
    const winner = sums.find(({ seen }) => seen >= greatest - 1e-9 * Math.max(1, Math.abs(greatest)));
    const unseen = winner?.unseen ?? Number.NaN;
    const equal = sums.filter(
      (other) => Math.abs(other.unseen - unseen) <= 1e-9 * Math.max(1, Math.abs(unseen)),
    ).length;
    const below = sums.filter((other) => other.unseen < unseen - 1e-9 * Math.max(1, Math.abs(unseen))).length;
    splits += 1;
    if ((below + (equal + 1) / 2) / (cells + 1) <= 0.5) overfitted += 1;
    if (unseen <= 0) losing += 1;
    const seenTrades = TRADES.filter((_, block) => (mask >> block) & 1).reduce((total, count) => total + count, 0);
    points.push({ x: (winner?.seen ?? Number.NaN) / seenTrades, y: unseen / (33 - seenTrades) });
  }
  expect(splits).toBe(252);
  const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  const products = mean(points.map((point) => (point.x - x) * (point.y - y)));
  const squares = mean(points.map((point) => (point.x - x) ** 2));
  return { pbo: overfitted / splits, lossShare: losing / splits, slope: squares < 1e-16 ? null : products / squares };
}
