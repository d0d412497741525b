// Borrowed trades: the fewer a pair has, the nearer it comes to the others; its own trades are never lent to itself.
import { describe, expect, it } from 'vitest';
import { placeSignals } from '#search/entries.ts';
import { gridOf } from '#search/grid.ts';
import { judgeCells } from '#search/judge.ts';
import { additiveValues, type CellSums, statisticsFor } from '#search/objective.ts';
import { greatestCell } from '#search/plateau.ts';
import { BORROWED_TRADES, openPool, shrunk } from '#search/shrink.ts';
import { randomMarket } from '../support/random-market.ts';

/** Cells whose mean profit is `means`, over `trades` trades. */
const sumsOf = (means: readonly number[], trades: number): CellSums =>
  new Map([['sum', Float64Array.from(means, (mean) => mean * trades)]]);

function poolOf(...pairs: readonly { readonly sums: CellSums; readonly trades: number }[]) {
  const open = openPool(2, ['sum']);
  for (const { sums, trades } of pairs) open.add(sums, trades);
  return open.pool;
}

/** The best cell of a pair whose own best is cell 0, among others whose best is cell 1. */
function bestWith(trades: number): number {
  const own = { sums: sumsOf([0.01, 0], trades), population: { trades, days: 10 } };
  const others = { sums: sumsOf([0, 0.01], 5_000), trades: 5_000 };
  const { sums, population } = shrunk(own, poolOf({ sums: own.sums, trades }, others), 100);
  return greatestCell(additiveValues('EXPECTANCY', sums, population));
}

describe('shrunk', () => {
  it('follows the others with few trades, and itself with many', () => {
    expect([bestWith(1), bestWith(99), bestWith(101), bestWith(1_000)]).toEqual([1, 1, 0, 0]);
  });

  it('weighs own and borrowed trades alike, and keeps what is per day', () => {
    const own = { sums: sumsOf([0.03, 0], 50), population: { trades: 50, days: 10 } };
    const pool = poolOf({ sums: own.sums, trades: 50 }, { sums: sumsOf([0, 0.01], 200), trades: 200 });
    const { sums, population } = shrunk(own, pool, 100);
    expect(population).toEqual({ trades: 150, days: 30 });
    const values = additiveValues('EXPECTANCY', sums, population);
    expect(values[0]).toBeCloseTo(1, 12);
    expect(values[1]).toBeCloseTo(100 * 0.01 * (100 / 150), 12);
  });

  it('changes nothing without another pair', () => {
    const own = { sums: sumsOf([0.01, 0], 50), population: { trades: 50, days: 10 } };
    expect(shrunk(own, poolOf({ sums: own.sums, trades: 50 }), 100)).toBe(own);
  });

  it('refuses sums of other cells or statistics', () => {
    const open = openPool(3, ['sum']);
    expect(() => open.add(sumsOf([1, 2], 1), 1)).toThrow('2 cells for a pool of 3');
    expect(() => openPool(2, ['squares']).add(sumsOf([1, 2], 1), 1)).toThrow('the plane was summed without squares');
  });
});

describe('judging with a pool', () => {
  const grid = gridOf({ min: -1, max: -3, step: 0.5 }, { min: 1, max: 3, step: 0.5 });
  const cells = grid.stopsPct.length * grid.targetsPct.length;
  const pairOf = (seed: number) => {
    const candles = randomMarket({ seed, count: 400 });
    const signals = [...candles.openTimeMs].flatMap((timeMs, index) =>
      index % 5 === 0 ? [{ timeMs, side: 'LONG' as const }] : [],
    );
    const { entries } = placeSignals(candles, signals, { side: null, source: 'file' });
    return { candles, entries, grid, feePct: 0.05, maxHold: 20 };
  };

  it('judges each range as if the pair had the others’ average trades beside its own', () => {
    const pairs = [1, 2, 3].map(pairOf);
    const rule = { fills: 'CONSERVATIVE', objective: 'PROFIT_FACTOR', minTrades: 1 } as const;
    const populations = [
      { from: 0, trades: 80, days: 16 },
      { from: 10, trades: 30, days: 6 },
    ];
    const pools = populations.map(() => openPool(cells, statisticsFor('PROFIT_FACTOR')));
    const own = pairs.map((pair) => {
      const kept = populations.map(() => openPool(cells, statisticsFor('PROFIT_FACTOR')));
      judgeCells(pair, rule, {
        populations,
        judged: () => undefined,
        summed: (sums, index) => {
          pools[index]?.add(sums, populations[index]?.trades ?? 0);
          kept[index]?.add(sums, populations[index]?.trades ?? 0);
        },
        onProgress: () => undefined,
      });
      return kept;
    });
    const found: Float64Array[] = [];
    judgeCells(pairs[0] as (typeof pairs)[number], rule, {
      populations,
      pool: (index) => pools[index]?.pool,
      judged: (values, index) => {
        found[index] = values;
      },
      onProgress: () => undefined,
    });
    populations.forEach((population, index) => {
      const mine = { sums: own[0]?.[index]?.pool.sums ?? new Map(), population };
      const all = openPool(cells, statisticsFor('PROFIT_FACTOR'));
      for (const kept of own) all.add(kept[index]?.pool.sums ?? new Map(), population.trades);
      const borrowed = shrunk(mine, all.pool, BORROWED_TRADES);
      expect(found[index]).toEqual(additiveValues('PROFIT_FACTOR', borrowed.sums, borrowed.population));
      expect(found[index]).not.toEqual(additiveValues('PROFIT_FACTOR', mine.sums, population));
    });
  });
});
