// What the worker's writer thread does to decisions and deliveries in worker.db. Its indexes refuse a second delivery per (decision, bot),
// a second open attempt per bot, and a second decision settled by one trade, whoever asks.
import type { DatabaseSync } from 'node:sqlite';
import type { Decision } from '#domain/decision.ts';
import type { Closing, DeliveryJournal } from '../store.ts';
import { refusalKeeping } from './bots.ts';
import { DECISION_COLUMNS, decisionValues } from './decision-rows.ts';
import { decisionTelling } from './hub-telling.ts';
import type { OutboxTable } from './outbox-table.ts';
import { isUniqueRefusal } from './trouble.ts';
import { voteCounting } from './vote-counts.ts';

type Intent = Parameters<DeliveryJournal['begin']>[0];
type Update = Parameters<DeliveryJournal['record']>[0];

interface Deciding {
  readonly closings: readonly Closing[];
  readonly decidedUpToSeq: number;
}

export function decisionOperations(db: DatabaseSync, outbox: OutboxTable) {
  const insertDecision = db.prepare(
    `INSERT INTO decisions (${DECISION_COLUMNS.join(', ')}) VALUES (${DECISION_COLUMNS.map(() => '?').join(', ')}) ON CONFLICT (id) DO NOTHING`,
  );
  const insertSource = db.prepare(
    'INSERT OR IGNORE INTO decisionSources (source, windowClosesAtMs, decisionId, outcome) VALUES (?, ?, ?, ?)',
  );
  const insertFate = db.prepare('INSERT INTO fates (seq, signalId, decisionId, counted) VALUES (?, ?, ?, ?)');
  const insertDelivery = db.prepare("INSERT INTO deliveries (decisionId, bot, state) VALUES (?, ?, 'PENDING')");
  const insertWithheld = db.prepare(
    "INSERT INTO deliveries (decisionId, bot, state, detail, pauseId) VALUES (?, ?, 'EXPIRED', ?, ?)",
  );
  const stateOf = db.prepare('SELECT state FROM deliveries WHERE decisionId = ? AND bot = ?');
  const attemptOf = db.prepare('SELECT decisionId, bot, open FROM attempts WHERE id = ?');
  const insertAttempt = db.prepare('INSERT INTO attempts (id, decisionId, bot, atMs, open) VALUES (?, ?, ?, ?, 1)');
  const endAttempt = db.prepare(
    'UPDATE attempts SET finishedAtMs = ?, status = ?, error = ?, durationMs = ? WHERE id = ? AND decisionId = ? AND bot = ?',
  );
  const closeAttempts = db.prepare(
    'UPDATE attempts SET open = 0 WHERE decisionId = ? AND bot = ? AND open = 1 AND (finishedAtMs IS NOT NULL OR ?)',
  );
  const updateDelivery = db.prepare(
    'UPDATE deliveries SET state = ?, tradeId = ?, detail = ?, pauseId = ?, settleUntilMs = ?, heldUntilMs = ? WHERE decisionId = ? AND bot = ?',
  );
  const updateDecision = db.prepare(
    'UPDATE decisions SET outcome = ?, reason = ?, detail = ?, pauseId = ? WHERE id = ?',
  );
  const updateSource = db.prepare(
    'UPDATE decisionSources SET outcome = ? WHERE source = ? AND windowClosesAtMs = ? AND decisionId = ?',
  );
  const settledBy = db.prepare('SELECT decisionId FROM settledTrades WHERE bot = ? AND tradeId = ? AND openedAtMs = ?');
  const settle = db.prepare(
    'INSERT OR IGNORE INTO settledTrades (bot, tradeId, openedAtMs, decisionId) VALUES (?, ?, ?, ?)',
  );

  const outcomeOf = db.prepare('SELECT outcome FROM decisions WHERE id = ?');
  const insertChange = db.prepare(
    'INSERT INTO changes (decisionId, outcome, reason, detail, pauseId) VALUES (?, ?, ?, ?, ?)',
  );
  const moveMark = db.prepare('UPDATE aggregation SET decidedUpToSeq = max(decidedUpToSeq, ?)');
  const changed = ({ id, outcome, reason, detail, pauseId }: Decision) =>
    insertChange.run(id, outcome, reason, detail, pauseId);

  const votes = voteCounting(db);
  const refused = refusalKeeping(db);
  const tellHub = decisionTelling(db, outbox);

  /** Whether the decision is new. */
  const decideOne = ({ decision, fates, owedTo, withheld }: Closing): boolean => {
    if (insertDecision.run(...decisionValues(decision)).changes === 0) return false;
    for (const source of decision.sources) {
      insertSource.run(source, decision.window.closesAtMs, decision.id, decision.outcome);
    }
    for (const fate of fates) insertFate.run(fate.seq, fate.signalId, fate.decisionId, fate.counted ? 1 : 0);
    for (const bot of owedTo) insertDelivery.run(decision.id, bot);
    for (const { bot, detail, pauseId } of withheld) insertWithheld.run(decision.id, bot, detail, pauseId);
    changed(decision);
    return true;
  };

  return {
    decide: ({ closings, decidedUpToSeq }: Deciding): void => {
      const decided = closings.filter(decideOne).map(({ decision }) => decision);
      votes.decided(decided);
      tellHub(decided);
      moveMark.run(decidedUpToSeq);
    },
    begin: ({ decisionId, bot, attemptId, atMs }: Intent): 'begun' | 'busy' => {
      const known = attemptOf.get(attemptId);
      if (known !== undefined) {
        if (known.decisionId === decisionId && known.bot === bot && known.open === 1) return 'begun';
        throw new Error(`attempt ${attemptId} has ended or belongs to another delivery`);
      }
      const state = stateOf.get(decisionId, bot)?.state;
      if (state !== 'PENDING') throw new Error(`no attempt may begin: delivery of ${decisionId} to ${bot} is ${state}`);
      try {
        insertAttempt.run(attemptId, decisionId, bot, atMs);
        return 'begun';
      } catch (error) {
        if (isUniqueRefusal(error)) return 'busy';
        throw error;
      }
    },
    record: ({ attempt, delivery, decision, trade, refusal }: Update): 'recorded' | 'taken' => {
      if (delivery.decisionId !== decision.id)
        throw new Error(`delivery of ${delivery.decisionId}, not ${decision.id}`);
      if (trade !== undefined) {
        const owner = settledBy.get(delivery.bot, trade.tradeId, trade.openedAtMs)?.decisionId;
        if (owner !== undefined && owner !== decision.id) return 'taken';
        settle.run(delivery.bot, trade.tradeId, trade.openedAtMs, decision.id);
      }
      const { state, tradeId, detail, pauseId, settleUntilMs, heldUntilMs, decisionId, bot } = delivery;
      const figures = [state, tradeId, detail, pauseId, settleUntilMs, heldUntilMs];
      const updated = updateDelivery.run(...figures, decisionId, bot);
      if (updated.changes === 0) throw new Error(`no delivery of ${decisionId} to ${bot}`);
      if (attempt !== undefined) {
        const { finishedAtMs, status, error, durationMs, id } = attempt;
        const ended = endAttempt.run(finishedAtMs, status, error, durationMs, id, decisionId, bot);
        if (ended.changes === 0) throw new Error(`no attempt ${id} of ${decisionId} at ${bot}`);
      }
      if (heldUntilMs === null) closeAttempts.run(decisionId, bot, state === 'PENDING' ? 0 : 1);
      const before = outcomeOf.get(decision.id)?.outcome;
      if (before === undefined) throw new Error(`no decision ${decision.id}`);
      updateDecision.run(decision.outcome, decision.reason, decision.detail, decision.pauseId, decision.id);
      votes.ended(decision, before);
      if (refusal !== undefined) refused(delivery, refusal);
      if (before !== decision.outcome) changed(decision);
      for (const source of decision.sources) {
        updateSource.run(decision.outcome, source, decision.window.closesAtMs, decision.id);
      }
      tellHub([decision]);
      return 'recorded';
    },
  };
}
