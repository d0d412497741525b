// The interval of the expectancy: as wide as it must be for trades that depend on one another, for losses nobody has seen yet, and always the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BootstrapTrades, expectancyInterval } from '#search/bootstrap.ts';
import { rng } from '../support/random-market.ts';

/** Trades one candle long, one after the other, unless `overlap` keeps each open for that many more. */
function tradesOf(profit: readonly number[], { stop = -0.01, overlap = 0 } = {}): BootstrapTrades {
  return {
    profit: Float64Array.from(profit),
    entryCandle: Int32Array.from(profit, (_, index) => index),
    exitCandle: Int32Array.from(profit, (_, index) => index + overlap),
    atStop: new Float64Array(profit.length).fill(stop),
  };
}

/** With 5 % of the samples on either side. */
const AT_90 = { seed: 0, confidence: 0.9 };

describe('expectancyInterval', () => {
  it('is about 1.645 standard errors to either side of the mean of many independent trades', () => {
    const random = rng(1);
    const profit = Array.from({ length: 4_000 }, () => (random() < 0.6 ? 0.01 : -0.01));
    const mean = profit.reduce((sum, r) => sum + r, 0) / 40;
    const found = expectancyInterval(tradesOf(profit), AT_90);
    const error = (100 * 0.0098) / Math.sqrt(4_000);
    expect(found?.blockTrades).toBe(16);
    expect(Math.abs((found?.lowerPct ?? 0) - (mean - 1.645 * error))).toBeLessThan(0.5 * error);
    expect(Math.abs((found?.upperPct ?? 0) - (mean + 1.645 * error))).toBeLessThan(0.5 * error);
  });

  it('draws trades that are open together together, and is wider for them', () => {
    const random = rng(2);
    // Runs of 20 trades with the same end, as trades that stand in one move have.
    const profit = Array.from({ length: 100 }, () => (random() < 0.5 ? 0.01 : -0.01)).flatMap((r) => Array(20).fill(r));
    const alone = expectancyInterval(tradesOf(profit), AT_90);
    const together = expectancyInterval(tradesOf(profit, { overlap: 20 }), AT_90);
    const width = (interval: typeof alone) => (interval?.upperPct ?? 0) - (interval?.lowerPct ?? 0);
    expect([alone?.blockTrades, together?.blockTrades]).toEqual([13, 40]);
    expect(width(together)).toBeGreaterThan(1.1 * width(alone));
  });

  it('expects losses that nobody has seen: wins alone prove little where a stop costs many of them', () => {
    const wins = Array.from({ length: 60 }, () => 0.001);
    expect(expectancyInterval(tradesOf(wins, { stop: -0.07 }), AT_90)?.lowerPct).toBeLessThan(0);
    expect(expectancyInterval(tradesOf(wins, { stop: -0.001 }), AT_90)?.lowerPct).toBeGreaterThan(0);
  });

  it('is the same for the same seed, differs by the seed, and grows with the confidence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.nat(1_000),
        (profit, seed) => {
          const trades = tradesOf(profit);
          const found = expectancyInterval(trades, { seed, confidence: 0.9 });
          expect(expectancyInterval(trades, { seed, confidence: 0.9 })).toEqual(found);
          const wider = expectancyInterval(trades, { seed, confidence: 0.99 });
          expect(wider?.lowerPct).toBeLessThanOrEqual(found?.lowerPct ?? Number.NaN);
          expect(wider?.upperPct).toBeGreaterThanOrEqual(found?.upperPct ?? Number.NaN);
          expect(Number.isFinite(found?.lowerPct) && Number.isFinite(found?.upperPct)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
    const profit = Array.from({ length: 50 }, (_, index) => ((index * 7) % 11) / 1_000 - 0.004);
    const by = (seed: number) => expectancyInterval(tradesOf(profit), { seed, confidence: 0.95 })?.lowerPct;
    expect(by(1)).not.toBe(by(2));
  });

  it('is none without trades', () => {
    expect(expectancyInterval(tradesOf([]), AT_90)).toBeNull();
  });
});
