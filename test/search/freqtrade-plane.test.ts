// The plane with freqtrade's fills promises what the conservative one does: every cell equals simulating its two levels, waiting orders included.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Objective } from '#domain/study.ts';
import { MAX_HOLD, ROI, STOP_LOSS } from '#search/exit.ts';
import { FreqtradeWalker, type Meetings, NEVER } from '#search/freqtrade-touch.ts';
import { gridOf } from '#search/grid.ts';
import { judgeCells } from '#search/judge.ts';
import { metricsOf } from '#search/metrics.ts';
import { objectiveOf } from '#search/objective.ts';
import type { PlaneInput } from '#search/plane.ts';
import { simulate } from '#search/simulate.ts';
import { stage } from '#search/stage.ts';
import { tickDecimals } from '#search/tick.ts';
import { handMade } from '../support/hand-made.ts';
import { hostileMarket } from '../support/hostile-market.ts';

const DAYS = 17;
const GRID = gridOf({ min: -0.2, max: -6, step: 0.3 }, { min: 5, max: 0.25, step: 0.25 });

const market = fc.record({
  seed: fc.nat(1e6),
  count: fc.integer({ min: 4, max: 90 }),
  volatility: fc.constantFrom(0.002, 0.01, 0.05),
  gapShare: fc.constantFrom(0, 0.2, 0.9),
  holeShare: fc.constantFrom(0, 0.1),
  decimals: fc.constantFrom(0, 1, 2),
  noiseShare: fc.constantFrom(0, 0.3),
  timeframe: fc.constantFrom('5m' as const, '1h' as const),
});
const rule = fc.record({ feePct: fc.constantFrom(0, 0.05), maxHold: fc.constantFrom(1, 3, 500) });

function inputOf(shape: Parameters<typeof hostileMarket>[0], rules: { feePct: number; maxHold: number }): PlaneInput {
  const { candles, entries } = stage(hostileMarket(shape), null, { side: null, fills: 'FREQTRADE' });
  return { candles, entries, grid: GRID, ...rules };
}

function judgedValues(input: PlaneInput, objective: Objective) {
  const trades = input.entries.candle.length;
  let values = new Float64Array();
  const blocks = judgeCells(
    input,
    { fills: 'FREQTRADE', objective, minTrades: 1 },
    {
      populations: [{ from: 0, trades, days: DAYS }],
      judged: (found) => {
        values = Float64Array.from(found);
      },
      onProgress: () => undefined,
    },
  );
  return { values, blocks };
}

function tradesOf(input: PlaneInput, cell: number) {
  const width = GRID.targetsPct.length;
  const levels = {
    stopLossPct: GRID.stopsPct[Math.floor(cell / width)] as number,
    takeProfitPct: GRID.targetsPct[cell % width] as number,
  };
  return simulate({ ...input, fills: 'FREQTRADE', levels, leverage: 1, oneAtATime: false }).trades;
}

function expectEqual(found: number, wanted: number | null) {
  if (wanted === null) expect(found).toBeNaN();
  else expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted)));
}

describe('the plane with freqtrade’s fills', () => {
  it.each(['NET_PROFIT', 'PROFIT_FACTOR', 'SORTINO', 'CALMAR'] as const)('equals simulate in %s', (objective) => {
    fc.assert(
      fc.property(market, rule, (shape, rules) => {
        const input = inputOf(shape, rules);
        const { values } = judgedValues(input, objective);
        for (let cell = 0; cell < values.length; cell += 11) {
          expectEqual(values[cell] as number, objectiveOf(metricsOf(tradesOf(input, cell), DAYS), objective));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('sums the blocks of the overfitting test over the same trades', () => {
    const input = inputOf(
      { seed: 5, count: 60, decimals: 1, noiseShare: 0.2, gapShare: 0.5 },
      { feePct: 0.05, maxHold: 9 },
    );
    const { values, blocks } = judgedValues(input, 'NET_PROFIT');
    expect(blocks?.sums).toHaveLength(10);
    expect(blocks?.trades.reduce((sum, count) => sum + count, 0)).toBe(input.entries.candle.length);
    values.forEach((value, cell) => {
      const sum = blocks?.sums.reduce((total, block) => total + (block[cell] as number), 0) ?? Number.NaN;
      expect(100 * sum).toBeCloseTo(value, 9);
    });
  });

  it('lets levels win against the end of the hold where its waiting order is asked for again', () => {
    const monthsEnd = Date.UTC(2024, 1, 1) - 600_000;
    const made = handMade([
      [100, 100.01, 100, 100],
      [100, 100.5, 99.51, 100],
      // Opens at 100.4951, which rounds to 100.50, above it; then the same again in a candle that also holds many levels.
      [100.4951, 100.4951, 100.2, 100.3],
      [100.4952, 103, 98, 100],
      [100, 100, 100, 100],
    ]);
    const candles = {
      ...made,
      timeframe: '5m',
      timeframeMs: 300_000,
      openTimeMs: made.openTimeMs.map((_, index) => monthsEnd + index * 300_000),
    };
    const { entries } = stage(candles, [{ timeMs: monthsEnd + 300_000, side: 'LONG' }], {
      side: null,
      fills: 'FREQTRADE',
    });
    const input = { candles, entries, grid: GRID, feePct: 0, maxHold: 1 };
    const { values } = judgedValues(input, 'NET_PROFIT');
    const reasons = new Set<number | undefined>();
    values.forEach((value, cell) => {
      const { profit, reason } = tradesOf(input, cell);
      expect(value).toBeCloseTo(100 * (profit[0] as number), 9);
      reasons.add(reason[0]);
    });
    expect([...reasons].sort()).toEqual([STOP_LOSS, ROI, MAX_HOLD]);
  });

  it('meets orders that wait in these markets, at every kind of exit: the cases above are not empty', () => {
    const waiting = { stops: 0, targets: 0, timeouts: 0 };
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const shape = { seed, count: 90, decimals: 1, gapShare: 0.9, volatility: 0.03, noiseShare: 0.3 };
      const { candles, entries, ...rules } = inputOf(shape, { feePct: 0, maxHold: 8 });
      const walker = new FreqtradeWalker({ candles, decimals: tickDecimals(candles) }, GRID, {
        ...rules,
        side: 'LONG',
      });
      for (const entry of entries.candle) {
        walker.walk(entry);
        waiting.stops += marked(walker.stops);
        waiting.targets += marked(walker.targets);
        waiting.timeouts += !walker.timeout.afterLevels && walker.timeout.candle > entry + rules.maxHold ? 1 : 0;
      }
    }
    expect(Object.values(waiting).map((count) => count > 0)).toEqual([true, true, true]);
  });
});

function marked({ candle, profit }: Meetings): number {
  return profit.filter((r, level) => candle[level] !== NEVER && Number.isNaN(r)).length;
}
