// All ways of hearing of a trade meet here: it counts once, a way that knows less takes nothing away, and what is known is not written again.
import { expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { type ClosedTrade, requireTrades } from '#domain/trade.ts';
import { openRecorder } from '#trades/recorder.ts';
import { opened } from '../store/opened.ts';

const trade = (tradeId: string, more: Partial<ClosedTrade> = {}): ClosedTrade => ({
  bot: 'BOT3',
  tradeId,
  pair: 'BTC/USDT:USDT',
  side: 'LONG',
  leverage: 3,
  profitPct: 0.5,
  stopLossPct: -1.48,
  takeProfitPct: null,
  openedAtMs: 1_767_600_000_123,
  closedAtMs: 1_767_600_900_456,
  enterTag: 'long',
  exitReason: 'roi',
  ...more,
});

async function recording() {
  const store = await opened();
  const written: ClosedTrade[] = [];
  const record = async (trades: readonly ClosedTrade[]) => {
    await store.gateway.trades.record(requireTrades(trades));
    written.push(...trades);
  };
  const recorder = openRecorder({ recorded: store.gateway.recorded, record });
  return {
    recorder,
    written,
    kept: async (key: ClosedTrade) => (await store.gateway.recorded.byKeys([key]))[0],
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

test('heard in three ways, at once and again, it counts once and keeps what only one way knew', async () => {
  await using at = await recording();
  const message = trade('1', { stopLossPct: null, exitReason: null });
  const counts = await Promise.all([
    at.recorder.record([trade('1')]),
    at.recorder.record([message]),
    at.recorder.record([trade('1'), trade('1', { takeProfitPct: 1 })]),
  ]);
  expect(counts).toEqual([
    { recorded: 1, updated: 0, known: 0 },
    { recorded: 0, updated: 0, known: 1 },
    { recorded: 0, updated: 1, known: 1 },
  ]);
  expect(await at.kept(trade('1'))).toEqual(trade('1', { takeProfitPct: 1 }));
  expect(at.written).toHaveLength(2);
});

test('the message first: the way that knows the stop adds it', async () => {
  await using at = await recording();
  await at.recorder.record([trade('1', { stopLossPct: null })]);
  expect(await at.recorder.record([trade('1')])).toEqual({ recorded: 0, updated: 1, known: 0 });
  expect(await at.kept(trade('1'))).toEqual(trade('1'));
});

test('ids that a recreated database gives again do not collide', async () => {
  await using at = await recording();
  const again = trade('1', { openedAtMs: 1_767_700_000_000, closedAtMs: 1_767_700_000_001 });
  expect(await at.recorder.record([trade('1'), again])).toEqual({ recorded: 2, updated: 0, known: 0 });
  expect(await at.kept(trade('1'))).toEqual(trade('1'));
  expect(await at.kept(again)).toEqual(again);
});

test('any number at once; progress is told to the end', async () => {
  await using at = await recording();
  const many = Array.from({ length: 12_345 }, (_, index) => trade(String(index)));
  const told: number[] = [];
  const onProgress = (done: number) => told.push(done);
  expect(await at.recorder.record(many, onProgress)).toEqual({ recorded: 12_345, updated: 0, known: 0 });
  expect(told).toEqual([5_000, 10_000, 12_345]);
  expect(await at.recorder.record(many)).toEqual({ recorded: 0, updated: 0, known: 12_345 });
});

test('a journal that cannot be written is told, and the next record goes on', async () => {
  let fails = true;
  const recorder = openRecorder({
    recorded: { byKeys: async (keys) => keys.map(() => undefined) },
    record: async () => {
      if (fails) throw new Fault('JOURNAL_UNAVAILABLE', 'the disk is full');
    },
  });
  await expect(recorder.record([trade('1')])).rejects.toThrow('the disk is full');
  fails = false;
  expect(await recorder.record([trade('1')])).toEqual({ recorded: 1, updated: 0, known: 0 });
});
