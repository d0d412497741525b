// `hub init` and `hub check` against the stand-in: what is missing is made, what is wrong is said, and nothing is written to find it out.
import { afterEach, describe, expect, test } from 'vitest';
import { checkHub, initHub } from '#store/open.ts';
import { DEFAULT_HUB_NAMES } from '#store/store.ts';
import { startInfluxStandIn, type TokenRights } from '../../support/influx/stand-in.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const DAY_MS = 86_400_000;
const ALL: TokenRights = { read: 'all', write: 'all', create: true };
const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of stack.splice(0)) await one[Symbol.asyncDispose]();
});

async function hubWith(
  tokens: Readonly<Record<string, TokenRights>> = { all: ALL },
  buckets: Readonly<Record<string, number>> = {},
) {
  const hub = await startInfluxStandIn({ tokens, buckets, nowMs: () => NOW_MS });
  stack.push(hub);
  const as = (token: string, org = hub.org) => ({ url: hub.url, token, org, names: DEFAULT_HUB_NAMES });
  return { hub, as };
}
const WHEN = { days: 30, nowMs: NOW_MS };
const BUCKETS = ['OPTUNA_PARAMS', 'BOT33_trades', 'BOT1_trades', 'BOT2_trades', 'ENSEMBLE', 'CANDLES'];
const forEver = Object.fromEntries(BUCKETS.map((bucket) => [bucket, 0]));
const at = (daysAgo: number) => BigInt(NOW_MS - daysAgo * DAY_MS) * 1_000_000n;

describe('init', () => {
  test('makes what is missing, each kept as its contents need; again changes nothing', async () => {
    const { as } = await hubWith({ all: ALL }, { BOT33_trades: 7 * 86_400 });
    const { there, made } = await initHub(as('all'), null);
    expect(there).toEqual([{ bucket: 'BOT33_trades', retentionDays: 7 }]);
    expect(Object.fromEntries(made.map(({ bucket, retentionDays }) => [bucket, retentionDays]))).toEqual({
      OPTUNA_PARAMS: 0,
      BOT1_trades: 400,
      BOT2_trades: 400,
      ENSEMBLE: 90,
      CANDLES: 0,
    });
    const again = await initHub(as('all'), 5);
    expect([again.there.length, again.made]).toEqual([6, []]);
  });

  test('one retention for all when asked; more buckets than a page lists are seen', async () => {
    const many = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`other ${index}`, 0]));
    const { as } = await hubWith({ all: ALL }, { ...many, CANDLES: 0 });
    const { there, made } = await initHub(as('all'), 2);
    expect(there.map(({ bucket }) => bucket)).toEqual(['CANDLES']);
    expect(made.every(({ retentionDays }) => retentionDays === 2)).toBe(true);
  });

  test('a token for buckets alone makes them, though it does not see the organisation', async () => {
    const { as } = await hubWith({ buckets: { ...ALL, org: false } }, { CANDLES: 0 });
    const { made } = await initHub(as('buckets'), null);
    expect(made).toHaveLength(5);
  });

  test.each([
    ['a token that may not make buckets', 'reader', 'fleet', 'unauthorized'],
    ['a token nobody knows', 'nobody', 'fleet', 'unauthorized'],
    ['an organisation nobody knows', 'all', 'others', 'missing'],
  ])('%s', async (_, token, org, kind) => {
    const { as } = await hubWith({ all: ALL, reader: { read: 'all', write: 'all' } }, { CANDLES: 0 });
    await expect(initHub(as(token, org), null)).rejects.toMatchObject({ kind, code: 'HUB_UNAVAILABLE' });
  });
});

