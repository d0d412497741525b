// Sharpe where trades end almost alike: the plane's figures must be those of simulate to the last digits, with either fills.
import { describe, expect, it } from 'vitest';
import type { Fills } from '#domain/study.ts';
import { everyCandle } from '#search/entries.ts';
import { sharpen } from '#search/exact-sharpe.ts';
import { judgeCells } from '#search/judge.ts';
import { metricsOf } from '#search/metrics.ts';
import { simulate } from '#search/simulate.ts';
import { handMade } from '../support/hand-made.ts';
import { rng } from '../support/random-market.ts';

const GRID = { stopsPct: [-3, -5, -9], targetsPct: [8, 12, 20] };
const DAYS = 40;

/** Trades that hold for two candles and leave with about 5 %, more or less by `spread`. */
function almostAlike(spread: number) {
  const random = rng(3);
  const rows = Array.from({ length: 150 }, () => {
    const left = 105 * (1 + spread * (random() - 0.5) * Math.sqrt(12));
    return [
      [100, 100, 100, 100],
      [100, left, 100, left],
      [left, left, 100, 100],
    ] as const;
  }).flat();
  const candles = handMade(rows);
  const all = everyCandle(candles, 'LONG').entries;
  const first = (_: number, index: number) => index % 3 === 0;
  const entries = {
    candle: all.candle.filter(first),
    short: all.short.filter(first),
    signalAtMs: all.signalAtMs.filter(first),
  };
  return { candles, entries, grid: GRID, feePct: 0.05, maxHold: 2 };
}

function judged(input: ReturnType<typeof almostAlike>, fills: Fills) {
  let values = new Float64Array();
  judgeCells(
    input,
    { fills, objective: 'SHARPE', minTrades: 1 },
    {
      populations: [{ from: 0, trades: input.entries.candle.length, days: DAYS }],
      judged: (found) => {
        values = Float64Array.from(found);
      },
      onProgress: () => undefined,
    },
  );
  return values;
}

describe('the plane by sharpe', () => {
  it.each([2e-6, 1e-5, 1e-4])('is exact at a spread of %s', (spread) => {
    const input = almostAlike(spread);
    const values = judged(input, 'CONSERVATIVE');
    values.forEach((value, cell) => {
      const levels = {
        stopLossPct: GRID.stopsPct[Math.floor(cell / 3)] as number,
        takeProfitPct: GRID.targetsPct[cell % 3] as number,
      };
      const { trades } = simulate({ ...input, fills: 'CONSERVATIVE', levels, leverage: 1, oneAtATime: false });
      const wanted = metricsOf(trades, DAYS).sharpe ?? Number.NaN;
      expect(wanted).toBeGreaterThan(1_000);
      expect(Math.abs(value / wanted - 1)).toBeLessThan(1e-14);
    });
  });

  it('has no figure below the least spread', () => {
    expect([...judged(almostAlike(1e-7), 'CONSERVATIVE')]).toEqual(Array(9).fill(Number.NaN));
  });
});

describe('sharpen', () => {
  const population = { trades: 100, days: 10 };
  /** Cells with a mean of 1 % and these spreads. */
  const sumsOf = (spreads: readonly number[]) =>
    new Map([
      ['sum', Float64Array.from(spreads, () => 1)] as const,
      ['squares', Float64Array.from(spreads, (spread) => 100 * (1e-4 + spread ** 2))] as const,
    ]);

  it('replays blurred cells that may win, and no others', () => {
    const replayed: number[] = [];
    const values = Float64Array.of(90, 100, 40, 99, 95);
    sharpen(values, { sums: sumsOf([1e-5, 1e-5, 1e-5, 0.01, 1e-5]), population }, (cell) => {
      replayed.push(cell);
      return 70 + cell;
    });
    // Cell 2 has less than half of the greatest value, cell 3 has all its digits.
    expect(replayed).toEqual([1, 4, 0]);
    expect([...values]).toEqual([70, 71, 40, 99, 74]);
  });

  it('goes on when the greatest turns out to be less, and ends at its limit', () => {
    const values = Float64Array.of(100, 30, 20);
    sharpen(values, { sums: sumsOf([1e-5, 1e-5, 0.01]), population }, (cell) => (cell === 0 ? null : 31));
    expect([...values]).toEqual([Number.NaN, 31, 20]);
    let count = 0;
    const many = new Float64Array(600).fill(1);
    sharpen(many, { sums: sumsOf(Array(600).fill(1e-5)), population }, () => {
      count += 1;
      return 1;
    });
    expect(count).toBe(500);
  });
});
