// Every Flux text that can be sent: type-checked by InfluxDB's own compiler, and linted for what it does not see, with hostile values.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candleListFlux } from '#store/influx/candles-flux.ts';
import { dayBunches, daysFlux } from '#store/influx/flux-days.ts';
import { fluxAnyOf, fluxEquals, fluxFilter, fluxRange, fluxString, fluxTime } from '#store/influx/flux-text.ts';
import { fieldTypesFlux, readableFlux } from '#store/influx/hub-check-flux.ts';
import { newestParamsFlux, PARAM_FIELDS } from '#store/influx/params-flux.ts';
import { spanFlux } from '#store/influx/span-flux.ts';
import { toldFlux } from '#store/influx/told-flux.ts';
import { firstsFlux, lastFlux, printsFlux, supersededFlux, tradesFlux } from '#store/influx/trade-flux.ts';
import { fluxFaults, fluxTexts } from '../../support/influx/flux-lint.ts';

const T0 = Date.UTC(2026, 0, 5, 12);
const value = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '"',
      '\\',
      '${',
      '}',
      '\n',
      '\r',
      '\t',
      '\0',
      '/',
      '//',
      ')',
      '|>',
      ' or true',
      '😀',
      'é',
      '\ud800',
      '\u2028',
      '\u0085',
      'x',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 10,
});
const place = fc.record({ bucket: value, measurement: value });
const range = { fromMs: T0, toMs: T0 + 3_600_000 };
const parts = [
  { fromMs: T0, stopMs: T0 + 1 },
  { fromMs: T0 + 86_400_000, stopMs: T0 + 86_500_000 },
];

type Place = { readonly bucket: string; readonly measurement: string };
/** By name: what makes it of a place and a value, and which of these stand in it how often. */
const TEXTS: Readonly<Record<string, (at: Place, own: string) => readonly [string, readonly string[]]>> = {
  'newest levels': (at) => [
    newestParamsFlux({ params: at, paramsBySide: at }, T0),
    Array.from({ length: 2 * (1 + 10 + 8) }, () => [at.bucket, at.measurement]).flat(),
  ],
  'rows of trades': (at, own) => [tradesFlux(at, ['leverage', own], range), [at.bucket, at.measurement, own]],
  'counts of trades': (at) => [
    printsFlux(at, ['leverage', 'profit_pct', 'side'], { ranges: [range, range], sums: true }),
    [0, 1, 2, 3].flatMap(() => [at.bucket, at.measurement]),
  ],
  'superseded trades': (at) => [supersededFlux(at, range), [at.bucket, at.measurement, 'superseded', '_field']],
  'the last trade': (at, own) => [lastFlux(at, own, range), [at.bucket, at.measurement, own]],
  'days with trades': (at, own) => [
    firstsFlux(at, own, [range, range]),
    [at.bucket, at.measurement, own, at.bucket, at.measurement, own],
  ],
  'days of a span': (at, own) => [
    daysFlux(at, parts, {
      name: 'candles',
      condition: `${fluxEquals('pair', own)} and ${fluxAnyOf('_field', ['open', 'close'])}`,
      keep: ['_time', '_value', '_field'],
    }),
    [at.bucket, at.measurement, own, at.bucket, at.measurement, own],
  ],
  'ends of a span': (at, own) => [
    spanFlux(at, { name: 'LONG', condition: fluxEquals('pair', own), fromMs: -9e15, toMs: 9e15 }),
    [at.bucket, at.measurement, own, at.bucket, at.measurement, own],
  ],
  'which candles': (at) => [candleListFlux(at), [at.bucket, at.measurement]],
  'types of fields': (at) => [fieldTypesFlux(at, parts), [at.bucket, at.measurement, at.bucket, at.measurement]],
  'whether readable': ({ bucket }) => [readableFlux(bucket, T0), [bucket]],
  'whether told': ({ bucket, measurement }, own) => [
    toldFlux(bucket, { measurement, pair: own, timeNs: 1_700_000_000_123_456_789n }),
    [bucket, measurement, own],
  ],
};

