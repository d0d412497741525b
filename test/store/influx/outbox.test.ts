// What the fleet should remember reaches its hub whatever the hub does: over real sockets, to a stand-in that misbehaves in every way a real one can.
import { expect, test } from 'vitest';
import type { ClosedTrade } from '#domain/trade.ts';
import type { Misbehaviour } from '../../support/influx/misbehaviour.ts';
import { startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { closing, decision, delivery, newSignal, paramRecord, T0, trade } from '../samples.ts';
import { BUCKETS, outboxes } from './outboxes.ts';

const trades = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => trade({ tradeId: String(from + at), closedAtMs: T0 + 1_000 * (from + at) }));

const recent = (one: ClosedTrade, at: number): ClosedTrade => ({ ...one, closedAtMs: Date.now() - at });
const recentWindow = () => ({ openedAtMs: Date.now() - 60_000, closesAtMs: Date.now() });

test('signals, decisions, trades and levels arrive, once each', async () => {
  await using here = await outboxes();
  const { writer, hub } = here;
  await writer.call('appendSignals', [newSignal(), newSignal({ pair: 'ETH/USDT', side: 'SHORT', leverage: null })]);
  await writer.call('decide', { closings: [closing(decision({ outcome: 'REJECTED' }))], decidedUpToSeq: 2 });
  await writer.call('recordTrades', trades(3));
  await writer.call('publish', paramRecord());
  await writer.call('publish', paramRecord({ side: 'LONG' }));
  await here.drained();
  expect(hub.pointCount('ENSEMBLE', 'signals')).toBe(2);
  expect(hub.pointCount('ENSEMBLE', 'decisions')).toBe(1);
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(3);
  expect(hub.pointCount('OPTUNA_PARAMS', 'parameters')).toBe(1);
  expect(hub.pointCount('OPTUNA_PARAMS', 'parameters_by_side')).toBe(1);
  expect(await here.standing()).toEqual({ rows: 0, dead: 0, isBehind: false });
});

test.each<readonly [string, Misbehaviour]>([
  ['answers 503', { on: 'write', kind: 'status', status: 503 }],
  ['answers 429 and names a time', { on: 'write', kind: 'status', status: 429, retryAfter: '2' }],
  ['answers 500', { on: 'write', kind: 'status', status: 500, message: 'engine: cache-max-memory-size exceeded' }],
  ['knows no such token', { on: 'write', kind: 'status', status: 401 }],
  ['lets us write nothing', { on: 'write', kind: 'status', status: 403 }],
  ['has no such bucket', { on: 'write', kind: 'status', status: 404, message: 'bucket "BOT33_trades" not found' }],
  ['is behind a proxy that answers 400', { on: 'write', kind: 'status', status: 400, message: 'Bad Request' }],
  ['resets connections', { on: 'write', kind: 'reset' }],
  ['does what it is asked and loses the answer', { on: 'write', kind: 'lostAnswer' }],
  ['hangs', { on: 'write', kind: 'hang' }],
])(
  'a hub that %s: everything waits, and arrives once when it is well again',
  async (_, trouble) => {
    await using here = await outboxes();
    const { writer, hub } = here;
    hub.misbehave({ ...trouble, times: 7 });
    for (let from = 0; from < 30; from += 10) await writer.call('recordTrades', trades(10, from));
    await here.drained();
    expect(hub.counts.writes).toBeGreaterThan(trouble.kind === 'lostAnswer' ? 1 : 0);
    expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(30);
    expect((await here.standing()).dead).toBe(0);
    const said = here.log.lines.filter(({ level }) => level === 'warn' || level === 'error');
    expect(said.length, JSON.stringify(said)).toBeLessThanOrEqual(1);
  },
  20_000,
);

