// The client of the hub over real sockets: what is heard, what every kind of trouble is called, and that nothing stays open.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Influx, openInflux } from '#store/influx/influx.ts';
import { InfluxFailure } from '#store/influx/influx-failure.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../../support/influx/stand-in.ts';

const ALL = 'from(bucket: "T") |> range(start: 0) |> drop(columns: ["_start", "_stop"])';
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

const patience = () => AbortSignal.timeout(20_000);
const soon = () => AbortSignal.timeout(150);
async function rows(flux = ALL, signal = patience(), from = influx): Promise<readonly string[]> {
  const found: string[] = [];
  await from.query(
    flux,
    (row) => found.push(`${row.named('pair')} ${row.named('_field')}=${row.named('_value')} @${row.named('_time')}`),
    signal,
  );
  return found;
}
const failure = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: unknown) => (error instanceof InfluxFailure ? error : undefined),
  );

describe('questions', () => {
  test('rows of several tables come with their own columns, times to the nanosecond, text as it was', async () => {
    const odd = 'a "b", c\r\nd \\ é 😀';
    const line = `m,pair=A\\ B v=1.5,n=3i,s="${odd.replace(/["\\]/g, '\\$&')}" 1700000000123456789`;
    expect(await influx.write('T', [line, 'm,pair=C v=2 1700000000000000000'], patience())).toEqual({
      kind: 'written',
    });
    expect(new Set(await rows())).toEqual(
      new Set([
        'A B v=1.5 @2023-11-14T22:13:20.123456789Z',
        'C v=2 @2023-11-14T22:13:20Z',
        'A B n=3 @2023-11-14T22:13:20.123456789Z',
        `A B s=${odd} @2023-11-14T22:13:20.123456789Z`,
      ]),
    );
  });

  test('nothing found is no row, and the cost is what was read', async () => {
    expect(await influx.query(ALL, () => undefined, patience())).toEqual({ rows: 0, bytes: 2 });
    hub.seed('T', ['m v=1 1']);
    const { rows: count, bytes } = await influx.query(ALL, () => undefined, patience());
    expect([count, bytes]).toEqual([1, hub.counts.answerBytes - 2]);
  });

  test.each([
    ['status', { status: 503 }, 'overloaded'],
    ['status', { status: 429 }, 'overloaded'],
    ['status', { status: 400, message: 'queue length exceeded' }, 'overloaded'],
    ['status', { status: 400, message: 'compilation failed' }, 'refused'],
    ['status', { status: 401 }, 'unauthorized'],
    ['status', { status: 403 }, 'unauthorized'],
    ['status', { status: 418 }, 'broken'],
    ['reset', {}, 'unreachable'],
    ['truncate', {}, 'unreachable'],
    ['hang', {}, 'timeout'],
    ['stall', {}, 'timeout'],
    ['errorTable', {}, 'refused'],
  ] as const)('%s %o is %s, and the next question is answered', async (kind, more, expected) => {
    hub.seed(
      'T',
      Array.from({ length: 400 }, (_, index) => `m,pair=P${index} v=${index} ${index + 1}`),
    );
    hub.misbehave({ on: 'query', kind, ...more, times: 1 });
    const found = await failure(rows(ALL, expected === 'timeout' ? soon() : patience()));
    expect(found?.kind).toBe(expected);
    expect(found?.code).toBe('HUB_UNAVAILABLE');
    expect(await rows()).toHaveLength(400);
  });

  test('an error after the data keeps its words; a column of that name is no error', async () => {
    hub.misbehave({ on: 'query', kind: 'errorTable', times: 1 });
    expect((await failure(rows()))?.message).toContain('runtime error: the engine, of all things, gave up');
    hub.seed('T', ['m,error=x,reference=y v=1 1']);
    const errors: string[] = [];
    await influx.query(ALL, (row) => errors.push(row.named('error')), patience());
    expect(errors).toEqual(['x']);
  });

  test('a question that is given up is over at the hub too', async () => {
    for (const kind of ['hang', 'stall'] as const) {
      hub.misbehave({ on: 'query', kind, times: 1 });
      await failure(rows(ALL, soon()));
    }
    await expect.poll(() => [hub.counts.open, hub.counts.aborted]).toEqual([0, 2]);
  });

  test('what the taker throws ends the question and comes back as it is', async () => {
    hub.seed('T', ['m v=1 1']);
    const own = new Error('enough');
    await expect(
      influx.query(
        ALL,
        () => {
          throw own;
        },
        patience(),
      ),
    ).rejects.toBe(own);
  });

  test('a drip is heard to its end', async () => {
    hub.seed('T', ['m,pair=É v=1 1']);
    hub.misbehave({ on: 'query', kind: 'drip', times: 1 });
    expect(await rows()).toEqual(['É v=1 @1970-01-01T00:00:00.000000001Z']);
  });

  test('fifty at once share a few connections', async () => {
    hub.misbehave({ on: 'query', kind: 'delay', delayMs: 5 });
    await Promise.all(Array.from({ length: 50 }, () => rows()));
    expect(hub.counts.mostOpen).toBeLessThanOrEqual(4);
  });

  test('a hub that is not there is unreachable', async () => {
    await hub.down();
    expect((await failure(rows()))?.kind).toBe('unreachable');
    await hub.up();
    expect(await rows()).toEqual([]);
  });
});

