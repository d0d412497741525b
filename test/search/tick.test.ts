// The price step that candles imply, month by month, and rounding to it as on paper.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candles } from '#domain/market.ts';
import { decimalsOf, NO_TICK, tickDecimals } from '#search/tick.ts';
import { enteredTick, nearestTick, tickAbove, tickBelow } from '#search/tick-rounding.ts';
import { handMade } from '../support/hand-made.ts';

const flat = (price: number) => [price, price, price, price] as const;

describe('decimals', () => {
  it.each([
    [100, 0],
    [0.1, 1],
    [1.5e-7, 8],
    [25_000.5, 1],
    [0.09140000000000001, 4],
    [99.99999999999999, 0],
    [1234567890.12345, 4],
    [1e21, 0],
  ])('%d has %d of them', (price, decimals) => {
    expect(decimalsOf(price)).toBe(decimals);
  });

  it('of a month are the most of any of its prices, for every candle of the month, earlier ones too', () => {
    const rows = [flat(100), [100, 100.25, 99.5, 100] as const, flat(100)];
    expect([...tickDecimals(handMade(rows))]).toEqual([2, 2, 2]);
  });

  it('are counted by UTC calendar month; a month of whole numbers takes the nearest earlier one, and the first has none', () => {
    const month = 31 * 24;
    const hours = [0, month - 1, month, month + 28 * 24 - 1, month + 28 * 24, 3 * month + 28 * 24];
    const rows = [flat(7), flat(8), flat(7.5), flat(7.25), flat(9), [9, 9.125, 9, 9] as const];
    expect([...tickDecimals(handMade(rows, hours))]).toEqual([NO_TICK, NO_TICK, 2, 2, 2, 3]);
  });

  it('are the same however they are found: every price asked one by one', () => {
    const price = fc
      .tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 0, max: 12 }), fc.constantFrom(0, 2 ** -52))
      .map(([digits, decimals, noise]) => Number(`${digits}e-${decimals}`) * (1 + noise));
    fc.assert(
      fc.property(fc.array(price, { minLength: 1, maxLength: 20 }), (prices) => {
        const candles = handMade(prices.map(flat));
        const most = Math.max(...prices.map(decimalsOf));
        expect(tickDecimals(candles)[0]).toBe(most === 0 ? NO_TICK : most);
      }),
    );
  });

  it('of no candles are none', () => {
    expect(tickDecimals(handMade([]) satisfies Candles)).toHaveLength(0);
  });
});

describe('rounding to a step', () => {
  it.each([
    [98.52000000000001, 2, 98.53, 98.52, 98.52],
    [98.52, 2, 98.52, 98.52, 98.52],
    [98.51999999999998, 2, 98.52, 98.51, 98.52],
    [1.005, 2, 1.01, 1, 1.01],
    [0.00001, 2, 0.01, 0, 0],
    [0.005, 2, 0.01, 0, 0.01],
    [123456.7891, 3, 123456.79, 123456.789, 123456.789],
    [1e-7, 7, 1e-7, 1e-7, 1e-7],
    [77.7, NO_TICK, 77.7, 77.7, 77.7],
  ])('%d at %d decimals: up %d, down %d, nearest %d', (price, decimals, up, down, nearest) => {
    expect([tickAbove(price, decimals), tickBelow(price, decimals), nearestTick(price, decimals)]).toEqual([
      up,
      down,
      nearest,
    ]);
  });

  it('rounds a stop once more to 14 decimals, as freqtrade does, and nothing else', () => {
    expect(tickAbove(0.0123456789012341, 15)).toBe(0.01234567890124);
    expect(nearestTick(0.0123456789012341, 15)).toBe(0.012345678901234);
  });

  it('cuts an entry after 18 decimals first, as freqtrade’s average price is', () => {
    // Seen in freqtrade 2026.9: an entry is not rounded up here.
    expect(enteredTick(0.0000465383849712347, 18)).toBe(0.000046538384971234);
    expect(nearestTick(0.0000465383849712347, 18)).toBe(0.000046538384971235);
    expect(enteredTick(100.005, 2)).toBe(100.01);
  });

  it('agrees with arithmetic on the digits of the shortest text, also right at a border', () => {
    const price = fc.oneof(
      fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
      fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.constantFrom(-1, 0, 1)).map(([steps, ulp]) => {
        const value = steps / 1e5;
        return value * (1 + ulp * 2 ** -52);
      }),
    );
    fc.assert(
      fc.property(price, fc.integer({ min: 0, max: 9 }), (value, decimals) => {
        const { whole, rest, half } = split(value, decimals);
        const at = (steps: bigint) => Number(`${steps}e-${decimals}`);
        expect(tickBelow(value, decimals)).toBe(at(whole));
        expect(tickAbove(value, decimals)).toBe(at(rest ? whole + 1n : whole));
        expect(nearestTick(value, decimals)).toBe(at(half ? whole + 1n : whole));
      }),
      { numRuns: 500 },
    );
  });
});

/** The whole steps in the text of `value`, whether anything is left of it, and whether that is at least half a step. */
function split(value: number, decimals: number) {
  const [mantissa = '', power = '0'] = value.toString().split('e');
  const [before = '', after = ''] = mantissa.split('.');
  const point = before.length + Number(power) + decimals;
  const digits = `${'0'.repeat(Math.max(0, -point))}${before}${after}`;
  const cut = Math.max(0, point);
  const kept = digits.slice(0, cut).padEnd(cut, '0');
  const left = digits.slice(cut);
  return { whole: BigInt(kept || '0'), rest: /[1-9]/.test(left), half: /^[5-9]/.test(left) };
}
