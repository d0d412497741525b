// Exit plans with conservative fills: the rules written a second time, cases on paper, and laws that hold for all markets.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candles, Side } from '#domain/market.ts';
import { conservativeExit } from '#search/conservative-exit.ts';
import { EXIT_REASONS, type Exit } from '#search/exit.ts';
import { type ExitPlan, PLAIN } from '#search/exit-plan.ts';
import { freqtradeExit } from '#search/freqtrade-exit.ts';
import { freqtradePlannedExit } from '#search/freqtrade-planned-exit.ts';
import { plannedExit } from '#search/planned-exit.ts';
import { plannedRule } from '#search/planned-rule.ts';
import { tickDecimals } from '#search/tick.ts';
import { handMade } from '../support/hand-made.ts';
import { randomMarket } from '../support/random-market.ts';

const LEVELS = { stopLossPct: -2, takeProfitPct: 6 };

const steps = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: -100, max: 500 })), { maxLength: 3 })
  .map((made) => {
    let after = 0;
    return made.map(([minutes, target]) => {
      after += minutes;
      return { afterMinutes: after, takeProfitPct: target / 100 };
    });
  });

const trailings = fc.record({
  distancePct: fc.integer({ min: 5, max: 300 }).map((hundredths) => hundredths / 100),
  beyond: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
  onlyOffset: fc.boolean(),
});

const plans: fc.Arbitrary<ExitPlan> = fc.record({
  trailing: fc.option(
    trailings.map(({ distancePct, beyond, onlyOffset }) => ({
      distancePct,
      offsetPct: beyond === undefined ? 0 : Math.round(100 * distancePct + beyond) / 100,
      onlyOffset,
    })),
  ),
  breakEvenPct: fc.option(fc.integer({ min: 1, max: 300 }).map((hundredths) => hundredths / 100)),
  targets: steps,
});

const trades = fc.record({
  seed: fc.nat(10_000),
  entry: fc.integer({ min: 1, max: 138 }),
  maxHold: fc.constantFrom(0, 3, 20),
  side: fc.constantFrom<Side>('LONG', 'SHORT'),
  leverage: fc.constantFrom(1, 3),
  feePct: fc.constantFrom(0, 0.05),
});

const ruleOf = (plan: ExitPlan, trade: { side: Side; leverage: number; feePct: number }) =>
  plannedRule({ plan, levels: LEVELS }, trade);

/** The rules again: everything from the beginning for every candle. */
function oracle(
  candles: Candles,
  plan: ExitPlan,
  trade: Parameters<typeof ruleOf>[1] & { entry: number; maxHold: number },
): Exit {
  const { entry, side, leverage, maxHold } = trade;
  const way = side === 'LONG' ? 1 : -1;
  const fee = trade.feePct / 100;
  const at = (column: Float64Array, index: number) => column[index] as number;
  const price = at(candles.open, entry);
  const best = (index: number) => at(way > 0 ? candles.high : candles.low, index);
  const worst = (index: number) => at(way > 0 ? candles.low : candles.high, index);
  const profit = (close: number) =>
    way > 0 ? (close * (1 - fee)) / (price * (1 + fee)) - 1 : 1 - (close * (1 + fee)) / (price * (1 - fee));
  const above = (ratio: number, pct: number) =>
    Number((leverage * ratio).toFixed(8)) > Number((leverage * pct).toFixed(4)) / 100;
  const end = candles.open.length - 1;
  for (let candle = entry; candle <= end; candle += 1) {
    if (maxHold > 0 && candle === entry + maxHold) return { candle, rate: at(candles.open, candle), reason: 2 };
    const first = price * (1 - (way * -LEVELS.stopLossPct) / 100);
    const moved = [first];
    for (let before = entry; before < candle; before += 1) {
      const shown = profit(best(before));
      const { trailing, breakEvenPct } = plan;
      if (breakEvenPct !== null && above(shown, breakEvenPct)) moved.push(price * ((1 + way * fee) / (1 - way * fee)));
      if (trailing !== null) {
        const passed = above(shown, trailing.offsetPct);
        const distance = passed ? trailing.distancePct : trailing.onlyOffset ? undefined : -LEVELS.stopLossPct;
        if (distance !== undefined) moved.push(best(before) * (1 - (way * distance) / 100));
      }
    }
    const stop = way > 0 ? Math.max(...moved) : Math.min(...moved);
    if (way * (worst(candle) - stop) <= Math.abs(stop) * 1e-12) {
      const opened = at(candles.open, candle);
      const rate = way * (opened - stop) < 0 ? opened : stop;
      return { candle, rate, reason: stop === first ? 0 : 4 };
    }
    const minutes = (at(candles.openTimeMs, candle) - at(candles.openTimeMs, entry)) / 60_000;
    const target =
      plan.targets.findLast(({ afterMinutes }) => afterMinutes <= minutes)?.takeProfitPct ?? LEVELS.takeProfitPct;
    if (above(profit(best(candle)), target)) {
      const gain = 1 + (way * target) / 100;
      return { candle, rate: (price * (1 + way * fee) * gain) / (1 - way * fee), reason: 1 };
    }
  }
  return { candle: end, rate: at(candles.open, end), reason: 3 };
}

