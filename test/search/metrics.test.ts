// The figures of trades: each equals its definition, exists only where the definition does, and drawdown is what was lost from the best sum so far.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricsJson } from '#domain/metrics-json.ts';
import { metricsOf, type TradeColumns, wholeDays } from '#search/metrics.ts';

/** Trades [profit, exit candle, reason], all entered at candle 0. */
function tradesOf(...rows: readonly (readonly [profit: number, exit: number, reason?: number])[]): TradeColumns {
  return {
    profit: Float64Array.from(rows, ([profit]) => profit),
    entryCandle: new Int32Array(rows.length),
    exitCandle: Int32Array.from(rows, ([, exit]) => exit),
    reason: Uint8Array.from(rows, ([, , reason]) => reason ?? 0),
  };
}

describe('figures computed on paper', () => {
  const metrics = metricsOf(tradesOf([0.02, 4, 1], [-0.01, 6, 0], [0, 8, 2], [0.03, 10, 3]), 4);

  it('count, average and sum', () => {
    expect(metrics).toMatchObject({ trades: 4, winRate: 0.5, avgBars: 7 });
    expect(metrics.profitFactor).toBeCloseTo(5, 12);
    expect(metrics.expectancyPct).toBeCloseTo(1, 12);
    expect(metrics.netProfitPct).toBeCloseTo(4, 12);
    expect(metrics.avgWinPct).toBeCloseTo(2.5, 12);
    expect(metrics.avgLossPct).toBeCloseTo(-1, 12);
    expect(metrics.exits).toEqual({ stopLoss: 1, roi: 1, maxHold: 1, forceExit: 1 });
  });

  it('per spread and year', () => {
    expect(metrics.sharpe).toBeCloseTo((0.01 / Math.sqrt(0.001 / 4)) * Math.sqrt(365), 9);
    expect(metrics.sortino).toBeCloseTo((0.01 / Math.sqrt(0.0001 / 4)) * Math.sqrt(365), 9);
    expect(metrics.maxDrawdownPct).toBeCloseTo(1, 12);
    expect(metrics.calmar).toBeCloseTo((1 / (0.01 / 1.02)) * Math.sqrt(365), 9);
  });

  it('the greatest drawdown is measured from the maximum before it, relative to 1 + that maximum', () => {
    const later = metricsOf(tradesOf([-0.1, 1], [0.3, 2], [-0.15, 3], [0.2, 4]), 1);
    expect(later.maxDrawdownPct).toBeCloseTo(15, 12);
    expect(later.calmar).toBeCloseTo((25 / (0.15 / 1.2)) * Math.sqrt(365), 9);
    expect(metricsOf(tradesOf([-0.1, 1], [-0.1, 2]), 1).maxDrawdownPct).toBeCloseTo(20, 12);
  });

  it('exits of one candle count together, whatever the order of the trades', () => {
    expect(metricsOf(tradesOf([-0.05, 9], [0.02, 1], [0.06, 9]), 1).maxDrawdownPct).toBe(0);
    expect(metricsOf(tradesOf([-0.05, 9], [0.06, 10], [0.02, 1]), 1).maxDrawdownPct).toBeCloseTo(5, 12);
  });

  it('days are whole, at least one', () => {
    const day = 86_400_000;
    expect([wholeDays(0, 0), wholeDays(0, 2 * day - 1), wholeDays(5, 5 + 2 * day)]).toEqual([1, 1, 2]);
  });
});

