// Answers walked as bytes are what the careful reader makes of them as text, however they are cut into pieces.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fluxReader } from '#store/influx/flux-csv.ts';
import { nsOf } from '#store/influx/flux-time.ts';
import { NarrowScan } from '#store/influx/trade-scan.ts';

const BASE_MS = Date.UTC(2026, 10, 23);
const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const hostile = fc.oneof(
  fc.constantFrom('BTC/USDT:USDT', 'a,b', 'say "hi"', 'two\nlines', '#no', '🚀', ',', '"'),
  fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((text) => !/[\0\r]/.test(text)),
);
const time = fc
  .record({ second: fc.nat(86_399), ns: fc.nat(999_999_999), digits: fc.constantFrom(0, 3, 6, 9) })
  .map(({ second, ns, digits }) => {
    const fraction = digits === 0 ? '' : `.${String(ns).padStart(9, '0').slice(0, digits)}`;
    return `${new Date(BASE_MS + second * 1_000).toISOString().slice(0, 19)}${fraction}Z`;
  });
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer({ min: -999_999, max: 999_999 }).map((value) => String(value / 10_000)),
  fc.constantFrom('0', '-0.5', '123456789012345678', '0.1234567890123456789', '1e-7', '-2.5E+3', '5'),
);
const table = fc.record({
  field: fc.constantFrom('leverage', 'side'),
  tags: fc.tuple(hostile, hostile),
  times: fc.array(time, { minLength: 1, maxLength: 6 }),
  values: fc.array(fc.tuple(number, hostile), { minLength: 6, maxLength: 6 }),
  extra: fc.boolean(),
});

type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;

function textOf(tables: readonly Table[], lineEnd: string): string {
  const blocks = tables.map(({ field, tags, times, values, extra }, index) => {
    const isNumber = field === 'leverage';
    const names = ['', 'result', 'table', ...(extra ? ['_start'] : []), '_time', '_value', '_field', 'exit', 'pair'];
    const types = [
      '#datatype',
      'string',
      'long',
      ...(extra ? ['dateTime:RFC3339'] : []),
      'dateTime:RFC3339',
      isNumber ? 'double' : 'string',
      'string',
      'string',
      'string',
    ];
    const groups = ['#group', 'false', 'false', ...(extra ? ['true'] : []), 'false', 'false', 'true', 'true', 'true'];
    const defaults = ['#default', '_result', ...names.slice(2).map(() => '')];
    const rows = times.map((at, row) => {
      const value = values[row]?.[isNumber ? 0 : 1] ?? '';
      return ['', '', String(index), ...(extra ? ['2026-11-23T00:00:00Z'] : []), at, value, field, ...tags].map(cell);
    });
    return [types, groups, defaults, names, ...rows].map((cells) => cells.join(',') + lineEnd).join('');
  });
  return blocks.join(lineEnd) + lineEnd;
}

function scanned(bytes: Uint8Array, pieces: readonly number[]) {
  const found: unknown[] = [];
  let key = '';
  const scan = new NarrowScan(BASE_MS, {
    table: ({ field, tags, result }) => {
      key = JSON.stringify([result, field, [...tags]]);
    },
    number: (ns, value) => found.push([key, ns, value]),
    text: (ns, own, { from, to }) => found.push([key, ns, new TextDecoder().decode(own.subarray(from, to))]),
  });
  let at = 0;
  for (const length of pieces) {
    scan.push(bytes.subarray(at, at + length));
    at = Math.min(bytes.length, at + length);
  }
  scan.push(bytes.subarray(at));
  scan.end();
  return found;
}

function read(text: string) {
  const found: unknown[] = [];
  const reader = fluxReader((row) => {
    const value = row.named('_value');
    const since = Number(nsOf(row.named('_time')) - BigInt(BASE_MS) * 1_000_000n);
    const tags = ['exit', 'pair'].map((name) => [name, row.named(name)]);
    const field = row.named('_field');
    found.push([JSON.stringify(['_result', field, tags]), since, field === 'leverage' ? Number(value) : value]);
  });
  reader.take(text);
  reader.end();
  return found;
}

describe('walked as bytes', () => {
  test('rows are those of the careful reader, whatever they hold and however they are cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(table, { maxLength: 4 }), cuts, fc.constantFrom('\r\n', '\n'), (tables, pieces, lineEnd) => {
        const text = textOf(tables, lineEnd);
        expect(scanned(Buffer.from(text), pieces)).toEqual(read(text));
      }),
      { numRuns: 300 },
    );
  });

  test('no answer is no row', () => {
    expect(scanned(Buffer.from('\r\n'), [])).toEqual([]);
  });

  test('an error after data is thrown in the words of the hub', () => {
    const rows = textOf(
      [{ field: 'leverage', tags: ['a', 'b'], times: ['2026-11-23T01:00:00Z'], values: [['3', '']], extra: false }],
      '\r\n',
    );
    const error =
      '#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,"it broke, here",897\r\n';
    expect(() => scanned(Buffer.from(rows + error), [40, 7])).toThrow(/it broke, here/);
  });

  test('an answer that is no table of values is refused', () => {
    expect(() => scanned(Buffer.from('<html>\r\n'), [])).toThrow(/not a table of values/);
  });
});