test('one line that cannot be written does not keep the others, and is kept with the words of the hub', async () => {
  await using hub = await startInfluxStandIn({ buckets: BUCKETS });
  // Somebody else's writer made the field a float, which it stays in this shard.
  hub.seed('OPTUNA_PARAMS', [`parameters,pair=X/USDT total_trades=1.0 ${BigInt(T0) * 1_000_000n}`]);
  await hub.down();
  await using here = await outboxes({ hub });
  for (let at = 0; at < 40; at += 1) {
    const record = paramRecord({ pair: `B${at}/USDT`, totalTrades: at === 17 || at === 39 ? 5 : null });
    await here.writer.call('publish', record);
  }
  await hub.up();
  await here.drained();
  expect(await here.standing()).toEqual({ rows: 0, dead: 2, isBehind: false });
  const pairs = new Set(hub.contents('OPTUNA_PARAMS').map(({ tags }) => tags.get('pair')));
  expect(pairs.size).toBe(1 + 38);
  expect(hub.counts.writes).toBeLessThan(30);
  const [last, first, ...more] = here.deadLetters('params');
  expect(more).toEqual([]);
  expect([first, last]).toMatchObject([
    { status: 422, words: expect.stringContaining('already exists as type float'), line: expect.stringMatching(/B17/) },
    { status: 422, words: expect.stringContaining('already exists as type float'), line: expect.stringMatching(/B39/) },
  ]);
});

test('what no line can say is kept as a dead letter, and what is beside it arrives', async () => {
  await using here = await outboxes();
  await here.writer.call('recordTrades', [trade({ profitPct: Number.NaN }), trade({ tradeId: '2' })]);
  await here.drained();
  expect(here.hub.pointCount('BOT33_trades', 'closed_trades')).toBe(1);
  expect(here.deadLetters('trades')).toMatchObject([{ status: 0, line: '', words: expect.stringContaining('NaN') }]);
});

