// Levels in percent become prices by decimal arithmetic: what a person computes on paper is what decides.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundHalfAway } from '#domain/decimal.ts';
import { exitRule, feeRatio, profitRatio, ratioE6, reachedAt, stopTouchedAt, targetPrice } from '#search/levels.ts';

const side = fc.constantFrom('LONG' as const, 'SHORT' as const);
const price = fc.double({ min: 1e-7, max: 1e6, noNaN: true });
const pct = fc.integer({ min: 1, max: 600_000 }).map((units) => units / 1e4);
const leverage = fc.constantFrom(1, 1.5, 2, 2.5, 3, 5, 7, 10);

describe('a percentage times leverage', () => {
  it.each([
    [-1.48, 3, -44_400],
    [-0.07, 100, -70_000],
    [-1.48, 5, -74_000],
    [1.00005, 1, 10_001],
    [-1.00005, 1, -10_001],
    [1.000049, 1, 10_000],
    [0.3333, 3.3333, 11_110],
    [1.1, 1.1, 12_100],
    [0.00001, 1, 0],
    [-0.00004, 1, 0],
    [5e-7, 100, 1],
    [99.9999, 1, 999_999],
  ])('%d at %dx is %d millionths', (percent, times, millionths) => {
    expect(ratioE6(percent, times)).toBe(millionths);
  });

  it('is exact where binary arithmetic is not: four decimals at a whole leverage are never rounded', () => {
    fc.assert(
      fc.property(fc.integer({ min: -600_000, max: 600_000 }), fc.integer({ min: 1, max: 125 }), (units, times) => {
        expect(ratioE6(units / 1e4, times)).toBe(units * times || 0);
      }),
    );
  });

  it('is no number when either is none', () => {
    expect([ratioE6(Number.NaN, 1), ratioE6(1, Number.POSITIVE_INFINITY)]).toEqual([Number.NaN, Number.NaN]);
  });

  it('gives a fee as the nearest double', () => {
    expect([feeRatio(0.05), feeRatio(0.075), feeRatio(0)]).toEqual([0.0005, 0.00075, 0]);
  });
});

describe('a stop', () => {
  it('at -1 % of 100 is touched by 99.00 whatever the binary noise, and by nothing above', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: 1, max: 500 }), (bps, units) => {
        const entry = units * 10_000;
        const rule = (of: 'LONG' | 'SHORT') =>
          exitRule({ stopLossPct: -bps / 100, takeProfitPct: 1 }, { side: of, leverage: 1, feePct: 0 });
        const below = (entry * (10_000 - bps)) / 10_000;
        const above = (entry * (10_000 + bps)) / 10_000;
        const long = stopTouchedAt(entry * rule('LONG').stopFactor, 'LONG');
        const short = stopTouchedAt(entry * rule('SHORT').stopFactor, 'SHORT');
        expect([below <= long, below * (1 + 1e-11) <= long]).toEqual([true, false]);
        expect([above >= short, above * (1 - 1e-11) >= short]).toEqual([true, false]);
      }),
    );
  });

  it('is a price at |stop| / leverage from the entry', () => {
    const at = (of: 'LONG' | 'SHORT') =>
      200 * exitRule({ stopLossPct: -1.5, takeProfitPct: 1 }, { side: of, leverage: 2, feePct: 0.05 }).stopFactor;
    expect(at('LONG')).toBeCloseTo(197, 10);
    expect(at('SHORT')).toBeCloseTo(203, 10);
  });

  it.each([
    ['not negative', { stopLossPct: 1.48, takeProfitPct: 1 }, 1, '--stop: 1.48 is not a stop'],
    ['zero once rounded', { stopLossPct: -0.00001, takeProfitPct: 1 }, 1, '--stop: -0.00001 is not a stop'],
    ['no number', { stopLossPct: Number.NaN, takeProfitPct: 1 }, 1, '--stop: NaN is not a stop'],
    ['the whole stake', { stopLossPct: -100, takeProfitPct: 1 }, 1, 'loses the whole stake'],
    ['the whole stake at its leverage', { stopLossPct: -33.33335, takeProfitPct: 1 }, 3, 'loses the whole stake'],
  ])('that is %s is refused', (_, levels, times, message) => {
    const make = () => exitRule(levels, { side: 'LONG', leverage: times, feePct: 0 }, { stop: '--stop', target: '-t' });
    expect(make).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', message: expect.stringContaining(message) }),
    );
  });

  it('just short of the whole stake is taken', () => {
    const levels = { stopLossPct: -33.3333, takeProfitPct: 1 };
    expect(exitRule(levels, { side: 'LONG', leverage: 3, feePct: 0 }).stopFactor).toBeCloseTo(0.666667, 9);
  });
});

describe('a target', () => {
  it('is reached exactly when the profit rounded to 8 decimals is strictly greater', () => {
    const nearby = fc.tuple(fc.integer({ min: 1, max: 6_000_000 }), fc.integer({ min: -30, max: 30 }));
    fc.assert(
      fc.property(nearby, ([e6, step]) => {
        const profit = (e6 * 10_000 + step) / 1e10;
        expect(profit >= reachedAt(e6)).toBe(roundHalfAway(profit, 8) > e6 / 1e6);
      }),
      { numRuns: 3_000 },
    );
  });

  it('hit to the digit is not reached; its price pays the target after both fees', () => {
    fc.assert(
      fc.property(
        side,
        price,
        pct,
        leverage,
        fc.constantFrom(0, 0.05, 0.3),
        (of, entry, takeProfitPct, times, feePct) => {
          fc.pre(of === 'LONG' || takeProfitPct < 99);
          const rule = exitRule({ stopLossPct: -1, takeProfitPct }, { side: of, leverage: times, feePct });
          const hit = profitRatio(of, { open: entry, close: targetPrice(rule, entry) }, rule.fee);
          expect(Math.abs(times * hit - rule.targetRatio)).toBeLessThan(1e-12);
          expect(times * hit >= rule.reachedAt).toBe(false);
          const beyond = targetPrice(rule, entry) * (of === 'LONG' ? 1 + 1e-7 : 1 - 1e-7);
          expect(times * profitRatio(of, { open: entry, close: beyond }, rule.fee) >= rule.reachedAt).toBe(true);
        },
      ),
    );
  });

  it('at or below zero is refused', () => {
    const make = () => exitRule({ stopLossPct: -1, takeProfitPct: 0 }, { side: 'LONG', leverage: 1, feePct: 0 });
    expect(make).toThrow('takeProfitPct: 0 is not a target');
  });
});