describe('whatever the market', () => {
  test('trades leave as the rules written a second time have it', () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(trades, plans, (trade, plan) => {
        const candles = randomMarket({
          seed: trade.seed,
          count: 140,
          timeframe: '5m',
          volatility: 0.012,
          holeShare: 0.05,
        });
        const exit = plannedExit(candles, trade, ruleOf(plan, trade));
        const again = oracle(candles, plan, trade);
        expect({ candle: exit.candle, reason: exit.reason }).toEqual({ candle: again.candle, reason: again.reason });
        expect(Math.abs(exit.rate / again.rate - 1)).toBeLessThan(1e-12);
        seen.add(exit.reason);
      }),
      { numRuns: 1_000 },
    );
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('no figure depends on a candle after the one in which the trade leaves', () => {
    fc.assert(
      fc.property(trades, plans, (trade, plan) => {
        const candles = randomMarket({ seed: trade.seed, count: 140, timeframe: '5m' });
        const rule = ruleOf(plan, trade);
        const exit = plannedExit(candles, trade, rule);
        const changed = randomMarket({ seed: trade.seed + 1, count: 140, timeframe: '5m' });
        for (const name of ['open', 'high', 'low', 'close'] as const)
          changed[name].set(candles[name].subarray(0, exit.candle + 1));
        fc.pre(EXIT_REASONS[exit.reason] !== 'force_exit');
        expect(plannedExit(changed, trade, rule)).toEqual(exit);
      }),
      { numRuns: 300 },
    );
  });

  test('a plan that asks for nothing changes nothing, with either fills', () => {
    fc.assert(
      fc.property(trades, (trade) => {
        const candles = randomMarket({ seed: trade.seed, count: 140, timeframe: '5m', decimals: 2 });
        const planned = ruleOf(PLAIN, trade);
        expect(plannedExit(candles, trade, planned)).toEqual(conservativeExit(candles, trade, planned.rule));
        const market = { candles, decimals: tickDecimals(candles) };
        expect(freqtradePlannedExit(market, trade, planned)).toEqual(freqtradeExit(market, trade, planned.rule));
      }),
      { numRuns: 500 },
    );
  });
});

