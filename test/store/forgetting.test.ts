// Forgetting: what is old and over goes, with all that belongs to it; what is open, owed or settled still stays however old it is.
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type Opened, opened } from './opened.ts';
import { closing, decision, delivery, newSignal, T0 } from './samples.ts';

const LATER = T0 + 30 * 86_400_000;
const ENDED = { outcome: 'FORWARDED', reason: 'FORWARDED', detail: 'taken', pauseId: null } as const;

/** Rows of every table that holds something of a decision. */
function rows(store: Opened): Record<string, number> {
  const db = new DatabaseSync(`${store.folder}/worker.db`, { readOnly: true });
  const tables = ['decisions', 'decisionSources', 'fates', 'deliveries', 'attempts', 'changes', 'settledTrades'];
  const count = (table: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  const counts = Object.fromEntries(tables.map((table) => [table, count(table)]));
  db.close();
  return counts;
}

/** Signals 1.. of as many windows, one each; the decision of each is owed to BOT1. */
async function decided(store: Opened, count: number) {
  const signals = Array.from({ length: count }, (_, at) =>
    newSignal({ pair: `A${at}/USDT`, idempotencyKey: `k${at}` }),
  );
  await store.gateway.signals.append(signals);
  const decisions = signals.map(({ pair }) => decision({ pair }));
  await store.worker.decisions.decide(
    decisions.map((made, at) => closing(made, ['BOT1'], [at + 1])),
    count,
  );
  return { signals, decisions };
}

async function deliver(store: Opened, made: ReturnType<typeof decision>, attemptId: string) {
  const { deliveries } = store.worker;
  await deliveries.begin({ decisionId: made.id, bot: 'BOT1', attemptId, atMs: T0 });
  const attempt = { id: attemptId, atMs: T0, finishedAtMs: T0 + 9, status: 200, error: null, durationMs: 9 };
  await deliveries.record({
    attempt,
    delivery: delivery(made, 'BOT1', { state: 'DELIVERED', tradeId: attemptId }),
    decision: { ...made, ...ENDED },
    trade: { tradeId: attemptId, openedAtMs: T0 },
  });
}

test('what is over goes, with its keys, attempts and all; a key may be used again then', async () => {
  await using store = await opened();
  const { signals, decisions } = await decided(store, 3);
  for (const [at, made] of decisions.entries()) await deliver(store, made, `a${at}`);
  expect(await store.gateway.forget(T0)).toBe(0);
  expect(await store.worker.forget(T0)).toBe(0);
  expect(await store.gateway.forget(LATER)).toBe(3);
  expect(await store.worker.forget(LATER)).toBe(3);
  expect(await store.gateway.signals.after(0, 10)).toEqual([]);
  expect(new Set(Object.values(rows(store)))).toEqual(new Set([0]));
  const [again] = await store.gateway.signals.append([{ ...(signals[0] ?? newSignal()), id: 'again' }]);
  expect(again?.kind).toBe('accepted');
  expect(again?.signal.seq, 'a seq is never given again').toBe(4);
});

test('a signal that is not decided stays, and all after it', async () => {
  await using store = await opened();
  await store.gateway.signals.append([1, 2, 3].map((at) => newSignal({ pair: `A${at}/USDT` })));
  expect(await store.gateway.forget(LATER)).toBe(0);
  await store.worker.decisions.decide([closing(decision({ outcome: 'REJECTED' }), [], [2])], 0);
  expect(await store.gateway.forget(LATER)).toBe(0);
  expect(await store.worker.forget(LATER), 'recovery still needs to know its signals').toBe(0);
  await store.worker.decisions.decide([closing(decision({ outcome: 'REJECTED' }), [], [1])], 2);
  expect(await store.gateway.forget(LATER)).toBe(2);
  expect(await store.worker.forget(LATER)).toBe(2);
  expect((await store.gateway.signals.after(0, 10)).map(({ seq }) => seq)).toEqual([3]);
});

test('what is owed, held or settled still stays with its signals', async () => {
  await using store = await opened();
  const { decisions } = await decided(store, 4);
  const [done, settling, held, owed] = decisions;
  if (done === undefined || settling === undefined || held === undefined || owed === undefined) throw new Error('four');
  await deliver(store, done, 'a1');
  const unknown = { outcome: 'UNKNOWN', reason: 'OUTCOME_UNKNOWN', detail: null, pauseId: null } as const;
  const update = async (made: typeof done, change: Parameters<typeof delivery>[2]) =>
    store.worker.deliveries.record({
      delivery: delivery(made, 'BOT1', { state: 'UNKNOWN', ...change }),
      decision: { ...made, ...unknown },
    });
  await update(settling, { settleUntilMs: T0 + 1 });
  await update(held, { heldUntilMs: T0 + 1 });
  expect(await store.gateway.forget(LATER)).toBe(1);
  expect(await store.worker.forget(LATER)).toBe(1);
  expect(rows(store)).toMatchObject({ decisions: 3, fates: 3, deliveries: 3 });
  await update(settling, {});
  expect(await store.gateway.forget(LATER)).toBe(1);
  expect(await store.worker.forget(LATER)).toBe(1);
  expect((await store.worker.decisions.byIds([held.id, owed.id])).every((kept) => kept !== undefined)).toBe(true);
});

test('one step is small, and what is young stays', async () => {
  await using store = await opened();
  await decided(store, 450);
  await store.worker.decisions.decide([], 450);
  const { decisions } = store.worker;
  const all = await decisions.page({ first: 500 });
  for (const made of all) {
    const state = { state: 'EXPIRED', detail: null } as const;
    await store.worker.deliveries.record({
      delivery: delivery(made, 'BOT1', state),
      decision: { ...made, outcome: 'EXPIRED' },
    });
  }
  await store.clock.advance(86_400_000);
  await store.gateway.signals.append([newSignal({ pair: 'YOUNG/USDT' })]);
  const steps = async (forget: (beforeMs: number) => Promise<number>) => {
    const counts: number[] = [];
    do counts.push(await forget(T0 + 3_600_000));
    while (counts.at(-1) !== 0);
    return counts;
  };
  expect(await steps(store.gateway.forget)).toEqual([200, 200, 50, 0]);
  expect(await steps(store.worker.forget)).toEqual([200, 200, 50, 0]);
  expect((await store.gateway.signals.after(0, 10)).map(({ pair }) => pair)).toEqual(['YOUNG/USDT']);
});
