// Annotated CSV in pieces of any size: every row whole, every value as it was.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fluxReader } from '#store/influx/flux-csv.ts';
import { annotatedCsv } from '../../support/influx/annotated-csv.ts';
import type { Table } from '../../support/influx/flux-table.ts';

const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ' ', '\\', 'é', '😀', '#', '=') });
const name = fc.constantFrom('pair', 'a b', 'x,y', 'q"q', '_field');
const tables: fc.Arbitrary<Table> = fc
  .tuple(
    fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(text, text, text, text), { minLength: 1, maxLength: 5 }),
  )
  .map(([names, rows]) => ({
    key: names.slice(0, 1),
    columns: new Map(names.map((each) => [each, 'string' as const])),
    rows: rows.map((values) => Object.fromEntries(names.map((each, index) => [each, values[index] ?? '']))),
  }));

test('however the answer is cut into pieces, rows and values are the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, fc.array(tables, { minLength: 1, maxLength: 3 })), { maxLength: 3 }),
      fc.array(fc.nat(40), { minLength: 1 }),
      (results, cuts) => {
        const csv = annotatedCsv(results.map(([result, all], index) => ({ name: `${index}${result}`, tables: all })));
        const found: [string, Record<string, string>][] = [];
        const reader = fluxReader((row) => {
          const names = row.table.names.slice(3);
          found.push([row.table.result, Object.fromEntries(names.map((each) => [each, row.named(each)]))]);
        });
        for (let at = 0, turn = 0; at < csv.length; turn += 1) {
          const size = 1 + (cuts[turn % cuts.length] ?? 0);
          reader.take(csv.slice(at, at + size));
          at += size;
        }
        reader.end();
        const expected = results.flatMap(([result, all], index) =>
          all.flatMap(({ columns, rows }) =>
            rows.map((row) => [
              `${index}${result}`,
              Object.fromEntries([...columns.keys()].map((each) => [each, String(row[each])])),
            ]),
          ),
        );
        expect(found).toEqual(expected);
        expect(reader.rows).toBe(expected.length);
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  ['<html>', 'not annotated CSV'],
  ['a,b\r\n1,2\r\n', 'not annotated CSV'],
  [
    '#datatype,string,long,string\r\n#group,false,false,false\r\n#default,_result,,\r\n,result,table,_value\r\n,,0,"cut',
    'quoted value',
  ],
])('%j is no answer', (body, message) => {
  const reader = fluxReader(() => undefined);
  expect(() => {
    reader.take(body);
    reader.end();
  }).toThrow(message);
});

test('a default stands for an empty value', () => {
  const found: string[] = [];
  const reader = fluxReader((row) => found.push(row.named('x'), row.named('result'), row.named('nothing')));
  reader.take('#datatype,string,long,string\n#group,false,false,false\n#default,sums,,none\n,result,table,x\n,,0,\n');
  reader.end();
  expect(found).toEqual(['none', 'sums', '']);
});
