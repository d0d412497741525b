// An in-memory journal of deliveries that keeps the port's promises to the letter, and decisions to deliver.
import type { Decision, DecisionChange, Delivery, DeliveryAttempt } from '#domain/decision.ts';
import type { DecisionChanges, DeliveryJournal } from '#store/store.ts';

export interface MemoryJournal extends DeliveryJournal, DecisionChanges {
  /** How many deliveries were read so far. */
  rowsRead(): number;
  /** Owes `decision` to `bots`. */
  owe(decision: Decision, bots: readonly string[]): void;
  decision(id: string): Decision;
  delivery(id: string, bot: string): Delivery;
  /** The next calls of an operation fail; `written`: after having been written. */
  fail(operation: 'begin' | 'record' | 'unfinished', times: number, written?: boolean): void;
  /** Refused orders by their text, as recorded. */
  readonly refusals: readonly string[];
  /** How often `begin` was refused as busy. */
  busy(): number;
}

export function memoryJournal(): MemoryJournal {
  const decisions = new Map<string, Decision>();
  const deliveries = new Map<string, Delivery>();
  const open = new Map<string, string>();
  const trades = new Map<string, string>();
  const changes: DecisionChange[] = [];
  const set = (decision: Decision) => {
    const { id: decisionId, outcome, reason, detail, pauseId } = decision;
    const before = decisions.get(decisionId);
    decisions.set(decisionId, decision);
    if (before?.outcome !== outcome)
      changes.push({ seq: changes.length + 1, decisionId, outcome, reason, detail, pauseId });
  };
  let rowsRead = 0;
  const failures = { begin: 0, record: 0, unfinished: 0 };
  let failAfterWriting = false;
  let busy = 0;
  const refusals: string[] = [];
  const key = (id: string, bot: string) => `${id}/${bot}`;
  const need = <T>(map: Map<string, T>, at: string): T => {
    const value = map.get(at);
    if (value === undefined) throw new Error(`no ${at}`);
    return value;
  };
  const guard = async <T>(operation: keyof typeof failures, write: () => T): Promise<T> => {
    await Promise.resolve();
    if (failures[operation] === 0) return write();
    failures[operation] -= 1;
    if (failAfterWriting) write();
    throw new Error('the disk is full');
  };
  const isDone = ({ state, settleUntilMs, heldUntilMs }: Delivery) =>
    state !== 'PENDING' && settleUntilMs === null && heldUntilMs === null;
  return {
    owe: (decision, bots) => {
      set(decision);
      for (const bot of bots) {
        const empty = { state: 'PENDING', tradeId: null, detail: null, attempts: [], pauseId: null } as const;
        const delivery = { decisionId: decision.id, bot, ...empty, settleUntilMs: null, heldUntilMs: null };
        deliveries.set(key(decision.id, bot), delivery);
      }
    },
    decision: (id) => need(decisions, id),
    delivery: (id, bot) => need(deliveries, key(id, bot)),
    fail: (operation, times, written = false) => {
      failures[operation] = times;
      failAfterWriting = written;
    },
    refusals,
    busy: () => busy,
    rowsRead: () => rowsRead,
    after: async (seq, limit) => changes.slice(seq, seq + limit),
    lastSeq: async () => changes.length,
    unfinished: (decisionIds) =>
      guard('unfinished', () => {
        const asked = decisionIds && new Set(decisionIds);
        const rows = [...deliveries.values()]
          .filter((delivery) => !isDone(delivery) && (asked?.has(delivery.decisionId) ?? true))
          .map((delivery) => ({
            delivery,
            decision: need(decisions, delivery.decisionId),
            signalIds: [`${delivery.decisionId}-signal`],
          }))
          .sort((a, b) => a.decision.window.closesAtMs - b.decision.window.closesAtMs);
        rowsRead += rows.length;
        return rows;
      }),
    begin: ({ decisionId, bot, attemptId, atMs }) =>
      guard('begin', () => {
        const delivery = need(deliveries, key(decisionId, bot));
        if (delivery.state !== 'PENDING') throw new Error(`an attempt of a delivery that is ${delivery.state}`);
        if (open.has(bot)) {
          busy += 1;
          return 'busy';
        }
        open.set(bot, attemptId);
        const attempt = { id: attemptId, atMs, finishedAtMs: null, status: null, error: null, durationMs: null };
        deliveries.set(key(decisionId, bot), { ...delivery, attempts: [...delivery.attempts, attempt] });
        return 'begun';
      }),
    record: ({ attempt, delivery, decision, trade, refusal }) =>
      guard('record', () => {
        if (refusal !== undefined) refusals.push(refusal.text);
        const at = key(decision.id, delivery.bot);
        const known = need(deliveries, at);
        if (trade !== undefined) {
          const of = `${delivery.bot}/${trade.tradeId}/${trade.openedAtMs}`;
          const owner = trades.get(of);
          if (owner !== undefined && owner !== decision.id) return 'taken';
          trades.set(of, decision.id);
        }
        const end = (one: DeliveryAttempt) => (one.id === attempt?.id ? attempt : one);
        if (attempt !== undefined && !known.attempts.some(({ id }) => id === attempt.id)) throw new Error('no attempt');
        const attempts = known.attempts.map(end);
        deliveries.set(at, { ...delivery, attempts });
        const last = attempts.at(-1);
        const isOver = last?.finishedAtMs !== null && delivery.heldUntilMs === null;
        if (last !== undefined && isOver && open.get(delivery.bot) === last.id) open.delete(delivery.bot);
        set(decision);
        return 'recorded';
      }),
    ofDecisions: async (ids) => ids.map((id) => [...deliveries.values()].filter(({ decisionId }) => decisionId === id)),
  };
}

/** A PENDING decision whose window closed at `closesAtMs`. */
export function decisionOf(id: string, closesAtMs: number, more: Partial<Decision> = {}): Decision {
  const side = more.side ?? 'LONG';
  return {
    id,
    pair: 'BTC/USDT:USDT',
    side,
    outcome: 'PENDING',
    reason: null,
    detail: null,
    pauseId: null,
    votes: 2,
    expectedFeeders: 5,
    confidenceE4: 8_600,
    confidenceDefaulted: false,
    sources: ['75a', '75b'],
    leverage: 3,
    enterTag: `${side.toLowerCase()} ensemble 2/5 conf=0.86 from=75a,75b`,
    conflict: false,
    window: { openedAtMs: closesAtMs - 60_000, closesAtMs },
    decidedAtMs: closesAtMs,
    dueAtMs: closesAtMs,
    ...more,
  };
}
