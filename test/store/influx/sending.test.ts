// The pure parts of sending: how long to wait, when nobody asks, and what follows of an answer.
import lsp from '@influxdata/flux-lsp-node';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '#store/influx/backoff.ts';
import { isAboutLines, nextOf, runsOf } from '#store/influx/batch.ts';
import { Breaker } from '#store/influx/breaker.ts';
import { lineOf } from '#store/influx/line-protocol.ts';
import { anchorOf, toldFlux } from '#store/influx/told-flux.ts';

test('the wait grows from half a second to a minute, by full chance, and is not shorter than asked for', () => {
  const most = [1, 2, 3, 8, 50].map((failures) => backoffMs(failures, 1));
  expect(most).toEqual([500, 1_000, 2_000, 60_000, 60_000]);
  expect(backoffMs(9, 0)).toBe(0);
  expect(backoffMs(1, 0.5, 2_000)).toBe(2_000);
  expect(backoffMs(1, 0.5, 1e12)).toBe(600_000);
});

test('after five failures one at a time looks, and the first success lets everybody go on', () => {
  const breaker = new Breaker(() => 0.5);
  for (let at = 0; at < 4; at += 1) breaker.failed(0, null);
  expect([breaker.state, breaker.waitMs(0)]).toEqual(['closed', 0]);
  breaker.failed(0, null);
  expect([breaker.state, breaker.waitMs(0), breaker.waitMs(200)]).toEqual(['open', 250, 50]);
  expect([breaker.waitMs(250), breaker.state, breaker.waitMs(250)]).toEqual([0, 'half-open', 100]);
  breaker.failed(250, 3_000);
  expect([breaker.state, breaker.waitMs(250)]).toEqual(['open', 3_000]);
  expect(breaker.waitMs(3_250)).toBe(0);
  breaker.gaveUp();
  expect(breaker.waitMs(3_250)).toBe(0);
  breaker.succeeded();
  expect([breaker.state, breaker.waitMs(3_250), breaker.waitMs(3_250)]).toEqual(['closed', 0, 0]);
});

const batch = (...lines: readonly string[]) => lines.map((line) => ({ line }));

test('quoted lines are sent alone, others in halves, and one alone is refused', () => {
  const message = "unable to parse 'b': missing field value\nunable to parse 'd': invalid";
  expect(nextOf(batch('a', 'b', 'c', 'd'), { kind: 'badLines', status: 400, message })).toEqual({
    kind: 'parts',
    parts: [batch('a', 'c'), batch('b'), batch('d')],
  });
  expect(nextOf(batch('a', 'b', 'c'), { kind: 'tooBig', status: 413, message })).toEqual({
    kind: 'parts',
    parts: [batch('a'), batch('b', 'c')],
  });
  expect(nextOf(batch('a'), { kind: 'tooBig', status: 413, message: 'big' })).toEqual({
    kind: 'refused',
    all: [{ line: 'a' }],
    status: 413,
    words: 'big',
  });
  expect(nextOf(batch('a', 'b'), { kind: 'written' })).toEqual({ kind: 'gone' });
});

test.each([
  ["unable to parse 'm v=': missing field value", true],
  ['Bad Request', false],
  ['', false],
])('a 400 that says %j is about lines: %s', (words, expected) => {
  expect(isAboutLines(words)).toBe(expected);
});

test('runs hold exactly what they were made of', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), (drawn) => {
      const seqs = drawn.toSorted((a, b) => a - b);
      const back = runsOf(seqs).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
      expect(back).toEqual(seqs);
    }),
  );
});

test('a line is found again by measurement, pair and nanosecond, whatever they are called, in valid Flux', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !/[\n\r\t\0\\]/.test(text));
  fc.assert(
    fc.property(
      name.map((text) => `m${text}`),
      name,
      fc.bigInt({ min: -(10n ** 17n), max: 10n ** 18n }),
      (measurement, pair, timeNs) => {
        const line = lineOf({ measurement, tags: { leverage_bin: 'a b,c', pair }, fields: { v: '1.0' }, timeNs });
        const anchor = anchorOf(line);
        expect(anchor).toEqual({ measurement: measurement.toWellFormed(), pair: pair.toWellFormed(), timeNs });
        if (anchor === undefined) return;
        const flux = new lsp.Flux(toldFlux('B', anchor));
        expect(flux.is_valid()).toBe(true);
        flux.free();
      },
    ),
    { numRuns: 200 },
  );
});
