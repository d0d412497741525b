// Names of the market: what a pair is, its short form, leverage and timeframes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { isPair, requireLeverage, requirePair, shortPair, timeframeMs } from '#domain/market.ts';

function faultOf(attempt: () => unknown): Fault {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('no fault was thrown');
}

test.each([
  'BTC/USDT',
  'BTC/USDT:USDT',
  'BTC/USD:BTC-261225',
  '1000PEPE/USDT:USDT',
  '币安人生/USDT:USDT',
  'btc/usdt',
  'A.B_C-D/E',
])('%s is a pair and is not rewritten', (pair) => {
  expect(requirePair(pair, 'pair')).toBe(pair);
});

test.each([
  '',
  'BTC',
  'BTCUSDT',
  'BTC/',
  '/USDT',
  ' BTC/USDT',
  'BTC/USDT ',
  'BTC/USDT\n',
  'BTC/US DT',
  'BTC/USDT:',
  'BTC/USDT:USDT-2612',
  'BTC/USDT:USDT:USDT',
  'BTC/USDT" or true',
  'AAAAAAAAAAAAAAAAAAAAA/USDT',
  'AAAAAAAAAAAAAAAAAAAA/USDT1',
  'BTC/ÜSDT',
  '😀/USDT',
])('%j is no pair', (text) => {
  expect(isPair(text)).toBe(false);
  const fault = faultOf(() => requirePair(text, 'requests[3].pair'));
  expect(fault).toMatchObject({ code: 'BAD_USER_INPUT', field: 'requests[3].pair' });
  expect(fault.message).toContain(JSON.stringify(text));
});

test('a name of a megabyte is refused with a short message', () => {
  expect(faultOf(() => requirePair('A'.repeat(1_000_000), 'pair')).message.length).toBeLessThan(300);
});

test.each([
  ['BTC/USDT:USDT', 'BTC/USDT'],
  ['BTC/USDT', undefined],
  ['BTC/USD:BTC', undefined],
  ['BTC/USDT:USDT-261225', undefined],
  ['BTC/USDT:usdt', undefined],
])('the short form of %s is %s', (pair, short) => {
  expect(shortPair(pair)).toBe(short);
});

test.each([0, -1, -0, Number.NaN, 125.0001, 1e9, Number.POSITIVE_INFINITY])('%d is no leverage', (leverage) => {
  expect(faultOf(() => requireLeverage(leverage, 'leverage'))).toMatchObject({
    code: 'BAD_USER_INPUT',
    field: 'leverage',
    allowed: 'a number > 0 and <= 125',
  });
});

test('every leverage above 0 up to 125 is one', () => {
  fc.assert(
    fc.property(fc.double({ min: Number.MIN_VALUE, max: 125, noNaN: true }), (leverage) => {
      expect(requireLeverage(leverage, 'leverage')).toBe(leverage);
    }),
  );
});

test.each([
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['1w', 604_800_000],
  ['30s', 30_000],
  ['1M', undefined],
  ['0m', undefined],
  ['05m', undefined],
  ['5', undefined],
  ['m', undefined],
  ['5m ', undefined],
])('timeframe %j lasts %s ms', (timeframe, ms) => {
  expect(timeframeMs(timeframe)).toBe(ms);
});
