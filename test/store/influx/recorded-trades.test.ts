// What this process records of closed trades shows at once without asking the hub, once, and stays while it travels there.
import { afterEach, expect, test } from 'vitest';
import type { ClosedTrade } from '#domain/trade.ts';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { recordedHere } from '#store/influx/recorded-here.ts';
import { tradeLine } from '#store/influx/trade-lines.ts';
import { influxTrades } from '#store/influx/trade-store.ts';
import { startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { T0, trade } from '../samples.ts';
import { openedOnHub, standInHub } from './hubs.ts';

const { bucket, measurement } = DEFAULT_HUB_NAMES.trades;
const DAY_MS = 86_400_000;
const WINDOW = { fromMs: T0 - 8 * DAY_MS, toMs: T0, edges: [0.5, 1.5, 2.5, 3.5] };
const stacks: AsyncDisposableStack[] = [];

afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.disposeAsync();
});

async function setup() {
  const stack = new AsyncDisposableStack();
  stacks.push(stack);
  const hub = stack.use(await startInfluxStandIn({ buckets: { [bucket]: 0 } }));
  const { url, token, org } = hub;
  const trades = influxTrades({
    influx: { url, token, org },
    names: DEFAULT_HUB_NAMES,
    folder: null,
    log: recordingLog(),
  });
  stack.defer(() => trades.close());
  return { hub, trades };
}

const closed = (change: Partial<ClosedTrade>) =>
  trade({ openedAtMs: T0 - 60_000, closedAtMs: T0 - 1_000, leverage: 3, profitPct: 1, ...change });
const put = (hub: Awaited<ReturnType<typeof setup>>['hub'], one: ClosedTrade) =>
  hub.seed(bucket, [tradeLine(one, measurement)]);

test('trades recorded here are known without a question to the hub, newer figures in the place of older ones', async () => {
  const { hub, trades } = await setup();
  put(hub, closed({}));
  put(hub, closed({ tradeId: '2', openedAtMs: T0 - 3 * DAY_MS, closedAtMs: T0 - 3 * DAY_MS + 5 }));
  expect(await trades.knownSums(WINDOW)).toBeUndefined();
  expect(await trades.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 2 }]);
  const asked = hub.queries.length;
  trades.touched([closed({ tradeId: '3', profitPct: 4 }), closed({ profitPct: 10 })]);
  expect(await trades.knownSums(WINDOW)).toMatchObject([{ trades: 3, sumWinPct: 15 }]);
  expect(await trades.knownSums({ ...WINDOW, toMs: T0 + DAY_MS })).toMatchObject([{ trades: 3, sumWinPct: 15 }]);
  expect(hub.queries.length).toBe(asked);
});

test('what is recorded while the hub is being read, or hangs, is known too', async () => {
  const { hub, trades } = await setup();
  put(hub, closed({}));
  await trades.sums(WINDOW);
  hub.misbehave({ on: 'query', kind: 'hang' });
  const giveUp = new AbortController();
  const hanging = trades.sums(WINDOW, giveUp.signal).catch((error: Error) => error.message);
  trades.touched([closed({ tradeId: '2', profitPct: 4 })]);
  expect(await trades.knownSums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 5 }]);
  giveUp.abort();
  await hanging;
  expect(await trades.knownSums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 5 }]);
});

test('after the hub has it and was read again it is what the hub says', async () => {
  const { hub, trades } = await setup();
  put(hub, closed({}));
  await trades.sums(WINDOW);
  trades.touched([closed({ tradeId: '2', profitPct: 4 })]);
  put(hub, closed({ tradeId: '2', profitPct: 4 }));
  expect(await trades.knownSums(WINDOW)).toMatchObject([{ trades: 2 }]);
  expect(await trades.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 5 }]);
  expect(await trades.knownSums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 5 }]);
});

test('a trade of a day whose rows are gone is asked for', async () => {
  const { hub, trades } = await setup();
  const old = closed({ openedAtMs: T0 - 3 * DAY_MS, closedAtMs: T0 - 3 * DAY_MS + 5 });
  put(hub, old);
  await trades.sums(WINDOW);
  trades.touched([{ ...old, profitPct: 3 }]);
  expect(await trades.knownSums(WINDOW)).toBeUndefined();
  put(hub, { ...old, profitPct: 3 });
  expect(await trades.sums(WINDOW)).toMatchObject([{ trades: 1, sumWinPct: 3 }]);
  expect(await trades.knownSums(WINDOW)).toMatchObject([{ trades: 1, sumWinPct: 3 }]);
});

test('of a store: each write is in the next answer, before and after the outbox has sent it, and no bins are read for it', async () => {
  const server = await standInHub();
  await using opened = await openedOnHub(server);
  const { trades, outbox } = opened.gateway;
  expect(await trades.sums(WINDOW)).toEqual([]);
  const binReads = () => server.standIn.queries.filter((flux) => flux.includes('"leverage"')).length;
  const asked = binReads();
  expect(asked).toBeGreaterThan(0);
  for (let count = 1; count <= 20; count += 1) {
    await trades.record([closed({ tradeId: String(count), profitPct: 2 }), closed({ tradeId: '1', profitPct: count })]);
    expect(await trades.knownSums?.(WINDOW)).toMatchObject([{ trades: count, sumWinPct: 3 * count - 2 }]);
  }
  const waiting = async () => (await outbox?.status())?.reduce((sum, { rows }) => sum + rows, 0);
  await expect
    .poll(
      async () => {
        await opened.clock.advance(250);
        return waiting();
      },
      { timeout: 15_000 },
    )
    .toBe(0);
  expect(await trades.knownSums?.(WINDOW)).toMatchObject([{ trades: 20, sumWinPct: 58 }]);
  expect(binReads()).toBe(asked);
  expect(await trades.sums(WINDOW)).toMatchObject([{ trades: 20, sumWinPct: 58 }]);
  expect(await trades.knownSums?.(WINDOW)).toMatchObject([{ trades: 20, sumWinPct: 58 }]);
}, 30_000);

test('a trade is kept while it waits, and until a read that began after it left has ended', () => {
  const recorded = recordedHere();
  const one = closed({});
  recorded.begin([]).succeed();
  recorded.add([one]);
  const first = recorded.begin([one]);
  expect(first.touchedMs).toEqual([one.closedAtMs]);
  first.succeed();
  expect(recorded.over([])).toEqual([one]);
  const second = recorded.begin([]);
  const newer = { ...one, profitPct: 9 };
  recorded.add([newer]);
  second.succeed();
  expect(recorded.over([one])).toEqual([newer]);
  const third = recorded.begin([]);
  expect(third.touchedMs).toEqual([one.closedAtMs]);
  third.fail();
  expect(recorded.over([])).toEqual([newer]);
  const fourth = recorded.begin([]);
  expect(fourth.touchedMs).toEqual([one.closedAtMs]);
  fourth.succeed();
  expect(recorded.over([])).toEqual([]);
});

test('too many to keep are not half known, until they were read', () => {
  const recorded = recordedHere(2);
  const all = ['1', '2', '3'].map((tradeId) => closed({ tradeId }));
  recorded.add(all);
  expect(recorded.over([])).toBeUndefined();
  const read = recorded.begin([]);
  expect(recorded.over([])).toBeUndefined();
  read.succeed();
  expect(recorded.over(all)).toBeUndefined();
  expect(recorded.over([])).toEqual([]);
});
