// The plane's promise: every cell equals simulating its two levels, whatever the market, fee, hold, sides and how the entries are portioned.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candles } from '#domain/market.ts';
import type { Objective } from '#domain/study.ts';
import { calmarValues } from '#search/calmar.ts';
import { type Entries, everyCandle } from '#search/entries.ts';
import { gridOf } from '#search/grid.ts';
import { metricsOf } from '#search/metrics.ts';
import { additiveValues, objectiveOf, statisticsFor } from '#search/objective.ts';
import { noSums, type PlaneInput, PlaneTables } from '#search/plane.ts';
import { simulate } from '#search/simulate.ts';
import { randomMarket } from '../support/random-market.ts';

const ADDITIVE = ['NET_PROFIT', 'EXPECTANCY', 'PROFIT_FACTOR', 'SHARPE', 'SORTINO', 'WIN_RATE'] as const;
const DAYS = 7;

function valuesOf(input: PlaneInput, objective: Exclude<Objective, 'CALMAR'>, portions = 1): Float64Array {
  const statistics = statisticsFor(objective);
  const tables = new PlaneTables(input, statistics);
  const sums = noSums(input.grid, statistics);
  const trades = input.entries.candle.length;
  for (let portion = 0; portion < portions; portion += 1) {
    tables.take(Math.floor((portion * trades) / portions), Math.floor(((portion + 1) * trades) / portions));
    tables.addTo(sums);
  }
  return additiveValues(objective, sums, { trades, days: DAYS });
}

function simulated(input: PlaneInput, cell: number, objective: Objective): number | null {
  const targets = input.grid.targetsPct.length;
  const levels = {
    stopLossPct: input.grid.stopsPct[Math.floor(cell / targets)] as number,
    takeProfitPct: input.grid.targetsPct[cell % targets] as number,
  };
  const { trades } = simulate({ ...input, fills: 'CONSERVATIVE', levels, leverage: 1, oneAtATime: false });
  return objectiveOf(metricsOf(trades, DAYS), objective);
}

function expectEqual(found: number, wanted: number | null): void {
  if (wanted === null) expect(found).toBeNaN();
  else expect(Math.abs(found - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
}

const market = fc.record({
  seed: fc.nat(1e6),
  count: fc.integer({ min: 2, max: 250 }),
  volatility: fc.constantFrom(0.002, 0.01, 0.05),
  gapShare: fc.constantFrom(0, 0.2, 0.9),
  holeShare: fc.constantFrom(0, 0.1),
  decimals: fc.constantFrom(0, 2, 6),
});

describe('the plane', () => {
  it('equals simulate in every cell', () => {
    fc.assert(
      fc.property(
        market,
        fc.record({
          side: fc.constantFrom('LONG' as const, 'SHORT' as const, null),
          feePct: fc.constantFrom(0, 0.05, 0.3),
          maxHold: fc.constantFrom(1, 2, 13, 500),
          portions: fc.integer({ min: 1, max: 4 }),
          objective: fc.constantFrom(...ADDITIVE),
        }),
        (shape, rule) => {
          const candles = randomMarket(shape);
          const { entries } = everyCandle(candles, rule.side);
          const grid = gridOf({ min: -0.2, max: -6, step: 0.4 }, { min: 5, max: 0.5, step: 0.5 });
          const input = { candles, entries, grid, feePct: rule.feePct, maxHold: rule.maxHold };
          const values = valuesOf(input, rule.objective, rule.portions);
          for (let cell = 0; cell < values.length; cell += 7) {
            expectEqual(values[cell] as number, simulated(input, cell, rule.objective));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('equals simulate in calmar, which is no sum over trades', () => {
    fc.assert(
      fc.property(market, fc.constantFrom(3, 500), fc.constantFrom(0, 0.05), (shape, maxHold, feePct) => {
        const candles = randomMarket(shape);
        const { entries } = everyCandle(candles, null);
        const grid = gridOf({ min: -0.3, max: -6, step: 0.7 }, { min: 0.5, max: 5, step: 0.7 });
        const input = { candles, entries, grid, feePct, maxHold };
        const shares: number[] = [];
        const population = { trades: entries.candle.length, days: DAYS };
        const values = calmarValues(input, population, (share) => shares.push(share));
        values.forEach((value, cell) => {
          expectEqual(value, simulated(input, cell, 'CALMAR'));
        });
        expect(shares.at(-1)).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  it('fills a gap at the open, and only in candles after the entry candle', () => {
    const candles = candlesOf([
      [100, 101, 98, 99],
      [95, 96, 90, 95],
      [95, 95, 95, 95],
    ]);
    const entries = longsAt([0]);
    const grid = gridOf({ min: -1, max: -7, step: 1 }, { min: 5, max: 5, step: 1 });
    const values = valuesOf({ candles, entries, grid, feePct: 0, maxHold: 10 }, 'NET_PROFIT');
    // -1 and -2 are touched in the entry candle and fill at their price; -3 and -4 are opened beyond; -5 is met by the open itself.
    const expected = [-1, -2, -5, -5, -5, -6, -7];
    expected.forEach((value, row) => {
      expect(values[row]).toBeCloseTo(value, 10);
    });
  });

  it('looks at the stop before the target in one candle, and does not reach a target hit to the digit', () => {
    const candles = candlesOf([
      [100, 101, 99, 100],
      [100, 101.5, 100, 100],
      [100, 100, 100, 100],
    ]);
    const grid = gridOf({ min: -1, max: -2, step: 1 }, { min: 1, max: 1, step: 1 });
    const values = valuesOf({ candles, entries: longsAt([0]), grid, feePct: 0, maxHold: 10 }, 'NET_PROFIT');
    expect(values[0]).toBeCloseTo(-1, 10);
    expect(values[1]).toBeCloseTo(1, 10);
    // Held for the entry candle alone, its high of exactly +1 % does not count, and the trade leaves at the next open.
    const held = valuesOf({ candles, entries: longsAt([0]), grid, feePct: 0, maxHold: 1 }, 'NET_PROFIT');
    expect(held[1]).toBeCloseTo(0, 10);
  });
});

function candlesOf(rows: readonly (readonly [number, number, number, number])[]): Candles {
  const column = (pick: (row: readonly [number, number, number, number], index: number) => number) =>
    Float64Array.from(rows, pick);
  return {
    pair: 'BTC/USDT',
    timeframe: '1h',
    timeframeMs: 3_600_000,
    openTimeMs: column((_, index) => index * 3_600_000),
    open: column((row) => row[0]),
    high: column((row) => row[1]),
    low: column((row) => row[2]),
    close: column((row) => row[3]),
    volume: column(() => 1),
  };
}

function longsAt(candles: readonly number[]): Entries {
  return {
    candle: Int32Array.from(candles),
    short: new Uint8Array(candles.length),
    signalAtMs: Float64Array.from(candles, (candle) => candle * 3_600_000),
  };
}
