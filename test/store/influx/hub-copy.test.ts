// Candles of a data folder grow into the hub: every row, to the last digit, as the points that an import into that hub would have written; what the
// folder lacks stays there.
import { afterEach, expect, test } from 'vitest';
import type { Candles } from '#domain/market.ts';
import { candleLines } from '#store/influx/candle-lines.ts';
import { copyToHub, openFleetHub, openHubDesk } from '#store/open.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { series } from '../contract/market.ts';
import { T0 } from '../samples.ts';
import { standInHub } from './hubs.ts';

const DAY_MS = 86_400_000;
const stacks: AsyncDisposableStack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.disposeAsync();
});

async function setup() {
  const stack = new AsyncDisposableStack();
  stacks.push(stack);
  const log = recordingLog();
  const folder = stack.use(tempFolder()).path;
  const { standIn, address } = stack.use(await standInHub());
  const bounds = { rows: 1, bytes: 1, ageMs: 1 };
  const fleet = stack.use(
    await openFleetHub({ address, bounds, clock: manualClock(Date.now()), chance: () => 0.5, log }),
  );
  const embedded = stack.use(await openHubDesk({ folder, hub: null, log }));
  const shared = stack.use(await openHubDesk({ folder, hub: fleet, log }));
  const copy = () => copyToHub({ folder, hub: fleet, onProgress: () => undefined }, address.url);
  return { standIn, embedded, shared, copy };
}

const whole = ({ pair, timeframe }: Candles) => ({ pair, timeframe, fromMs: T0 - 30 * DAY_MS, toMs: T0 + 30 * DAY_MS });

test('candles of several series and more than one request are copied whole, once and again', async () => {
  const { standIn, embedded, shared, copy } = await setup();
  const all = [
    series(4_500, T0 - 10 * DAY_MS),
    series(700, T0, 'BTC/USDT:USDT', '1h'),
    series(301, T0, 'ETH/USDT'),
    series(1, T0, '1000PEPE/USDT'),
  ];
  for (const one of all) await embedded.candles.write(one);
  expect((await shared.candles.read(whole(all[0] as Candles))).openTimeMs).toHaveLength(0);
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await copy()).toMatchObject({ copied: { candles: 5_502, trades: 0 }, refused: [], resumed: false });
    expect(standIn.pointCount('CANDLES', 'candles')).toBe(5_502);
  }
  for (const one of all) {
    const { timeframeMs: _, ...columns } = one;
    expect(await shared.candles.read(whole(one))).toMatchObject(columns);
  }
  expect(await shared.candles.list()).toEqual(await embedded.candles.list());
}, 30_000);

test('a candle that differs replaces the one in the hub; those the folder lacks stay', async () => {
  const { standIn, embedded, shared, copy } = await setup();
  const theirs = series(20);
  standIn.seed('CANDLES', candleLines(theirs, 'candles', { from: 0, to: 20 }));
  const ours = series(4);
  ours.close[2] = 77.25;
  await embedded.candles.write(ours);
  expect(await copy()).toMatchObject({ copied: { candles: 4 } });
  const { close } = await shared.candles.read(whole(theirs));
  expect([...close]).toEqual([...theirs.close].with(2, 77.25));
});