describe('every text, whatever the values', () => {
  test.each(Object.entries(TEXTS))('%s', (_, text) => {
    fc.assert(
      fc.property(place, value, (at, own) => {
        const [flux, meant] = text(at, own);
        expect(fluxFaults(flux)).toEqual([]);
        const found = [...fluxTexts(flux)];
        for (const one of meant.map((each) => each.toWellFormed())) {
          const index = found.indexOf(one);
          expect(index).toBeGreaterThanOrEqual(0);
          found.splice(index, 1);
        }
        // What is left are our own words.
        for (const one of found) expect(one).toMatch(/^[A-Za-z_]+( (\d+|[A-Za-z_]+))?$/);
      }),
      { numRuns: 25 },
    );
  });

  test('no text of this program is missing here', async () => {
    const { globSync, readFileSync } = await import('node:fs');
    const files = globSync('src/store/influx/*.ts').filter((file) => /\bfrom\(bucket/.test(readFileSync(file, 'utf8')));
    const names = files.map((file) => file.replace(/.*\//, '')).sort();
    expect(names).toEqual([
      'candles-flux.ts',
      'flux-days.ts',
      'hub-check-flux.ts',
      'params-flux.ts',
      'span-flux.ts',
      'told-flux.ts',
      'trade-flux.ts',
    ]);
  });
});

test('a choice of five thousand is no chain', () => {
  const pairs = Array.from({ length: 5_000 }, (_, index) => `P${index}/USDT`);
  const text = (condition: string) => `from(bucket: "b") ${fluxRange(T0, T0 + 1)} ${fluxFilter(condition)}`;
  const flux = text(fluxAnyOf('pair', pairs));
  expect(fluxFaults(flux)).toEqual([]);
  expect(fluxTexts(flux).slice(1)).toEqual(pairs);
  expect(() => fluxFaults(text(pairs.map((pair) => fluxEquals('pair', pair)).join(' or ')))).toThrow();
  expect(PARAM_FIELDS.length).toBeGreaterThan(1);
});

test('times are bounded by what the hub knows', () => {
  expect(fluxTime(T0)).toBe('2026-01-05T12:00:00.000Z');
  expect(fluxTime(Number.MAX_SAFE_INTEGER)).toBe('2262-04-11T23:47:16.854Z');
  expect(fluxString('a$ {x}"\\')).toBe('"a\\x24 {x}\\"\\\\"');
});

test('parts never cross a UTC day, and leave nothing out', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e12, max: 4e12 }),
      fc.integer({ min: 0, max: 100 * 86_400_000 }),
      (fromMs, lengthMs) => {
        const all = [...dayBunches(fromMs, fromMs + lengthMs)].flat();
        expect(all[0]?.fromMs ?? fromMs + lengthMs).toBe(fromMs);
        expect(all.at(-1)?.stopMs ?? fromMs).toBe(lengthMs === 0 ? fromMs : fromMs + lengthMs);
        for (const [index, { fromMs: from, stopMs }] of all.entries()) {
          expect(Math.floor(from / 86_400_000)).toBe(Math.floor((stopMs - 1) / 86_400_000));
          if (index > 0) expect(from).toBe(all[index - 1]?.stopMs);
        }
      },
    ),
  );
});

describe('the lint sees', () => {
  const bounded = 'from(bucket: "b") |> range(start: 0)';
  test.each([
    ['from(bucket: "b") |> filter(fn: (r) => r.x == "a")', 'without a range'],
    [`${bounded} |> filter(fn: (r) => contains(value: r.x, set: ["a"]))`, 'contains()'],
    [`${bounded} |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`, 'pivot()'],
    [`${bounded} |> map(fn: (r) => ({r with x: 1}))`, 'map()'],
    [`${bounded} |> keep(columns: ["_value"]) |> last()`, 'last() after'],
    [`${bounded} |> sort() |> group(columns: ["x"]) |> sum()`, 'not pushed down in this order'],
    [`${bounded} |> filter(fn: (r) => not r.x == "a")`, 'a condition that is not pushed down'],
    [`${bounded} |> filter(fn: (r) => r.x =~ /a/)`, 'a condition that is not pushed down'],
    [`data = ${bounded}\ndata |> last()`, 'shared stream'],
    [`${bounded} |> filter(fn: (r) => r.x == "a\${string(v: 1)}")`, 'interpolated'],
  ])('%s', (flux, fault) => {
    expect(fluxFaults(flux).join('; ')).toContain(fault);
  });
});
