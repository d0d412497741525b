// Decisions, fates, deliveries and attempts as rows of worker.db and back.
import type { SQLInputValue } from 'node:sqlite';
import type { Decision, DecisionChange, Delivery, DeliveryAttempt, SignalFate } from '#domain/decision.ts';
import type { Row } from './signal-rows.ts';

export const DECISION_COLUMNS = [
  'id',
  'pair',
  'side',
  'outcome',
  'reason',
  'detail',
  'votes',
  'expectedFeeders',
  'confidenceE4',
  'confidenceDefaulted',
  'sources',
  'leverage',
  'enterTag',
  'conflict',
  'windowOpenedAtMs',
  'windowClosesAtMs',
  'decidedAtMs',
  'dueAtMs',
  'pauseId',
] as const;

/** The values of DECISION_COLUMNS, in their order. */
export function decisionValues(decision: Decision): SQLInputValue[] {
  const values: Record<(typeof DECISION_COLUMNS)[number], SQLInputValue> = {
    id: decision.id,
    pair: decision.pair,
    side: decision.side,
    outcome: decision.outcome,
    reason: decision.reason,
    detail: decision.detail,
    votes: decision.votes,
    expectedFeeders: decision.expectedFeeders,
    confidenceE4: decision.confidenceE4,
    confidenceDefaulted: decision.confidenceDefaulted ? 1 : 0,
    sources: JSON.stringify(decision.sources),
    leverage: decision.leverage,
    enterTag: decision.enterTag,
    conflict: decision.conflict ? 1 : 0,
    windowOpenedAtMs: decision.window.openedAtMs,
    windowClosesAtMs: decision.window.closesAtMs,
    decidedAtMs: decision.decidedAtMs,
    dueAtMs: decision.dueAtMs,
    pauseId: decision.pauseId,
  };
  return DECISION_COLUMNS.map((column) => values[column]);
}

/** The decision of a row of `SELECT * FROM decisions`. */
export function decisionOf(row: Row): Decision {
  return {
    id: row.id as string,
    pair: row.pair as string,
    side: row.side as Decision['side'],
    outcome: row.outcome as Decision['outcome'],
    reason: row.reason as Decision['reason'],
    detail: row.detail as string | null,
    votes: row.votes as number,
    expectedFeeders: row.expectedFeeders as number,
    confidenceE4: row.confidenceE4 as number,
    confidenceDefaulted: row.confidenceDefaulted === 1,
    sources: JSON.parse(row.sources as string) as readonly string[],
    leverage: row.leverage as number | null,
    enterTag: row.enterTag as string,
    conflict: row.conflict === 1,
    window: { openedAtMs: row.windowOpenedAtMs as number, closesAtMs: row.windowClosesAtMs as number },
    decidedAtMs: row.decidedAtMs as number,
    dueAtMs: (row.dueAtMs ?? row.windowClosesAtMs) as number,
    pauseId: row.pauseId as string | null,
  };
}

/** The change of a row of `SELECT * FROM changes`. */
export function changeOf(row: Row): DecisionChange {
  return {
    seq: row.seq as number,
    decisionId: row.decisionId as string,
    outcome: row.outcome as DecisionChange['outcome'],
    reason: row.reason as DecisionChange['reason'],
    detail: row.detail as string | null,
    pauseId: row.pauseId as string | null,
  };
}

export function fateOf(row: Row): SignalFate {
  return {
    signalId: row.signalId as string,
    seq: row.seq as number,
    decisionId: row.decisionId as string,
    counted: row.counted === 1,
  };
}

/** The delivery of a row of `SELECT * FROM deliveries` with its `attempts`, oldest first. */
export function deliveryOf(row: Row, attempts: readonly DeliveryAttempt[]): Delivery {
  return {
    decisionId: row.decisionId as string,
    bot: row.bot as string,
    state: row.state as Delivery['state'],
    tradeId: row.tradeId as string | null,
    detail: row.detail as string | null,
    attempts,
    pauseId: row.pauseId as string | null,
    settleUntilMs: row.settleUntilMs as number | null,
    heldUntilMs: row.heldUntilMs as number | null,
  };
}

export function attemptOf(row: Row): DeliveryAttempt {
  return {
    id: row.id as string,
    atMs: row.atMs as number,
    finishedAtMs: row.finishedAtMs as number | null,
    status: row.status as number | null,
    error: row.error as string | null,
    durationMs: row.durationMs as number | null,
  };
}
