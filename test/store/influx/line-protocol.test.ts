// Lines say exactly what was meant to a strict reader, or are refused before they are sent.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candleLines } from '#store/influx/candle-lines.ts';
import { decisionLine } from '#store/influx/decision-lines.ts';
import {
  boolField,
  floatField,
  identifiedNs,
  intField,
  lineOf,
  nsOfMs,
  textField,
} from '#store/influx/line-protocol.ts';
import { paramsLine } from '#store/influx/params-lines.ts';
import { signalLine } from '#store/influx/signal-lines.ts';
import { tradeLine } from '#store/influx/trade-lines.ts';
import { DEFAULT_HUB_NAMES } from '#store/store.ts';
import { type ParsedPoint, parseLines } from '../../support/influx/line-parser.ts';
import { series } from '../contract/market.ts';
import { decision, newSignal, paramRecord, T0, trade } from '../samples.ts';

function parsed(line: string): ParsedPoint {
  const found = parseLines(line);
  if ('message' in found) throw new Error(found.message);
  expect(found.points).toHaveLength(1);
  return found.points[0] as ParsedPoint;
}

const hostile = fc.string({
  unit: fc.constantFrom(
    'a',
    'B',
    ' ',
    ',',
    '=',
    '"',
    "'",
    '\\',
    '\n',
    '\r',
    '\0',
    '\t',
    '#',
    '/',
    '😀',
    '\ud800',
    '${',
  ),
  minLength: 1,
  maxLength: 12,
});
const isWritable = (text: string) => !/[\n\r\0]|\\(?:[, =]|$)/.test(text);

test('many lines in one request stay the lines they are, whatever names and texts they carry', () => {
  const dense = fc.string({ unit: fc.constantFrom('a', ' ', ',', '=', '"', '\\', '\n'), minLength: 1, maxLength: 6 });
  const one = fc.tuple(dense, dense, dense);
  fc.assert(
    fc.property(fc.array(one, { minLength: 2, maxLength: 5 }), (all) => {
      const points = all.filter(([pair, bot]) => isWritable(pair) && isWritable(bot));
      const lines = points.map(([pair, bot, words], at) =>
        lineOf({ measurement: 'm', tags: { bot, pair }, fields: { words: textField(words) }, timeNs: BigInt(at) }),
      );
      const found = parseLines(lines.join('\n'));
      expect('points' in found ? found.points.map(({ fields }) => fields[0]?.[2]) : found.message).toEqual(
        points.map(([, , words]) => words.toWellFormed()),
      );
    }),
    { numRuns: 3_000 },
  );
});