describe('on paper', () => {
  const leaves = (rows: Parameters<typeof handMade>[0], plan: Partial<ExitPlan>, side: Side = 'LONG') => {
    const candles = handMade(rows);
    const { candle, rate, reason } = plannedExit(
      candles,
      { entry: 0, maxHold: 0 },
      ruleOf({ ...PLAIN, ...plan }, { side, leverage: 1, feePct: 0 }),
    );
    return [EXIT_REASONS[reason], candle, Number(rate.toFixed(6))];
  };
  const trailing = { distancePct: 1, offsetPct: 0, onlyOffset: false };

  test('a stop trails the best price of closed candles, not that of its own', () => {
    expect(
      leaves(
        [
          [100, 104, 100, 101],
          [103.5, 104, 102.96, 103],
          [103, 103, 103, 103],
        ],
        { trailing },
      ),
    ).toEqual(['trailing_stop_loss', 1, 102.96]);
    expect(
      leaves(
        [
          [100, 104, 100, 101],
          [103.5, 105, 103.5, 104],
          [104, 104, 103.94, 104],
        ],
        { trailing },
      ),
    ).toEqual(['trailing_stop_loss', 2, 103.95]);
    expect(
      leaves(
        [
          [100, 100, 96, 99],
          [97, 97.5, 96.5, 97],
          [97, 97, 97, 97],
        ],
        { trailing },
        'SHORT',
      ),
    ).toEqual(['trailing_stop_loss', 1, 97]);
  });

  test('where a candle opens beyond the stop that was moved it fills at the open', () => {
    expect(
      leaves(
        [
          [100, 104, 100, 101],
          [101, 101, 100, 100],
          [100, 100, 100, 100],
        ],
        { trailing },
      ),
    ).toEqual(['trailing_stop_loss', 1, 101]);
  });

  test('until the offset is passed the stop trails as far behind as it began, or not at all', () => {
    const rows: Parameters<typeof handMade>[0] = [
      [100, 101.5, 100, 101],
      [101, 101, 99, 100],
      [100, 100, 97, 97],
      [97, 97, 97, 97],
    ];
    const late = { distancePct: 1, offsetPct: 3 };
    expect(leaves(rows, { trailing: { ...late, onlyOffset: false } })).toEqual(['trailing_stop_loss', 1, 99.47]);
    expect(leaves(rows, { trailing: { ...late, onlyOffset: true } })).toEqual(['stop_loss', 2, 98]);
  });

  test('at break even nothing is lost after both fees', () => {
    const candles = handMade([
      [100, 101, 100, 101],
      [101, 101, 99, 99],
      [99, 99, 99, 99],
    ]);
    const planned = ruleOf({ ...PLAIN, breakEvenPct: 0.5 }, { side: 'LONG', leverage: 1, feePct: 0.05 });
    const { rate, reason } = plannedExit(candles, { entry: 0, maxHold: 0 }, planned);
    expect(EXIT_REASONS[reason]).toBe('trailing_stop_loss');
    expect((rate * 0.9995) / (100 * 1.0005)).toBeCloseTo(1, 12);
  });

  test('a target that comes into force with a candle fills at its own price, wherever the candle opens', () => {
    const targets = [{ afterMinutes: 60, takeProfitPct: 1 }];
    expect(
      leaves(
        [
          [100, 103, 100, 103],
          [103, 104, 103, 104],
          [104, 104, 104, 104],
        ],
        { targets },
      ),
    ).toEqual(['roi', 1, 101]);
    expect(
      leaves(
        [
          [100, 103, 100, 103],
          [103, 104, 103, 104],
        ],
        { targets: [{ afterMinutes: 61, takeProfitPct: 1 }] },
      ),
    ).toEqual(['force_exit', 1, 103]);
  });
});

describe('refused', () => {
  const refused = (plan: Partial<ExitPlan>) => () =>
    ruleOf({ ...PLAIN, ...plan }, { side: 'LONG', leverage: 3, feePct: 0 });
  test.each([
    ['a distance of nothing', { trailing: { distancePct: 0, offsetPct: 0, onlyOffset: false } }, /^trailing/],
    ['a distance of the whole stake', { trailing: { distancePct: 34, offsetPct: 0, onlyOffset: false } }, /^trailing/],
    ['an offset not above the distance', { trailing: { distancePct: 1, offsetPct: 1, onlyOffset: true } }, /^offset/],
    ['a trigger that is no profit', { breakEvenPct: 0 }, /^breakEven/],
    [
      'targets at the same time',
      { targets: [5, 5].map((afterMinutes) => ({ afterMinutes, takeProfitPct: 1 })) },
      /^targets/,
    ],
    ['half a minute', { targets: [{ afterMinutes: 0.5, takeProfitPct: 1 }] }, /^targets/],
    ['a target that loses the stake', { targets: [{ afterMinutes: 5, takeProfitPct: -34 }] }, /^targets/],
    ['a target that is no number', { targets: [{ afterMinutes: 5, takeProfitPct: Number.NaN }] }, /^targets/],
  ])('%s', (_what, plan, message) => {
    expect(refused(plan)).toThrow(message);
  });
});