test('dead letters are sent again or dropped, each request once', async () => {
  await using here = await outboxes();
  const { hub, writer } = here;
  hub.dropBucket('BOT33_trades');
  hub.addBucket('BOT33_trades', 3_600);
  await writer.call('recordTrades', trades(4));
  await here.drained();
  expect((await here.standing()).dead).toBe(4);
  hub.dropBucket('BOT33_trades');
  hub.addBucket('BOT33_trades');
  const [d, c, b, a] = here.deadLetters('trades').map(({ id }) => id);
  await writer.call('requestOfHub', { verb: 'drop', file: 'trades', ids: [a ?? 0, 99] });
  await writer.call('requestOfHub', { verb: 'retry', file: 'trades', ids: [b ?? 0, c ?? 0] });
  while ((await here.standing()).dead > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  await here.drained();
  expect(here.deadLetters('trades').map(({ id }) => id)).toEqual([d]);
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(2);
  await here.restart();
  await here.writer.call('requestOfHub', { verb: 'retry', file: 'trades', ids: null });
  while ((await here.standing()).dead > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await here.drained();
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(3);
});

test.each(['is started again empty', 'answers 204 and loses it'])(
  'a hub that %s gets everything again, old and new, once',
  async (how) => {
    await using here = await outboxes();
    const { hub } = here;
    if (how.startsWith('answers')) hub.misbehave({ on: 'write', kind: 'lose' });
    for (let at = 0; at < 30; at += 1) {
      await here.writer.call('appendSignals', [newSignal({ pair: `P${at}/USDT` })]);
      await here.writer.call('recordTrades', trades(1, at).map(recent));
      const ended = decision({ outcome: 'REJECTED', window: recentWindow() });
      await here.writer.call('decide', { closings: [closing(ended)], decidedUpToSeq: at + 1 });
      await here.writer.call('publish', paramRecord({ pair: `P${at % 10}/USDT`, atMs: Date.now() }));
    }
    await here.drained();
    hub.calm();
    if (how.startsWith('is')) for (const bucket of Object.keys(BUCKETS)) hub.dropBucket(bucket);
    for (const bucket of Object.keys(BUCKETS)) if (how.startsWith('is')) hub.addBucket(bucket);
    await here.writer.call('recordTrades', trades(5, 30).map(recent));
    const told = () => [
      hub.pointCount('ENSEMBLE', 'signals'),
      hub.pointCount('ENSEMBLE', 'decisions'),
      hub.pointCount('BOT33_trades', 'closed_trades'),
      new Set(hub.contents('OPTUNA_PARAMS').map(({ tags }) => tags.get('pair'))).size,
    ];
    while (JSON.stringify(told()) !== '[30,30,35,10]') await new Promise((resolve) => setTimeout(resolve, 20));
    await here.drained();
    const warned = here.log.lines.filter(({ message }) => message.startsWith('the hub has lost'));
    expect(warned.length).toBeGreaterThanOrEqual(4);
    const { writes } = hub.counts;
    await here.restart();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(hub.counts.writes).toBe(writes);
  },
  20_000,
);

test('a decision is told once, by the end that stays', async () => {
  await using here = await outboxes();
  const { writer, hub } = here;
  const one = decision();
  await writer.call('decide', { closings: [closing(one, ['BOT1'])], decidedUpToSeq: 1 });
  const unknown = { ...one, outcome: 'UNKNOWN', reason: 'OUTCOME_UNKNOWN' } as const;
  const looking = delivery(one, 'BOT1', { state: 'UNKNOWN', settleUntilMs: T0 + 1, heldUntilMs: T0 + 1 });
  await writer.call('record', { delivery: looking, decision: unknown });
  await writer.call('record', { delivery: { ...looking, heldUntilMs: null }, decision: unknown });
  expect(await here.standing()).toMatchObject({ rows: 0 });
  const forwarded = { ...one, outcome: 'FORWARDED', reason: 'FORWARDED' } as const;
  const taken = delivery(one, 'BOT1', { state: 'DELIVERED', tradeId: '7' });
  await writer.call('record', { delivery: taken, decision: forwarded });
  await writer.call('record', { delivery: taken, decision: forwarded });
  const other = decision({ pair: 'ETH/USDT' });
  await writer.call('decide', { closings: [closing(other, ['BOT1'])], decidedUpToSeq: 2 });
  const lost = delivery(other, 'BOT1', { state: 'UNKNOWN' });
  await writer.call('record', {
    delivery: lost,
    decision: { ...other, outcome: 'UNKNOWN', reason: 'OUTCOME_UNKNOWN' },
  });
  await here.drained();
  const told = hub.contents('ENSEMBLE').filter(({ field }) => field === 'decision_id');
  expect(told.map(({ tags, points }) => [tags.get('outcome'), points.map(([, id]) => id)])).toEqual([
    ['FORWARDED', [one.id]],
    ['UNKNOWN', [other.id]],
  ]);
});

test('a full outbox refuses trades and levels, and takes signals and decisions from their tables when there is room', async () => {
  await using here = await outboxes({ bounds: { rows: 20, bytes: 1e9, ageMs: 1e12 } });
  const { writer, hub } = here;
  await hub.down();
  await writer.call('recordTrades', trades(20));
  await expect(writer.call('recordTrades', trades(5, 20))).rejects.toMatchObject({
    code: 'HUB_UNAVAILABLE',
    message: expect.stringMatching(/20 rows wait and 5 would come, allowed: at most 20/),
  });
  for (let at = 0; at < 90; at += 1) {
    await writer.call('appendSignals', [newSignal({ pair: `P${at}/USDT` })]);
    const ended = decision({ outcome: 'REJECTED', pair: `P${at}/USDT` });
    await writer.call('decide', { closings: [closing(ended)], decidedUpToSeq: at + 1 });
  }
  expect(await here.standing()).toEqual({ rows: 60, dead: 0, isBehind: true });
  expect(await writer.call('forgetSignals', { beforeMs: 1e15, upToSeq: 90 })).toBe(20);
  await here.restart();
  await hub.up();
  await here.drained();
  expect(hub.pointCount('ENSEMBLE', 'signals')).toBe(90);
  expect(hub.pointCount('ENSEMBLE', 'decisions')).toBe(90);
  expect(hub.pointCount('BOT33_trades', 'closed_trades')).toBe(20);
  expect(await here.writer.call('forgetSignals', { beforeMs: 1e15, upToSeq: 90 })).toBe(70);
});