test('every tag and text comes out as it went in, or is refused', () => {
  fc.assert(
    fc.property(
      hostile,
      hostile,
      hostile,
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true }),
      (measurement, name, value, words, number) => {
        const make = () =>
          lineOf({
            measurement,
            tags: { [name]: value, b: '', c: null },
            fields: {
              words: textField(words),
              number: floatField(number),
              whole: intField(-7),
              yes: boolField(true),
              none: null,
            },
            timeNs: 1_700_000_000_123_456_789n,
          });
        const fits = [measurement, name, value].every(isWritable) && Number.isFinite(number);
        // A line that begins with # is a comment to the hub.
        if (!fits || /^[#\s]/.test(measurement)) {
          expect(make).toThrow();
          return;
        }
        const point = parsed(make());
        expect(point.measurement).toBe(measurement.toWellFormed());
        expect(point.tags).toEqual([[name.toWellFormed(), value.toWellFormed()]]);
        expect(Object.fromEntries(point.fields.map(([field, , found]) => [field, found]))).toEqual({
          words: words.toWellFormed(),
          number: number + 0,
          whole: -7,
          yes: true,
        });
        expect(Object.fromEntries(point.fields.map(([field, type]) => [field, type]))).toEqual({
          words: 'string',
          number: 'double',
          whole: 'long',
          yes: 'boolean',
        });
        expect(point.timeNs).toBe(1_700_000_000_123_456_789n);
      },
    ),
    { numRuns: 500 },
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  '%s is no float and no integer',
  (value) => {
    expect(() => floatField(value)).toThrow('cannot hold');
    expect(() => intField(value)).toThrow('cannot hold');
  },
);

test('floats carry a point or an exponent; integers none, and only when exact', () => {
  expect([
    floatField(5),
    floatField(-2),
    floatField(1e21),
    floatField(1e-7),
    floatField(-0),
    floatField(-1.48),
  ]).toEqual(['5.0', '-2.0', '1e+21', '1e-7', '0.0', '-1.48']);
  expect(() => intField(1.5)).toThrow();
  expect(() => intField(2 ** 53)).toThrow();
});

test('a time the hub does not know, a point without fields, and a text too long are refused', () => {
  const point = { measurement: 'm', tags: {}, fields: { v: floatField(1) } };
  expect(() => lineOf({ ...point, timeNs: nsOfMs(253_402_300_799_999) })).toThrow('1677 to 2262');
  expect(() => lineOf({ ...point, fields: { v: null }, timeNs: 1n })).toThrow('no fields');
  expect(() => textField('x'.repeat(1_048_577))).toThrow('1048577 bytes');
});

describe('times', () => {
  test('the same thing has the same nanosecond within its millisecond, another one another', () => {
    const one = identifiedNs(T0, ['BOT3', '1', T0]);
    expect(identifiedNs(T0, ['BOT3', '1', T0])).toBe(one);
    expect(one / 1_000_000n).toBe(BigInt(T0));
    const many = Array.from({ length: 300 }, (_, index) => identifiedNs(T0, ['BOT3', String(index), T0]));
    expect(new Set(many).size).toBe(300);
    expect(identifiedNs(T0, ['BOT3', '1', T0 + 1])).not.toBe(one);
    expect(identifiedNs(T0, ['BOT1', '1', T0])).not.toBe(one);
  });
});

describe('measurements', () => {
  test('published levels: one line, integers as integers, sides apart', () => {
    const both = parsed(paramsLine(paramRecord({ totalTrades: 120, pbo: null }), DEFAULT_HUB_NAMES));
    expect(both).toMatchObject({ measurement: 'parameters', tags: [['pair', 'BTC/USDT']], timeNs: nsOfMs(T0) });
    const types = Object.fromEntries(both.fields.map(([name, type]) => [name, type]));
    expect(types).toMatchObject({
      stop_loss_pct: 'double',
      take_profit_pct: 'double',
      total_trades: 'long',
      validated: 'boolean',
    });
    expect(types).not.toHaveProperty('pbo');
    const long = parsed(paramsLine(paramRecord({ side: 'LONG' }), DEFAULT_HUB_NAMES));
    expect(long).toMatchObject({
      measurement: 'parameters_by_side',
      tags: [
        ['pair', 'BTC/USDT'],
        ['side', 'LONG'],
      ],
    });
  });

  test('a closed trade: leverage a field, its bin a tag that no configuration changes', () => {
    const point = parsed(tradeLine(trade({ leverage: 3, enterTag: 'long from 75a, "x"' }), 'closed_trades'));
    expect(point.tags).toEqual([
      ['leverage_bin', '2.5-3.5x'],
      ['pair', 'BTC/USDT'],
    ]);
    expect(Object.fromEntries(point.fields.map(([name, , value]) => [name, value]))).toEqual({
      leverage: 3,
      profit_pct: 0.88,
      stop_loss_pct: -1.48,
      take_profit_pct: 1,
      side: 'LONG',
      bot: 'BOT3',
      trade_id: '1',
      opened_at: new Date(T0).toISOString(),
      enter_tag: 'long from 75a, "x"',
      exit_reason: 'roi',
    });
    expect(parsed(tradeLine(trade({ leverage: 0.2 }), 'closed_trades')).tags).toEqual([['pair', 'BTC/USDT']]);
  });

  test('signals, decisions and candles', () => {
    const signal = { ...newSignal(), seq: 1, receivedAtMs: T0, window: { openedAtMs: T0, closesAtMs: T0 + 60_000 } };
    const told = parsed(signalLine(signal, 'signals'));
    expect(told.tags).toEqual([
      ['pair', signal.pair],
      ['side', 'LONG'],
    ]);
    expect(told.fields).toContainEqual(['confidence', 'double', 0.89]);
    const made = decision({ outcome: 'FORWARDED', reason: 'FORWARDED' });
    const decided = parsed(decisionLine(made, 'decisions'));
    expect(decided.tags).toEqual([
      ['outcome', 'FORWARDED'],
      ['pair', made.pair],
      ['side', 'LONG'],
    ]);
    expect(decided.fields).toContainEqual(['votes', 'long', 2]);
    expect(JSON.parse(String(decided.fields.find(([name]) => name === 'payload')?.[2]))).toEqual(made);
    expect((decided.timeNs ?? 0n) / 1_000_000n).toBe(BigInt(made.window.closesAtMs));
    const [, second] = candleLines(series(8), 'candles', { from: 5, to: 8 }).map(parsed);
    expect(second?.fields.map(([name]) => name)).toEqual(['open', 'high', 'low', 'close']);
    expect(second?.timeNs).toBe(nsOfMs(T0 + 6 * 300_000));
  });
});
