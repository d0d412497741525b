// Where opinions become entries: never on a candle that opened before the opinion was known, never on the last one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoricalSignal, Side } from '#domain/market.ts';
import { everyCandle, placeSignals } from '#search/entries.ts';
import { HOUR_MS, handMade } from '../support/hand-made.ts';
import { randomMarket } from '../support/random-market.ts';

const flat = [100, 100, 100, 100] as const;
const candles = handMade([flat, flat, flat, flat, flat], [0, 1, 2, 6, 7]);
const at = (hours: number, side: Side = 'LONG'): HistoricalSignal => ({ timeMs: hours * HOUR_MS, side });
const place = (signals: readonly HistoricalSignal[], side: Side | null = null) =>
  placeSignals(candles, signals, { side, source: 'file' });

describe('a signal', () => {
  it.each([
    ['at an open enters there', 1, [1]],
    ['just after an open enters at the next', 1 + 1e-6, [2]],
    ['before the first candle by exactly one timeframe enters', -1, [0]],
    ['before it by more is skipped', -1 - 1e-6, []],
    ['exactly one timeframe before the end of a hole enters after it', 5, [3]],
    ['earlier in the hole is skipped', 5 - 1e-6, []],
    ['on the last candle is skipped', 7, []],
    ['between the last two candles is skipped', 6.5, []],
    ['after all candles is skipped', 8, []],
  ])('%s', (_, hours, candle) => {
    const { entries, report } = place([at(hours)]);
    expect([...entries.candle]).toEqual(candle);
    expect(report).toEqual({ count: 1, long: 1, short: 0, skipped: 1 - candle.length, source: 'file' });
  });

  it('keeps its place among those of the same candle, and its time', () => {
    const { entries } = place([at(2, 'SHORT'), at(1.5), at(0), at(2), at(2, 'SHORT')]);
    expect([...entries.candle]).toEqual([0, 2, 2, 2, 2]);
    expect([...entries.short]).toEqual([0, 1, 0, 0, 1]);
    expect([...entries.signalAtMs]).toEqual([0, 2, 1.5, 2, 2].map((hours) => hours * HOUR_MS));
  });

  it('of the other side is neither placed nor counted', () => {
    expect(place([at(0), at(0, 'SHORT'), at(9, 'SHORT')], 'SHORT').report).toEqual({
      count: 2,
      long: 0,
      short: 2,
      skipped: 1,
      source: 'file',
    });
  });

  it('never meets a candle that opened before it was known, nor one a timeframe too late', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.array(fc.integer({ min: -3, max: 90 }), { maxLength: 40 }), (seed, halfHours) => {
        const market = randomMarket({ seed, count: 30, holeShare: 0.3 });
        const start = market.openTimeMs[0] as number;
        const signals = halfHours.map(
          (half): HistoricalSignal => ({ timeMs: start + (half * HOUR_MS) / 2, side: 'LONG' }),
        );
        const { entries, report } = placeSignals(market, signals, { side: null, source: 'file' });
        const naive = signals.map((signal) => {
          const candle = [...market.openTimeMs].findIndex((time) => time >= signal.timeMs);
          const usable = candle >= 0 && candle < 29 && (market.openTimeMs[candle] as number) <= signal.timeMs + HOUR_MS;
          return usable ? candle : undefined;
        });
        const wanted = naive.filter((candle) => candle !== undefined).sort((a, b) => a - b);
        expect([...entries.candle]).toEqual(wanted);
        expect(report.skipped).toBe(signals.length - wanted.length);
      }),
    );
  });
});

describe('without signals', () => {
  it('there is one long and one short at every candle but the last', () => {
    const { entries, report } = everyCandle(candles, null);
    expect([...entries.candle]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...entries.short]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect([...entries.signalAtMs].map((time) => time / HOUR_MS)).toEqual([0, 0, 1, 1, 2, 2, 6, 6]);
    expect(report).toEqual({ count: 8, long: 4, short: 4, skipped: 0, source: 'every_candle' });
  });

  it('one side alone is placed when asked for', () => {
    const { entries, report } = everyCandle(candles, 'SHORT');
    expect([[...entries.candle], [...entries.short]]).toEqual([
      [0, 1, 2, 3],
      [1, 1, 1, 1],
    ]);
    expect(report).toEqual({ count: 4, long: 0, short: 4, skipped: 0, source: 'every_candle' });
  });

  it('a single candle has none', () => {
    expect(everyCandle(handMade([flat]), null).report.count).toBe(0);
  });
});
