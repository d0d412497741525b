// Each closed trade is one point of the hub that no other trade overwrites, and counts once wherever and however often it was recorded: for this instance, for
// others that read the same hub, after restarts, and when everything is sent again.
import { afterEach, describe, expect, test } from 'vitest';
import type { ClosedTrade } from '#domain/trade.ts';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { tradeLine } from '#store/influx/trade-lines.ts';
import { influxTrades } from '#store/influx/trade-store.ts';
import type { InfluxStandIn } from '../../support/influx/stand-in.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { meetingIds } from '../meeting-trades.ts';
import { opened } from '../opened.ts';
import { T0, trade } from '../samples.ts';
import { openedOnHub, standInHub } from './hubs.ts';
import { type Outboxes, outboxes } from './outboxes.ts';

const { bucket, measurement } = DEFAULT_HUB_NAMES.trades;
const DAY_MS = 86_400_000;
const WINDOW = { fromMs: T0 - 8 * DAY_MS, toMs: T0 + DAY_MS, edges: [0.5, 1.5, 2.5, 3.5] };
const stacks: AsyncDisposableStack[] = [];

afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.disposeAsync();
});

async function instance(): Promise<Outboxes> {
  const stack = new AsyncDisposableStack();
  stacks.push(stack);
  return stack.use(await outboxes());
}

/** The sums of an instance that has just started and recorded nothing itself: what every other reader counts. */
async function elsewhere(hub: InfluxStandIn) {
  const other = reader(hub);
  try {
    return [await other.sums(WINDOW), await other.bySource(WINDOW)] as const;
  } finally {
    await other.close();
  }
}

function reader({ url, token, org }: InfluxStandIn) {
  return influxTrades({
    influx: { url, token, org },
    names: DEFAULT_HUB_NAMES,
    folder: null,
    log: recordingLog(),
  });
}

const closed = (change: Partial<ClosedTrade>) =>
  trade({ openedAtMs: T0 - 6 * DAY_MS, closedAtMs: T0 - 1_000, enterTag: 'from 75a', profitPct: 1, ...change });

describe('two trades that want the same nanosecond', () => {
  test('are two points, also when they are recorded again the other way round and when all is sent again', async () => {
    const here = await instance();
    const { hub } = here;
    const [first, second] = meetingIds(T0 - 6 * DAY_MS);
    const both = [closed({ tradeId: first, profitPct: 1 }), closed({ tradeId: second, profitPct: 2 })];
    await here.writer.call('recordTrades', both);
    await here.drained();
    expect(await elsewhere(hub)).toMatchObject([[{ trades: 2, sumWinPct: 3 }], [{ trades: 2 }]]);
    await here.restart();
    await here.writer.call('recordTrades', both.toReversed());
    await here.writer.call('tradesOutbox', { kind: 'walk' });
    await here.drained();
    expect(hub.pointCount(bucket, measurement)).toBe(2);
    expect(await elsewhere(hub)).toMatchObject([[{ trades: 2, sumWinPct: 3 }], [{ trades: 2 }]]);
    hub.dropBucket(bucket);
    hub.addBucket(bucket);
    await here.writer.call('tradesOutbox', { kind: 'walk' });
    await here.drained();
    expect(await elsewhere(hub)).toMatchObject([[{ trades: 2, sumWinPct: 3 }], [{ trades: 2 }]]);
  });

  test('of other pairs, bins and milliseconds keep their hash', async () => {
    const { hub, writer, drained } = await instance();
    const [first, second] = meetingIds(T0 - 6 * DAY_MS);
    await writer.call('recordTrades', [
      closed({ tradeId: first }),
      closed({ tradeId: second, pair: 'ETH/USDT' }),
      closed({ tradeId: second, leverage: 2 }),
    ]);
    await drained();
    const times = hub.contents(bucket).flatMap(({ points }) => points.map(([timeNs]) => timeNs));
    expect(hub.pointCount(bucket, measurement)).toBe(3);
    expect(new Set(times).size).toBe(1);
  });
});