describe('check', () => {
  test('a hub as it should be has no problems, and nothing was written to it', async () => {
    const { hub, as } = await hubWith({ all: ALL }, forEver);
    hub.seed('OPTUNA_PARAMS', [`parameters,pair=A stop_loss_pct=-2.0,take_profit_pct=1.0,total_trades=5i ${at(1)}`]);
    const { buckets, measurements, problems } = await checkHub(as('all'), WHEN);
    expect(problems).toEqual([]);
    expect(buckets).toEqual(
      BUCKETS.map((bucket) => ({ bucket, exists: true, readable: true, writable: true, retentionDays: 0 })),
    );
    expect(measurements.find(({ place }) => place === 'params')?.fields).toContainEqual({
      field: 'total_trades',
      types: [{ type: 'long', lastWritten: new Date(NOW_MS - DAY_MS).toISOString() }],
    });
    expect(hub.counts.lines).toBe(0);
  });

  test('a field whose type changed between shards, one of another type than ours, and one that nobody writes', async () => {
    const { hub, as } = await hubWith({ all: ALL }, forEver);
    hub.seed('BOT33_trades', [
      `closed_trades,pair=A stop_loss_pct=-2i,leverage=3.0,profit=1.0 ${at(12)}`,
      `closed_trades,pair=A stop_loss_pct=-2.5,leverage=3i,profit=1.0 ${at(0)}`,
    ]);
    const { problems } = await checkHub(as('all'), WHEN);
    const said = problems.join('\n');
    expect(said).toMatch(/stop_loss_pct is written as integer \(last 2026-11-08\S+\) and as float/);
    expect(said).toMatch(/leverage is written as integer; what this program writes there as float is refused/);
    expect(said).toMatch(/nobody writes take_profit_pct/);
    expect(said).not.toMatch(/profit_pct or profit/);
  });

  test('the type of the last day before it changes, however few others know it', async () => {
    const { hub, as } = await hubWith({ all: ALL }, forEver);
    // A shard ends with this Sunday.
    const sunday = Date.UTC(2026, 10, 16) - 1;
    hub.seed('BOT33_trades', [
      `closed_trades,pair=A leverage=3i ${BigInt(sunday) * 1_000_000n}`,
      `closed_trades,pair=A leverage=3.0 ${at(0)}`,
    ]);
    const { measurements } = await checkHub(as('all'), WHEN);
    expect(measurements.find(({ place }) => place === 'trades')?.fields).toMatchObject([
      { field: 'leverage', types: [{ type: 'long', lastWritten: new Date(sunday).toISOString() }, { type: 'double' }] },
    ]);
  });

  test('what a token may not do, what is missing, what is kept too short', async () => {
    const narrow: TokenRights = { read: ['OPTUNA_PARAMS', 'BOT33_trades'], write: ['ENSEMBLE'] };
    const { CANDLES: _, ...some } = forEver;
    const { as } = await hubWith({ narrow }, { ...some, BOT33_trades: 7 * 86_400 });
    const { buckets, problems } = await checkHub(as('narrow'), WHEN);
    expect(problems).toEqual(
      expect.arrayContaining([
        'OPTUNA_PARAMS: this token may not write to it',
        'BOT33_trades: keeps 7 days, and figures look back 30',
        'ENSEMBLE: this token may not read it',
        expect.stringMatching(/^CANDLES: there is no such bucket/),
      ]),
    );
    expect(buckets.find(({ bucket }) => bucket === 'ENSEMBLE')).toMatchObject({
      readable: false,
      writable: true,
      retentionDays: null,
    });
  });

  test('a token that does not see the organisation is told which buckets are missing', async () => {
    const { as } = await hubWith({ reader: { read: 'all', write: [] } }, { other: 0 });
    const { problems } = await checkHub(as('reader'), WHEN);
    expect(problems).toHaveLength(BUCKETS.length);
    expect(problems[0]).toMatch(/there is no such bucket/);
  });

  test('a hub that cannot be asked at all is no list of problems', async () => {
    const { hub, as } = await hubWith({ all: ALL }, forEver);
    await expect(checkHub(as('nobody'), WHEN)).rejects.toMatchObject({ kind: 'unauthorized' });
    await expect(checkHub(as('all', 'others'), WHEN)).rejects.toMatchObject({ kind: 'missing' });
    await hub.down();
    await expect(checkHub(as('all'), WHEN)).rejects.toMatchObject({ kind: 'unreachable' });
  });
});
