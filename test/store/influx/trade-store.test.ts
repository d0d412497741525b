// Closed trades over real sockets, read by the thread: the hub's contract, what other writers leave, and a hub that misbehaves.
import { afterEach, describe, expect, test } from 'vitest';
import type { ClosedTrade } from '#domain/trade.ts';
import { binFigures } from '#exits/bins.ts';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { tradeLine } from '#store/influx/trade-lines.ts';
import { type InfluxTrades, influxTrades } from '#store/influx/trade-store.ts';
import type { TradeStore } from '#store/store.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { tradeStoreContract } from '../contract/hub.ts';
import { opened } from '../opened.ts';
import { T0, trade } from '../samples.ts';

const { bucket, measurement } = DEFAULT_HUB_NAMES.trades;
const DAY_MS = 86_400_000;
const stacks: AsyncDisposableStack[] = [];

afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.disposeAsync();
});

async function setup() {
  const stack = new AsyncDisposableStack();
  stacks.push(stack);
  const hub = stack.use(await startInfluxStandIn({ buckets: { [bucket]: 0 } }));
  const log = recordingLog();
  const costs: number[] = [];
  const open = () => {
    const { url, token, org } = hub;
    const influx = { url, token, org, gzip: false };
    return influxTrades({
      influx,
      names: DEFAULT_HUB_NAMES,
      folder: null,
      log,
      onCost: ({ rows }) => costs.push(rows),
    });
  };
  let trades = open();
  stack.defer(() => trades.close());
  const reopen = async () => {
    await trades.close();
    trades = open();
  };
  return { stack, hub, log, costs, reopen, trades: () => trades };
}

/** A hub whose writes are there at once. */
function tradeStore(hub: InfluxStandIn, trades: () => InfluxTrades): TradeStore {
  const known = new Map<string, ClosedTrade>();
  return {
    record: async (all) => {
      let duplicates = 0;
      for (const one of all) {
        const key = JSON.stringify([one.bot, one.tradeId, one.pair, one.openedAtMs]);
        duplicates += known.has(key) ? 1 : 0;
        known.set(key, one);
        try {
          hub.seed(bucket, [tradeLine(one, measurement)]);
        } catch {
          // What no line can say never comes to the hub.
        }
      }
      trades().touched(all);
      return { recorded: all.length - duplicates, duplicates };
    },
    sums: (query, signal) => trades().sums(query, signal),
    bySource: (query, signal) => trades().bySource(query, signal),
  };
}

tradeStoreContract(async () => {
  const { stack, hub, trades, reopen } = await setup();
  return { port: tradeStore(hub, trades), reopen, [Symbol.asyncDispose]: () => stack.disposeAsync() };
});

const WINDOW = { fromMs: T0 - 8 * DAY_MS, toMs: T0, edges: [0.5, 1.5, 2.5, 3.5] };
const at = (agoMs: number, nano = 0) => `${BigInt(T0 - agoMs) * 1_000_000n + BigInt(nano)}`;

describe('what other writers leave', () => {
  test('whole numbers in one shard and decimals in another count alike', async () => {
    const { hub, trades } = await setup();
    hub.seed(bucket, [
      `closed_trades,pair=BTC/USDT leverage=3i,profit_pct=1i,stop_loss_pct=-2i,take_profit_pct=2i ${at(6 * DAY_MS)}`,
      `closed_trades,pair=BTC/USDT leverage=3.0,profit_pct=-1.5,stop_loss_pct=-1.5,take_profit_pct=1.5 ${at(1_000)}`,
    ]);
    expect(await trades().sums(WINDOW)).toEqual([
      {
        ...{ bin: 2, side: null, pair: 'BTC/USDT', trades: 2, wins: 1, losses: 1 },
        ...{ sumStopLossPct: -3.5, sumTakeProfitPct: 3.5, sumWinPct: 1, sumLossPct: -1.5 },
        ...{ firstClosedAtMs: T0 - 6 * DAY_MS, lastClosedAtMs: T0 - 1_000 },
      },
    ]);
  });

  test('the old name of profit is understood, and the new one wins', async () => {
    const { hub, trades } = await setup();
    const levels = 'leverage=3.0,stop_loss_pct=-1.5,take_profit_pct=1.5';
    hub.seed(bucket, [
      `closed_trades,pair=BTC/USDT profit=2.5,${levels} ${at(1_000)}`,
      `closed_trades,pair=BTC/USDT profit=9.0,profit_pct=4.0,${levels} ${at(2_000)}`,
    ]);
    expect(await trades().sums(WINDOW)).toMatchObject([{ trades: 2, wins: 2, sumWinPct: 6.5 }]);
  });

  test('tags nobody asked for, hostile ones and names that are no pairs disturb nothing', async () => {
    const { hub, log, trades } = await setup();
    const fields = 'leverage=3.0,profit_pct=1.0,stop_loss_pct=-1.5,take_profit_pct=1.5';
    hub.seed(bucket, [
      `closed_trades,pair=BTC/USDT ${fields} ${at(1_000)}`,
      `closed_trades,pair=BTC/USDT,exit=a\\,b\\ "c\\=d" ${fields} ${at(1_000)}`,
      `closed_trades,pair=BTC/USDT,exit=🚀 ${fields} ${at(1_000)}`,
      `closed_trades,pair=BTC/USDT,side=short ${fields} ${at(1_000)}`,
      `closed_trades,pair=a\\ "pair"\\,\\ or\\ not ${fields} ${at(1_000)}`,
      `closed_trades,strategy=none ${fields} ${at(1_000)}`,
      `closed_trades,pair=BTC/USDT leverage="three",profit_pct=1.0 ${at(DAY_MS * 6)}`,
    ]);
    const sums = await trades().sums(WINDOW);
    expect(sums.map(({ pair, side, trades: count }) => [pair, side, count])).toEqual([
      ['BTC/USDT', null, 3],
      ['BTC/USDT', 'SHORT', 1],
    ]);
    expect(log.lines).toEqual([
      { level: 'info', fields: { ignored: 1 }, message: 'closed trades of names that are no pairs are ignored' },
    ]);
  });

  test('trades beyond days without any are found, whatever type their leverage had then', async () => {
    const { hub, trades } = await setup();
    const one = (leverage: string, days: number) =>
      `closed_trades,pair=BTC/USDT leverage=${leverage},profit_pct=1.0,stop_loss_pct=-1.5,take_profit_pct=1.5 ${at(-days * DAY_MS)}`;
    hub.seed(bucket, [one('3i', -6), one('3i', -2), one('3.0', 3)]);
    expect(await trades().sums({ ...WINDOW, toMs: T0 + 3 * DAY_MS })).toMatchObject([{ trades: 3 }]);
  });

  test('a trade told twice under other tags counts once; two strangers of one nanosecond count twice', async () => {
    const { hub, trades } = await setup();
    const own = tradeLine(trade({ closedAtMs: T0 - 5_000, openedAtMs: T0 - 9_000 }), measurement);
    const fields = 'leverage=3.0,profit_pct=1.0,stop_loss_pct=-1.5,take_profit_pct=1.5';
    hub.seed(bucket, [
      own,
      own.replace('leverage_bin=2.5-3.5x', 'exit=roi'),
      `closed_trades,pair=BTC/USDT,a=1 ${fields} ${at(7_000)}`,
    ]);
    hub.seed(bucket, [`closed_trades,pair=BTC/USDT,a=2 ${fields} ${at(7_000)}`]);
    const sums = await trades().sums(WINDOW);
    expect(sums.map(({ side, trades: count }) => [side, count])).toEqual([
      [null, 2],
      ['LONG', 1],
    ]);
  });
});