describe('a trade recorded again counts once, in its newest figures, for every reader', () => {
  test('as on the embedded store, whatever of it is new', async () => {
    const { hub, writer, drained } = await instance();
    await using embedded = await opened();
    const changes: readonly Partial<ClosedTrade>[] = [
      { closedAtMs: T0 + 3_600_000 },
      { closedAtMs: T0 - 3 * DAY_MS },
      { closedAtMs: WINDOW.toMs + DAY_MS },
      { closedAtMs: WINDOW.fromMs - 1 },
      { closedAtMs: T0 - 5_000 },
      { leverage: 2 },
      { leverage: 1 },
      { leverage: 0.2 },
      { stopLossPct: null },
      { takeProfitPct: null },
      { enterTag: null },
      { enterTag: 'from 75b', exitReason: null },
      {},
    ];
    const older = changes.map((_, at) => closed({ tradeId: `${at}`, profitPct: 2 ** at }));
    const newer = older.map((one, at) => ({ ...one, profitPct: -(2 ** at), ...changes[at] }));
    // The last ones go back to where they were at first.
    const back = older.map((one, at) => ({ ...one, profitPct: 3 * 2 ** at }));
    for (const all of [older, newer, back, newer.toReversed(), back]) {
      await writer.call('recordTrades', all);
      await drained();
      await embedded.gateway.trades.record(all);
      const [sums, sources] = await elsewhere(hub);
      expect(sums).toEqual(await embedded.gateway.trades.sums(WINDOW));
      expect(sources).toEqual(await embedded.gateway.trades.bySource(WINDOW));
    }
  });

  test('by the recording instance at once, before the hub has heard of it and after', async () => {
    const server = await standInHub();
    await using opened = await openedOnHub(server);
    const { trades, outbox } = opened.gateway;
    const settled = () =>
      expect
        .poll(
          async () => {
            await opened.clock.advance(250);
            return (await outbox?.status())?.reduce((sum, { rows }) => sum + rows, 0);
          },
          { timeout: 15_000 },
        )
        .toBe(0);
    await trades.record([closed({ closedAtMs: T0 - 3 * DAY_MS }), closed({ tradeId: '2' })]);
    await settled();
    expect(await trades.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 2 }]);
    server.standIn.misbehave({ on: 'write', kind: 'status', status: 503 });
    await trades.record([
      closed({ profitPct: 5 }),
      closed({ tradeId: '2', closedAtMs: T0 - 4 * DAY_MS, profitPct: 7 }),
    ]);
    for (let turn = 0; turn < 3; turn += 1)
      expect(await trades.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 12 }]);
    await trades.record([closed({ closedAtMs: T0 - 3 * DAY_MS, profitPct: 6 })]);
    expect(await trades.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 13 }]);
    server.standIn.calm();
    await settled();
    for (let turn = 0; turn < 3; turn += 1)
      expect(await trades.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 13 }]);
    await opened.reopen();
    expect(await opened.gateway.trades.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 13 }]);
    expect(await elsewhere(server.standIn)).toMatchObject([[{ trades: 2, sumWinPct: 13 }], [{ trades: 2 }]]);
  }, 30_000);

  test('by an instance that has read the days already and reads on', async () => {
    const here = await instance();
    const { hub, writer, drained } = here;
    const other = reader(hub);
    stacks[0]?.defer(() => other.close());
    await writer.call('recordTrades', [
      closed({ closedAtMs: T0 - 3 * DAY_MS }),
      closed({ tradeId: '2', profitPct: 2 }),
    ]);
    await drained();
    expect(await other.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 3 }]);
    await writer.call('recordTrades', [closed({ profitPct: 5 })]);
    await drained();
    expect(await other.sums(WINDOW)).toMatchObject([{ trades: 2, sumWinPct: 7 }]);
  });

  test('when a hub that was put back to an older state is told everything again', async () => {
    const here = await instance();
    const { hub, writer, drained } = here;
    await writer.call('recordTrades', [closed({ closedAtMs: T0 - 3 * DAY_MS })]);
    await drained();
    await writer.call('recordTrades', [closed({ profitPct: 5 })]);
    await drained();
    hub.dropBucket(bucket);
    hub.addBucket(bucket);
    hub.seed(bucket, [tradeLine(closed({ closedAtMs: T0 - 3 * DAY_MS }), measurement)]);
    await writer.call('tradesOutbox', { kind: 'walk' });
    await drained();
    expect(await elsewhere(hub)).toMatchObject([[{ trades: 1, sumWinPct: 5 }], [{ trades: 1 }]]);
  });
});
