// Two instances tell one hub, and what one of them still has to tell is already seen by its own readers.
import { expect, test } from 'vitest';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { pendingOf } from '#store/influx/pending.ts';
import { outboxFiles } from '#store/sqlite/outbox-files.ts';
import { startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { paramRecord, T0, trade } from '../samples.ts';
import { BUCKETS, outboxes } from './outboxes.ts';

test('two gateways that record the same trades leave them once in the hub', async () => {
  await using hub = await startInfluxStandIn({ buckets: BUCKETS });
  await using one = await outboxes({ hub });
  await using other = await outboxes({ hub });
  const all = Array.from({ length: 200 }, (_, at) => trade({ tradeId: `${at}` }));
  await Promise.all([one, other].map(({ writer }) => writer.call('recordTrades', all)));
  await Promise.all([one.drained(), other.drained()]);
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(200);
});

test('what waits is seen by its newest figures, and no more once the hub has it', async () => {
  await using here = await outboxes();
  const { hub, writer } = here;
  await hub.down();
  const files = outboxFiles(here.folder, DEFAULT_HUB_NAMES, null);
  const pending = pendingOf(files.readers);
  expect([pending.trades(), pending.params()]).toEqual([[], []]);
  await writer.call('recordTrades', [trade({ profitPct: 1 }), trade({ tradeId: '2' })]);
  expect(pending.trades()).toEqual([trade({ profitPct: 1 }), trade({ tradeId: '2' })]);
  await writer.call('recordTrades', [trade({ profitPct: 3 })]);
  await writer.call('publish', paramRecord());
  // The clock has been set back since: the older time is sent too, and the hub's newest stays the newest.
  await writer.call('publish', paramRecord({ atMs: T0 - 5, stopLossPct: -9 }));
  expect(pending.trades()).toEqual([trade({ profitPct: 3 }), trade({ tradeId: '2' })]);
  expect(pending.params().map(({ atMs }) => atMs)).toEqual([T0, T0 - 5]);
  await hub.up();
  await here.drained();
  expect([pending.trades(), pending.params()]).toEqual([[], []]);
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(2);
  files.close();
});

test.each([
  [{ rows: 3, bytes: 1e9, ageMs: 1e12 }, /3 rows wait and 1 would come, allowed: at most 3/],
  [{ rows: 1e6, bytes: 700, ageMs: 1e12 }, /bytes wait and \d+ would come, allowed: at most 700/],
  [{ rows: 1e6, bytes: 1e9, ageMs: 0 }, /the oldest of 3 rows has waited for \d+ s, allowed: less than 0 s/],
])('the bound %j refuses with what is reached', async (bounds, words) => {
  await using here = await outboxes({ bounds });
  await here.hub.down();
  await here.writer.call('recordTrades', [trade(), trade({ tradeId: '2' }), trade({ tradeId: '3' })]);
  await expect(here.writer.call('publish', paramRecord())).resolves.toBeUndefined();
  await expect(here.writer.call('recordTrades', [trade({ tradeId: '4' })])).rejects.toThrow(words);
});
