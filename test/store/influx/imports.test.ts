// Imported candles and entries on their way into a hub: in blocks, each line of which has an end of its own; seen here while they wait; sent again to a hub
// that lost one of their buckets.
import { expect, test } from 'vitest';
import type { HistoricalSignal } from '#domain/market.ts';
import { candleLines } from '#store/influx/candle-lines.ts';
import { linesOf } from '#store/influx/told-rows.ts';
import { series } from '../contract/market.ts';
import { T0 } from '../samples.ts';
import { outboxes } from './outboxes.ts';

const FIVE_MS = 300_000;
const part = (count: number, fromMs = T0, pair = 'BTC/USDT') => ({
  candles: series(count, fromMs, pair),
  from: 0,
  to: count,
});
const entries = (count: number, pair = 'BTC/USDT') => ({
  pair,
  signals: Array.from({ length: count }, (_, at): HistoricalSignal => {
    return { timeMs: T0 + at * FIVE_MS, side: at % 3 === 0 ? 'SHORT' : 'LONG' };
  }),
});
const counts = (hub: { pointCount(bucket: string, measurement: string): number }) => [
  hub.pointCount('CANDLES', 'candles'),
  hub.pointCount('BOT1_trades', 'signals'),
  hub.pointCount('BOT2_trades', 'signals'),
];

test('what waits is counted by its lines, arrives once, and says what the series says', async () => {
  await using here = await outboxes();
  const { hub, writer } = here;
  await hub.down();
  await writer.call('importCandles', part(2_345));
  await writer.call('importCandles', part(2_345));
  await writer.call('importEntries', entries(30));
  expect(await here.standing()).toMatchObject({ rows: 4_720 });
  await hub.up();
  await here.drained();
  expect(counts(hub)).toEqual([2_345, 20, 10]);
  const close = hub.contents('CANDLES').find(({ field }) => field === 'close');
  expect(close?.points.map(([, value]) => value)).toEqual([...series(2_345).close]);
});

test('a line of a block that the hub refuses is one dead letter, and the others of the block arrive', async () => {
  await using here = await outboxes();
  const { hub, writer } = here;
  // Somebody wrote whole numbers for a day; shards are seven days long.
  hub.seed('CANDLES', [`candles,pair=X/USDT volume=1i ${BigInt(T0) * 1_000_000n}`]);
  const week = 7 * 86_400_000;
  const candles = series(1_500, T0 + week);
  candles.openTimeMs[0] = T0;
  await writer.call('importCandles', { candles, from: 0, to: 1_500 });
  await here.drained();
  expect(await here.standing()).toMatchObject({ rows: 0, dead: 1 });
  expect(counts(hub)[0]).toBe(1 + 1_499);
  const [line] = candleLines(candles, 'candles', { from: 0, to: 1 });
  expect(here.deadLetters('imports')).toMatchObject([{ line, status: 422 }]);
  expect(hub.counts.writes).toBeLessThan(60);
});

test.each(['CANDLES', 'BOT1_trades', 'BOT2_trades'])(
  'with %s lost, everything is sent again, from the journal',
  async (lost) => {
    await using here = await outboxes();
    const { hub, writer } = here;
    for (const pair of ['BTC/USDT', 'A!/USDT', 'no pair']) {
      await writer.call('importCandles', part(700, T0, pair));
      await writer.call('importEntries', entries(300, pair));
    }
    await here.drained();
    expect(counts(hub)).toEqual([2_100, 600, 300]);
    hub.dropBucket(lost);
    hub.addBucket(lost);
    await here.restart();
    while (counts(hub).join() !== '2100,600,300') await new Promise((resolve) => setTimeout(resolve, 100));
    await here.drained();
    expect((await here.standing()).dead).toBe(0);
  },
);

test('a row of any other kind is one line, line ends in its texts and all', () => {
  const row = { seq: 1, place: 'signals' as const, line: 'signals,pair=A enter_tag="a\nb" 1' };
  expect(linesOf(row)).toEqual([row]);
});