describe('writes', () => {
  const write = (lines: readonly string[], bucket = 'T', signal = patience()) => influx.write(bucket, lines, signal);

  test('each answer is what it means, to the letter', async () => {
    expect(await write(['m v=1 1', 'm,pair=A v= 2', 'bad line'])).toEqual({
      kind: 'badLines',
      status: 400,
      message: "unable to parse 'm,pair=A v= 2': missing field value\nunable to parse 'bad line': invalid field format",
    });
    expect(hub.contents('T')).toEqual([]);
    expect(await write(['m v=1.5 1'])).toEqual({ kind: 'written' });
    expect(await write(['m v=1i 2', 'm w=1i 3'])).toMatchObject({
      kind: 'partial',
      message: expect.stringContaining(
        'input field "v" on measurement "m" is type integer, already exists as type float dropped=1',
      ),
    });
    expect(hub.pointCount('T', 'm')).toBe(2);
    expect(await write(['m v=1 1'], 'NOPE')).toEqual({
      kind: 'missing',
      status: 404,
      message: 'bucket "NOPE" not found',
    });
    hub.addBucket('SHORT', 3_600);
    expect(await write(['m v=1 1'], 'SHORT')).toMatchObject({
      kind: 'partial',
      message: expect.stringContaining('outside retention policy'),
    });
    hub.allow({ other: { read: 'all', write: 'all' }, [hub.token]: { read: 'all', write: [] } });
    expect(await write(['m v=1 1'])).toMatchObject({ kind: 'denied', status: 403 });
    hub.allow({});
    expect(await write(['m v=1 1'])).toMatchObject({ kind: 'denied', status: 401, message: 'unauthorized access' });
  });

  test.each([
    ['2', 2_000],
    ['soon', null],
    [undefined, null],
  ])('Retry-After %s is %s ms', async (retryAfter, retryAfterMs) => {
    hub.misbehave({ on: 'write', kind: 'status', status: 503, ...(retryAfter === undefined ? {} : { retryAfter }) });
    expect(await write(['m v=1 1'])).toMatchObject({ kind: 'later', status: 503, retryAfterMs });
  });

  test('one that is too big says so; nothing is retried behind our back', async () => {
    hub.misbehave({ on: 'write', kind: 'status', status: 413 });
    expect(await write(['m v=1 1'])).toMatchObject({ kind: 'tooBig' });
    expect(hub.counts.writes).toBe(1);
  });

  test.each(['hang', 'reset', 'lostAnswer'] as const)('%s has no answer and rejects', async (kind) => {
    hub.misbehave({ on: 'write', kind, times: 1 });
    expect((await failure(write(['m v=1 1'], 'T', kind === 'hang' ? soon() : patience())))?.kind).toBe(
      kind === 'hang' ? 'timeout' : 'unreachable',
    );
  });

  test('a 200 from something in between is not taken for written', async () => {
    const between = createServer((_, response) => response.end('<html>welcome</html>'));
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const other = openInflux({
      url: `http://127.0.0.1:${(between.address() as AddressInfo).port}`,
      token: 't',
      org: 'o',
    });
    expect(await other.write('T', ['m v=1 1'], patience())).toMatchObject({ kind: 'later', status: 200 });
    expect((await failure(rows(ALL, patience(), other)))?.kind).toBe('broken');
    other.close();
    between.closeAllConnections();
    between.close();
  });
});

test('the token is in no message, whatever the hub repeats', async () => {
  hub.misbehave({ on: 'all', kind: 'status', status: 400, message: `what is ${hub.token}?` });
  const asked = await failure(rows());
  const answer = await influx.write('T', ['m v=1 1'], patience());
  expect(`${asked?.message} ${asked?.stack} ${JSON.stringify(answer)}`).not.toContain(hub.token);
  expect(asked?.message).toContain('what is ***?');
});
