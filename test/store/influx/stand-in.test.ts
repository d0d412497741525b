// The stand-in is as strict and as odd as the server it stands for; what other tests prove rests on this.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Influx, openInflux } from '#store/influx/influx.ts';
import { parseLines } from '../../support/influx/line-parser.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../../support/influx/stand-in.ts';

const DAY_NS = 86_400_000_000_000n;
let hub: InfluxStandIn;
let influx: Influx;

beforeEach(async () => {
  hub = await startInfluxStandIn({ buckets: { T: 0 } });
  influx = openInflux({ url: hub.url, token: hub.token, org: hub.org });
});
afterEach(async () => {
  influx.close();
  await hub[Symbol.asyncDispose]();
});

const signal = () => AbortSignal.timeout(20_000);
async function ask(flux: string): Promise<readonly string[]> {
  const found: string[] = [];
  await influx.query(
    `from(bucket: "T") |> range(start: 0) ${flux}`,
    (row) => found.push(`${row.named('result')} ${row.named('_field')} ${row.named('_value')}`),
    signal(),
  );
  return found;
}

test.each([
  ['m,pair= v=1', 'missing tag value'],
  ['m,pair=A v=', 'missing field value'],
  ['m,pair=A v=NaN', 'invalid number'],
  ['m v=1 99999999999999999999', 'value out of range'],
  ['m,pair=a,b v=1', 'missing tag value'],
  ['m', 'missing fields'],
  ['m,x=a\\,b v=1', undefined],
  ['m v="a', 'unbalanced quotes'],
  ['m v="a\nb" 1', undefined],
  ['m v=1 soon', 'bad timestamp'],
  ['m,a=1,a=2 v=1', 'duplicate tags'],
  ['m,_field=a v=1', 'cannot use reserved tag key "_field"'],
  ['m v=Inf', 'invalid boolean'],
  ['m v=1e', 'invalid float'],
  ['m v=1 5\r', 'bad timestamp'],
  ['m v=1 5 6', 'point is invalid'],
  ['m,a=x\\\nb v=1 5', undefined],
  [`m,a=${'x'.repeat(65_530)} v=1`, 'max key length exceeded: 65539 > 65535'],
  ['', undefined],
])('%j: %s', (line, reason) => {
  const found = parseLines(line);
  if (reason === undefined) expect(found).toHaveProperty('points');
  else expect(found).toHaveProperty('message', expect.stringContaining(reason));
});

test('a backslash at the end of a tag makes what follows part of it', () => {
  expect(parseLines('m,x=a\\,b v=1 1')).toEqual({ points: [expect.objectContaining({ tags: [['x', 'a,b']] })] });
  expect(parseLines('m,x=a\\ v=1 1')).toHaveProperty('message');
});

test('a read over two types silently brings the older one, last the newer', async () => {
  hub.seed('T', [`m v=-2i ${DAY_NS}`, `m v=-1.5 ${20n * DAY_NS}`, `m v=-1.0 ${21n * DAY_NS}`]);
  expect(await ask('')).toEqual(['_result v -2']);
  expect(await ask('|> sum()')).toEqual(['_result v -2']);
  expect(await ask('|> last()')).toEqual(['_result v -1']);
});

test('points of one series and time are merged field by field', async () => {
  hub.seed('T', ['m a=1,b=1 5', 'm b=2 5']);
  expect((await ask('')).toSorted()).toEqual(['_result a 1', '_result b 2']);
  expect(hub.pointCount('T', 'm')).toBe(1);
});

test('groups, sums, counts, ends, order and limits are what Flux makes of them', async () => {
  hub.seed('T', ['m,p=A v=1 1', 'm,p=A v=2 2', 'm,p=B v=4 3', 'm,p=B w=8i 3']);
  const ofV = '|> filter(fn: (r) => r._field == "v")';
  expect(await ask(`${ofV} |> group() |> sum()`)).toEqual(['_result  7']);
  expect(await ask(`${ofV} |> group(columns: ["_field"]) |> count() |> yield(name: "n")`)).toEqual(['n v 3']);
  expect(await ask('|> group(columns: ["p", "_field"]) |> last()')).toEqual([
    '_result v 2',
    '_result v 4',
    '_result w 8',
  ]);
  expect(await ask(`${ofV} |> group() |> sort(columns: ["_time"], desc: true) |> limit(n: 2)`)).toEqual([
    '_result v 4',
    '_result v 2',
  ]);
  expect(await ask(`${ofV} |> filter(fn: (r) => r._value > 1.0 and r.p != "B")`)).toEqual(['_result v 2']);
  await expect(ask('|> group() |> count()')).rejects.toThrow('schema collision');
});

test('of retention it says what was dropped, from when to when, and whose it was', async () => {
  hub.addBucket('R', 3_600);
  const sent = influx.write('R', ['m,b=2,a=1 v=1 5', 'm v=1 1000'], signal());
  await expect(sent).resolves.toMatchObject({
    status: 422,
    message: expect.stringMatching(
      /partial write: dropped 2 points outside retention policy of duration 1h0m0s - oldest point m,a=1,b=2 at 1970-01-01T00:00:00.000000005Z .*, newest point m at 1970-01-01T00:00:00.000001Z .* dropped=2 for database: \w+ for retention policy: autogen$/,
    ),
  });
});

test("what it refuses it refuses in the server's words", async () => {
  const run = (flux: string) => influx.query(flux, () => undefined, signal());
  await expect(run('from(bucket: "T") |> last()')).rejects.toThrow('cannot submit unbounded read to "T"');
  await expect(run('from(bucket: "NOPE") |> range(start: 0)')).rejects.toThrow('could not find bucket "NOPE"');
  await expect(run('from(bucket: 5) |> range(start: 0)')).rejects.toThrow('compilation failed');
});
