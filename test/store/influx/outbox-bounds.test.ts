// What bounds an outbox and its dead letters: a whole call counts before it is taken, a row is refused once however often it is sent again, and many
// refusals of one kind cost few requests.
import { expect, test } from 'vitest';
import { paramRecord, T0, trade } from '../samples.ts';
import { BUCKETS, outboxes } from './outboxes.ts';

const DAY_MS = 86_400_000;
const trades = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => trade({ tradeId: String(from + at), closedAtMs: T0 + 1_000 * (from + at) }));
/** Another writer made a field an integer, on `days` days. */
const integers = (measurement: string, field: string, days: readonly number[] = [0]) =>
  days.map((day) => `${measurement},pair=X/USDT ${field}=1i ${BigInt(T0 + day * DAY_MS) * 1_000_000n}`);
const quiet = () => new Promise((resolve) => setTimeout(resolve, 20));

test('a call that does not fit whole is refused whole, by rows and by bytes, and one that just fits is taken', async () => {
  await using here = await outboxes({ bounds: { rows: 20, bytes: 1e9, ageMs: 1e12 } });
  await here.hub.down();
  await here.writer.call('recordTrades', trades(12));
  await expect(here.writer.call('recordTrades', trades(9, 12))).rejects.toMatchObject({
    code: 'HUB_UNAVAILABLE',
    message: expect.stringMatching(/12 rows wait and 9 would come, allowed: at most 20/),
  });
  expect((await here.standing()).rows).toBe(12);
  await here.writer.call('recordTrades', trades(8, 12));
  expect((await here.standing()).rows).toBe(20);
  await here.hub.up();
  await here.drained();
  expect(here.hub.pointCount('BOT33_trades', 'closed_trades')).toBe(20);
});

test('signals that do not fit whole are taken from their table later, and the bound holds', async () => {
  const { newSignal } = await import('../samples.ts');
  await using here = await outboxes({ bounds: { rows: 20, bytes: 1e9, ageMs: 1e12 } });
  await here.hub.down();
  for (let from = 0; from < 90; from += 15) {
    const batch = Array.from({ length: 15 }, (_, at) => newSignal({ pair: `P${from + at}/USDT` }));
    await here.writer.call('appendSignals', batch);
  }
  expect(await here.standing()).toMatchObject({ rows: 15, isBehind: true });
  await here.hub.up();
  await here.drained();
  expect(here.hub.pointCount('ENSEMBLE', 'signals')).toBe(90);
});

test('thousands of conflicts of one field cost a handful of requests, and what is beside them arrives', async () => {
  await using here = await outboxes();
  const { hub } = here;
  await hub.down();
  hub.seed('BOT33_trades', integers('closed_trades', 'stop_loss_pct'));
  const all = trades(3_000).map((one, at) => (at % 3 === 0 ? { ...one, stopLossPct: null } : one));
  for (let at = 0; at < all.length; at += 1_000) await here.writer.call('recordTrades', all.slice(at, at + 1_000));
  await hub.up();
  await here.drained();
  expect((await here.standing()).dead).toBe(2_000);
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(1 + 1_000);
  expect(hub.counts.writes).toBeLessThan(20);
  expect(here.log.lines.filter(({ message }) => message.startsWith('the hub refuses')).length).toBeLessThan(20);
}, 30_000);

test('thousands of points older than the hub keeps cost a handful of requests, and what is beside them arrives', async () => {
  await using here = await outboxes();
  const { hub } = here;
  await hub.down();
  hub.dropBucket('BOT33_trades');
  hub.addBucket('BOT33_trades', 400 * 86_400);
  const recentMs = Date.now() - DAY_MS;
  const all = trades(2_000).map((one, at) =>
    at % 2 === 0 ? { ...one, closedAtMs: recentMs + at } : { ...one, closedAtMs: at },
  );
  for (let at = 0; at < all.length; at += 1_000) await here.writer.call('recordTrades', all.slice(at, at + 1_000));
  await hub.up();
  await here.drained();
  expect((await here.standing()).dead).toBe(1_000);
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(1_000);
  expect(hub.counts.writes).toBeLessThan(40);
}, 30_000);

test('conflicts in some of several shards, and points the hub forgets: each line gets the end that is its own', async () => {
  await using here = await outboxes();
  const { hub } = here;
  await hub.down();
  // Shards of seven days: the days of 0 and 21 lie in two of them that have the field as integers, all others do not.
  hub.seed('BOT33_trades', integers('closed_trades', 'stop_loss_pct', [0, 21]));
  const all = trades(400).map((one, at) => ({
    ...one,
    openedAtMs: T0 - 100 * DAY_MS,
    closedAtMs: T0 + (at % 8) * 7 * DAY_MS + at * 1_000,
  }));
  await here.writer.call('recordTrades', all);
  await hub.up();
  await here.drained();
  expect((await here.standing()).dead).toBe(100);
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(2 + 300);
  expect(hub.counts.writes).toBeLessThan(40);
}, 30_000);

test('a hub that forgets again and again gets everything again, and a row it refuses stays one dead letter', async () => {
  await using here = await outboxes();
  const { hub } = here;
  const forget = () => {
    for (const bucket of Object.keys(BUCKETS)) {
      hub.dropBucket(bucket);
      hub.addBucket(bucket);
    }
    hub.seed('OPTUNA_PARAMS', [`parameters,pair=X/USDT total_trades=1.0 ${BigInt(T0) * 1_000_000n}`]);
  };
  forget();
  for (let at = 0; at < 60; at += 1) {
    const record = paramRecord({ pair: `P${at}/USDT`, totalTrades: at % 2 === 0 ? 5 : null });
    await here.writer.call('publish', record);
  }
  await here.drained();
  expect((await here.standing()).dead).toBe(30);
  for (let round = 1; round <= 3; round += 1) {
    forget();
    const before = hub.counts.writes;
    await here.writer.call('publish', paramRecord({ pair: `Q${round}/USDT`, totalTrades: null }));
    while (hub.pointCount('OPTUNA_PARAMS', 'parameters') < 1 + 30 + round) await quiet();
    await here.drained();
    expect((await here.standing()).dead).toBe(30);
    expect(hub.counts.writes - before).toBeLessThan(6);
  }
}, 30_000);

test('the same row refused again, with other figures, is still one dead letter, of its newest figures', async () => {
  await using here = await outboxes();
  const { hub, writer } = here;
  hub.seed('BOT33_trades', integers('closed_trades', 'stop_loss_pct'));
  await writer.call('recordTrades', [trade({ profitPct: 1 }), trade({ tradeId: '2' })]);
  await here.drained();
  await writer.call('recordTrades', [trade({ profitPct: 3 })]);
  await here.drained();
  expect((await here.standing()).dead).toBe(2);
  expect(here.deadLetters('trades').filter(({ line }) => /[ ,]profit_pct=3\.0/.test(line))).toHaveLength(1);
  expect(here.deadLetters('trades').filter(({ line }) => /[ ,]profit_pct=1\.0/.test(line))).toHaveLength(0);
});