describe('a hub that misbehaves', () => {
  const line = (index: number) =>
    `closed_trades,pair=BTC/USDT leverage=3.0,profit_pct=1.0,stop_loss_pct=-1.5,take_profit_pct=1.5 ${at(1_000 * index)}`;

  test.each([
    { kind: 'errorTable', message: 'boom' },
    { kind: 'truncate' },
    { kind: 'status', status: 503 },
    { kind: 'reset' },
  ] as const)('fails the question and changes nothing: $kind', async (trouble) => {
    const { hub, trades } = await setup();
    hub.seed(bucket, [line(1), line(2)]);
    expect(await trades().sums(WINDOW)).toMatchObject([{ trades: 2 }]);
    hub.seed(bucket, [line(3)]);
    hub.misbehave({ ...trouble, on: 'query', times: 1 });
    await expect(trades().sums(WINDOW)).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
    expect(await trades().sums(WINDOW)).toMatchObject([{ trades: 3 }]);
  });
});

test('statistics are equal to the last digit, whatever order the trades came in and whatever keeps them', async () => {
  const { hub, trades } = await setup();
  const store = tradeStore(hub, trades);
  await using embedded = await opened();
  const all = Array.from({ length: 900 }, (_, index) =>
    trade({
      tradeId: String(index),
      side: index % 3 === 0 ? 'SHORT' : 'LONG',
      pair: `P${index % 7}/USDT`,
      leverage: 1 + (index % 5) / 2,
      profitPct: Math.round(Math.sin(index) * 30_000) / 10_000,
      stopLossPct: -1 - Math.cos(index) ** 2 / 3,
      takeProfitPct: (1 + (index % 97)) / 10_000,
      openedAtMs: T0 - 7 * DAY_MS - index,
      closedAtMs: T0 - Math.round((index * 6 * DAY_MS) / 900),
    }),
  );
  await store.record(all);
  await embedded.gateway.trades.record(all.toReversed());
  const figures = binFigures(await store.sums(WINDOW), WINDOW.edges);
  const wanted = binFigures(await embedded.gateway.trades.sums(WINDOW), WINDOW.edges);
  expect(figures.both.map((bin) => bin?.totalTrades)).toEqual([180, 360, 360]);
  for (const population of ['both', 'LONG', 'SHORT'] as const) expect(figures[population]).toEqual(wanted[population]);
});

test('a hub that hangs is given up and not asked again by those who have left', async () => {
  const { hub, trades } = await setup();
  hub.misbehave({ on: 'query', kind: 'hang' });
  const giveUp = new AbortController();
  const asked = trades().sums(WINDOW, giveUp.signal);
  const left = trades().sums(WINDOW, giveUp.signal);
  await expect.poll(() => hub.counts.open, { timeout: 20_000 }).toBe(1);
  giveUp.abort();
  await expect(asked).rejects.toMatchObject({ kind: 'timeout' });
  await expect(left).rejects.toMatchObject({ kind: 'timeout' });
  await expect.poll(() => hub.counts.open, { timeout: 20_000 }).toBe(0);
  hub.calm();
  expect(await trades().sums(WINDOW)).toEqual([]);
  expect(hub.counts.aborted).toBe(1);
});
