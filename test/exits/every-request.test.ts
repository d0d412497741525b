// figuresSeconds 0 on an InfluxDB: every request reads the hub and sees what is in it now; those of one moment share a read, and a hub that cannot be read
// makes nobody wait for long.
import { afterEach, expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { type Exits, openExits } from '#exits/exits.ts';
import { type OpenedOnHub, openedOnHub, standInHub } from '../store/influx/hubs.ts';
import { manualClock } from '../support/manual-clock.ts';
import { NOW_MS, SETTINGS } from './samples.ts';

const LEVELS = 'leverage=3.0,profit_pct=1.0,take_profit_pct=1.0';
const stacks: AsyncDisposableStack[] = [];

afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.disposeAsync();
});

async function setup() {
  const stack = new AsyncDisposableStack();
  stacks.push(stack);
  const hub = await standInHub();
  const store: OpenedOnHub = stack.use(await openedOnHub(hub, manualClock(NOW_MS)));
  const { params, trades, snapshots, onHubWrite } = store.gateway;
  const { clock, log } = store;
  const settings = { ...SETTINGS, figuresSeconds: 0 };
  const exits = stack.use(
    await openExits({ params, trades, snapshots, onHubWrite, simplyRead: false, settings, clock, log }),
  );
  let nano = 0;
  const publish = (stop: number) => {
    nano += 1;
    hub.standIn.seed('OPTUNA_PARAMS', [
      `parameters,pair=BTC/USDT stop_loss_pct=${stop},take_profit_pct=2.0 ${NOW_MS}${String(nano).padStart(6, '0')}`,
    ]);
  };
  const close = (count: number) => {
    const lines = Array.from({ length: count }, () => {
      nano += 1;
      return `closed_trades,pair=ETH/USDT ${LEVELS},stop_loss_pct=-1.5 ${NOW_MS - 1_000}${String(nano).padStart(6, '0')}`;
    });
    hub.standIn.seed('BOT33_trades', lines);
  };
  /** Reads of levels, and of rows of trades, since it was last asked. */
  let seen = 0;
  const reads = () => {
    const asked = hub.standIn.queries.slice(seen);
    seen = hub.standIn.queries.length;
    const of = (what: string) => asked.filter((flux) => flux.includes(`"${what}"`) && !flux.includes('count()')).length;
    return { params: of('parameters'), trades: of('closed_trades') };
  };
  return { standIn: hub.standIn, clock, exits, publish, close, reads };
}

async function both(exits: Exits) {
  const answers = await exits.answer([
    { pair: 'BTC/USDT', leverage: 3 },
    { pair: 'ETH/USDT', leverage: 3 },
  ]);
  const [published, binned] = answers.map((answer) => {
    if (answer instanceof Fault) throw answer;
    return answer;
  });
  return { stop: published?.position.stopLossPct, trades: binned?.totalTrades, stale: published?.stale };
}

test('each request reads levels and trades once, and sees what somebody else wrote just before', async () => {
  const { exits, publish, close, reads } = await setup();
  publish(-1.5);
  close(5);
  expect(await both(exits)).toEqual({ stop: -1.5, trades: 5, stale: false });
  reads();
  for (let turn = 1; turn <= 5; turn += 1) {
    publish(-2 - turn);
    close(1);
    expect(await both(exits)).toEqual({ stop: -2 - turn, trades: 5 + turn, stale: false });
    expect(reads()).toEqual({ params: 1, trades: 1 });
  }
});

test('a thousand requests of one moment share a read, and nobody reads when nobody asks', async () => {
  const { exits, clock, publish, close, reads } = await setup();
  publish(-1.5);
  close(5);
  await both(exits);
  reads();
  close(2);
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => both(exits)));
  expect(new Set(answers.map((one) => JSON.stringify(one)))).toEqual(
    new Set([JSON.stringify({ stop: -1.5, trades: 7, stale: false })]),
  );
  expect(reads()).toEqual({ params: 1, trades: 1 });
  await clock.advance(60_000);
  expect(reads()).toEqual({ params: 0, trades: 0 });
});

test('a request during a read waits for one that began after it', async () => {
  const { exits, standIn, publish, close, reads } = await setup();
  publish(-1.5);
  close(5);
  await both(exits);
  reads();
  standIn.misbehave({ on: 'query', kind: 'delay', delayMs: 200, times: 2 });
  const first = both(exits);
  await expect.poll(() => standIn.counts.open).toBeGreaterThan(0);
  publish(-3);
  close(1);
  expect(await both(exits)).toEqual({ stop: -3, trades: 6, stale: false });
  await first;
  expect(reads().params).toBe(2);
});

test('a hub that refuses or hangs leaves the last figures, stale, for a second of waiting at most; then all is as before', async () => {
  const { exits, clock, standIn, publish, close } = await setup();
  publish(-1.5);
  close(5);
  await both(exits);
  standIn.misbehave({ on: 'query', kind: 'status', status: 503 });
  publish(-2);
  expect(await both(exits)).toEqual({ stop: -1.5, trades: 5, stale: true });
  standIn.calm();
  expect(await both(exits)).toEqual({ stop: -2, trades: 5, stale: false });
  standIn.misbehave({ on: 'query', kind: 'hang' });
  const waiting = both(exits);
  await expect.poll(() => standIn.counts.open).toBeGreaterThan(0);
  await clock.advance(1_000);
  expect(await waiting).toMatchObject({ stop: -2, trades: 5 });
  await clock.advance(5_000);
  expect(await both(exits)).toEqual({ stop: -2, trades: 5, stale: true });
});
