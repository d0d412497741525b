// Folds: where their borders lie, what the embargo keeps apart, which are dropped, and that nothing later decides anything earlier.
import { describe, expect, it } from 'vitest';
import { everyCandle } from '#search/entries.ts';
import { daysWithin, foldSpans } from '#search/folds.ts';
import { metricsOf } from '#search/metrics.ts';
import { joinEntries } from '#search/trades.ts';
import { planFolds, replayer, walkForward } from '#search/walk-forward.ts';
import { HOUR_MS, handMade } from '../support/hand-made.ts';
import { randomMarket } from '../support/random-market.ts';

const hours = (count: number) => randomMarket({ seed: 1, count });

describe('foldSpans', () => {
  it('cuts the period into folds + 1 spans, rounding borders down to whole timeframes', () => {
    const candles = hours(20);
    const start = candles.openTimeMs[0] as number;
    const spans = foldSpans(candles, { folds: 2, maxHold: 3, walkForward: 'ANCHORED' });
    // 20 timeframes: borders at floor(20/3) = 6, floor(40/3) = 13 and 20.
    expect(spans).toEqual([
      {
        trainFromMs: start,
        trainToMs: start + 3 * HOUR_MS,
        testFromMs: start + 6 * HOUR_MS,
        testToMs: start + 13 * HOUR_MS,
      },
      {
        trainFromMs: start,
        trainToMs: start + 10 * HOUR_MS,
        testFromMs: start + 13 * HOUR_MS,
        testToMs: start + 20 * HOUR_MS,
      },
    ]);
  });

  it('rolling, trains on the span before the test alone and tests on the same spans', () => {
    const candles = hours(20);
    const rule = { folds: 2, maxHold: 3 };
    const anchored = foldSpans(candles, { ...rule, walkForward: 'ANCHORED' });
    const rolling = foldSpans(candles, { ...rule, walkForward: 'ROLLING' });
    const start = candles.openTimeMs[0] as number;
    expect(rolling[0]).toEqual(anchored[0]);
    expect(rolling[1]).toEqual({ ...anchored[1], trainFromMs: start + 6 * HOUR_MS });
  });

  it('measures the period in time, holes included', () => {
    const flat = [100, 100, 100, 100] as const;
    const candles = handMade([flat, flat, flat], [0, 1, 9]);
    expect(foldSpans(candles, { folds: 1, maxHold: 1, walkForward: 'ANCHORED' })[0]).toMatchObject({
      testFromMs: 5 * HOUR_MS,
      testToMs: 10 * HOUR_MS,
    });
  });
});

describe('daysWithin', () => {
  it('counts whole days from the first to the last candle open in the range, at least 1', () => {
    const times = Float64Array.from({ length: 100 }, (_, hour) => hour * HOUR_MS);
    expect(daysWithin(times, 0, 49 * HOUR_MS)).toBe(2);
    expect(daysWithin(times, 0, 48 * HOUR_MS)).toBe(1);
    expect(daysWithin(times, 200 * HOUR_MS, 300 * HOUR_MS)).toBe(1);
  });
});

describe('planFolds', () => {
  it('trains on entries before the embargo and tests on those from the border on', () => {
    const candles = hours(60);
    const { entries } = everyCandle(candles, 'LONG');
    const { folds, warnings } = planFolds(candles, entries, { folds: 2, maxHold: 5, walkForward: 'ANCHORED' });
    expect(warnings).toEqual([]);
    expect(folds.map(({ trainFrom, trainTo, testFrom, testTo }) => [trainFrom, trainTo, testFrom, testTo])).toEqual([
      [0, 15, 20, 40],
      [0, 35, 40, 59],
    ]);
  });

  it('rolling, leaves out what came before the span it trains on', () => {
    const candles = hours(60);
    const { entries } = everyCandle(candles, 'LONG');
    const { folds } = planFolds(candles, entries, { folds: 2, maxHold: 5, walkForward: 'ROLLING' });
    expect(folds.map(({ trainFrom, trainTo, trainDays }) => [trainFrom, trainTo, trainDays])).toEqual([
      [0, 15, 1],
      [20, 35, 1],
    ]);
    // A hold longer than the span leaves nothing to train on.
    const none = planFolds(candles, entries, { folds: 2, maxHold: 20, walkForward: 'ROLLING' });
    expect(none.folds).toEqual([]);
    expect(none.warnings[1]).toBe('fold 2 is dropped: no entries to train on before 2024-01-01T20:00:00.000Z');
  });

  it('drops a fold without entries to train or to test on, and says which and why', () => {
    const candles = hours(60);
    const all = everyCandle(candles, 'LONG').entries;
    const part = (from: number, to: number) => ({
      candle: all.candle.subarray(from, to),
      short: all.short.subarray(from, to),
      signalAtMs: all.signalAtMs.subarray(from, to),
    });
    const late = planFolds(candles, joinEntries([part(17, 20), part(45, 50)]), {
      folds: 2,
      maxHold: 5,
      walkForward: 'ANCHORED',
    });
    expect(late.folds.map(({ number }) => number)).toEqual([2]);
    expect(late.warnings).toEqual(['fold 1 is dropped: no entries to train on before 2024-01-01T15:00:00.000Z']);
    const early = planFolds(candles, part(0, 30), { folds: 2, maxHold: 5, walkForward: 'ANCHORED' });
    expect(early.folds.map(({ number }) => number)).toEqual([1]);
    expect(early.warnings).toEqual(['fold 2 is dropped: no entries to test on from 2024-01-02T16:00:00.000Z']);
  });
});

describe('walkForward', () => {
  it('joins the tests, each with its own levels, and measures others on exactly the same entries', () => {
    const candles = hours(400);
    const { entries } = everyCandle(candles, null);
    const rule = {
      fills: 'CONSERVATIVE' as const,
      folds: 3,
      maxHold: 10,
      feePct: 0.05,
      walkForward: 'ANCHORED' as const,
    };
    const { folds } = planFolds(candles, entries, rule);
    const replay = replayer(candles, rule);
    const levels = { stopLossPct: -1, takeProfitPct: 2 };
    const own = walkForward(
      folds.map((fold) => ({ fold, levels })),
      entries,
      { replay, feePct: 0.05 },
    );
    // With the same levels in every fold, the joined tests are the test entries replayed with them.
    expect(own.outOfSample).toEqual(own.measure(levels));
    expect(own.outOfSample.trades).toBe(own.folds.reduce((sum, fold) => sum + fold.outOfSample.trades, 0));
    expect(own.measure({ stopLossPct: -2, takeProfitPct: 1 })).not.toEqual(own.outOfSample);
    expect(own.testDays).toBe(12);
    const first = own.folds[0];
    expect(first?.inSample).toEqual(
      metricsOf(
        replay(
          {
            ...entries,
            candle: entries.candle.subarray(0, folds[0]?.trainTo),
            short: entries.short.subarray(0, folds[0]?.trainTo),
          },
          levels,
        ),
        3,
      ),
    );
  });

  it('has no figures without folds', () => {
    const candles = hours(30);
    const { entries } = everyCandle(candles, null);
    const none = walkForward([], entries, {
      replay: replayer(candles, { fills: 'CONSERVATIVE', feePct: 0, maxHold: 5 }),
      feePct: 0,
    });
    expect([none.outOfSample.trades, none.outOfSample.netProfitPct, none.testDays]).toEqual([0, null, 0]);
  });
});