describe('a figure that does not exist is null', () => {
  it('without trades all but the counts', () => {
    const { trades, exits, ...figures } = metricsOf(tradesOf(), 10);
    expect([trades, exits]).toEqual([0, { stopLoss: 0, roi: 0, maxHold: 0, forceExit: 0 }]);
    expect(Object.keys(figures)).toHaveLength(11);
    expect(Object.values(figures).every((figure) => figure === null)).toBe(true);
  });

  it('without losses', () => {
    expect(metricsOf(tradesOf([0.01, 1], [0.02, 2]), 1)).toMatchObject({
      profitFactor: null,
      avgLossPct: null,
      sortino: null,
      calmar: null,
      maxDrawdownPct: 0,
    });
  });

  it('without wins: profitFactor 0, no average win', () => {
    expect(metricsOf(tradesOf([-0.01, 1], [-0.02, 2]), 1)).toMatchObject({
      profitFactor: 0,
      avgWinPct: null,
      winRate: 0,
    });
  });

  it('without spread: equal trades, and spreads below a millionth', () => {
    expect(metricsOf(tradesOf([0.01, 1], [0.01, 2]), 1).sharpe).toBeNull();
    expect(metricsOf(tradesOf([0.01, 1], [0.0100019, 2]), 1).sharpe).toBeNull();
    expect(metricsOf(tradesOf([0.01, 1], [0.0100021, 2]), 1).sharpe).not.toBeNull();
    const tiny = metricsOf(tradesOf([0.01, 1], [-0.0000009, 2]), 1);
    expect([tiny.sortino, tiny.calmar]).toEqual([null, null]);
    expect(tiny.maxDrawdownPct).toBeCloseTo(0.00009, 12);
  });
});

describe('for all trades', () => {
  // A ratio of prices less 1 is never finer than 1e-16.
  const profit = fc.double({ min: -0.5, max: 0.5, noNaN: true }).map((ratio) => 1 + ratio - 1);
  const row = fc.tuple(profit, fc.nat(30), fc.nat(3));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

  it('each figure equals its definition, written once more', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 400 }), (rows, days) => {
        const metrics = metricsOf(tradesOf(...rows), days);
        const profits = rows.map(([profit]) => profit);
        const perDay = sum(profits) / days;
        const mean = sum(profits) / profits.length;
        const sigma = Math.sqrt(sum(profits.map((profit) => (profit - mean) ** 2)) / profits.length);
        const down = Math.sqrt(sum(profits.map((profit) => Math.min(profit, 0) ** 2)) / profits.length);
        const curve = [...new Set(rows.map(([, exit]) => exit))]
          .sort((a, b) => a - b)
          .map((candle) => sum(rows.filter(([, exit]) => exit <= candle).map(([profit]) => profit)));
        const falls = curve.map((value, index) => Math.max(0, ...curve.slice(0, index + 1)) - value);
        const yearly = (top: number, bottom: number) => (bottom < 1e-6 ? null : (top / bottom) * Math.sqrt(365));
        expectClose(metrics.sharpe, yearly(perDay, sigma));
        expectClose(metrics.sortino, yearly(perDay, down));
        expectClose(metrics.maxDrawdownPct, 100 * Math.max(...falls));
        expectClose(metrics.winRate, profits.filter((profit) => profit > 0).length / profits.length);
        expectClose(metrics.netProfitPct, 100 * sum(profits));
      }),
      { numRuns: 300 },
    );
  });

  it('no figure is ever NaN, infinite or a negative zero in print', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
        const text = JSON.stringify(metricsJson(metricsOf(tradesOf(...rows), 1)));
        const { exits, ...figures } = metricsJson(metricsOf(tradesOf(...rows), 1));
        expect(text).not.toMatch(/-0[,}]/);
        for (const figure of Object.values(figures)) expect(figure === null || Number.isFinite(figure)).toBe(true);
        expect(Object.values(exits).reduce((total, count) => total + count, 0)).toBe(rows.length);
      }),
    );
  });
});

describe('in print', () => {
  it('percentages have 4 decimals, other figures all of theirs, exits freqtrade names', () => {
    const metrics = metricsOf(tradesOf([0.0123456789, 3, 1], [-0.0100123456, 4, 0], [0.0005, 5, 1]), 1);
    expect(metricsJson(metrics)).toMatchObject({
      netProfitPct: 0.2833,
      avgWinPct: 0.6423,
      avgLossPct: -1.0012,
      expectancyPct: 0.0944,
      maxDrawdownPct: 1.0012,
      winRate: 2 / 3,
      sharpe: metrics.sharpe,
      exits: { stop_loss: 1, roi: 2, max_hold: 0, force_exit: 0 },
    });
  });
});

function expectClose(found: number | null, wanted: number | null): void {
  if (wanted === null || found === null) expect(found).toBe(wanted);
  else expect(Math.abs(found - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
}
