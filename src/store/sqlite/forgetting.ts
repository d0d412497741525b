// Forgetting what is old, a few rows at a time inside the writer's own groups: decisions that are final with all that belongs to them, and signals whose
// decisions are. What is open, owed or settled still is kept however old it is; freed pages are used again.
import type { DatabaseSync } from 'node:sqlite';
import type { OutboxTable } from './outbox-table.ts';
import type { ReadFile } from './read-file.ts';

/** The most signals or decisions that one step removes: a signal waiting for its commit behind it waits a few milliseconds. */
export const FORGET_STEP = 200;

/** A delivery that may still change its decision's end. */
export const UNFINISHED = "(state = 'PENDING' OR settleUntilMs IS NOT NULL OR heldUntilMs IS NOT NULL)";
/** Tables whose rows belong to a decision. */
const OF_DECISIONS = ['fates', 'deliveries', 'attempts', 'changes', 'settledTrades'];

/** What a full outbox left to be taken from its table is kept until the hub has it; without such a hub nothing is. */
const KEPT_FOR_HUB = (outbox: OutboxTable) => (outbox.rules === null ? 'NULL' : '(SELECT walkAt FROM outboxState)');

export function signalForgetting(db: DatabaseSync, outbox: OutboxTable) {
  const forget = db.prepare(
    `DELETE FROM signals WHERE seq IN (SELECT seq FROM
      (SELECT seq, receivedAtMs FROM signals WHERE seq <= min(?1, coalesce(${KEPT_FOR_HUB(outbox)}, ?1)) ORDER BY seq LIMIT ${FORGET_STEP}) WHERE receivedAtMs < ?2)`,
  );
  return {
    forgetSignals: ({ beforeMs, upToSeq }: { readonly beforeMs: number; readonly upToSeq: number }): number =>
      Number(forget.run(upToSeq, beforeMs).changes),
  };
}

/** The most study requests that one step removes: some hold a plane. */
const FORGET_REQUESTS = 10;

export function requestForgetting(db: DatabaseSync) {
  const forget = db.prepare(
    `DELETE FROM studyRequests WHERE seq IN
      (SELECT seq FROM studyRequests WHERE seq <= ? AND atMs < ? ORDER BY seq LIMIT ${FORGET_REQUESTS})`,
  );
  return {
    forgetRequests: ({ beforeMs, upToSeq }: { readonly beforeMs: number; readonly upToSeq: number }): number =>
      Number(forget.run(upToSeq, beforeMs).changes),
  };
}

export function decisionForgetting(db: DatabaseSync, outbox: OutboxTable) {
  const old = db.prepare(
    `SELECT d.id FROM decisions d INDEXED BY decisionsByClose WHERE d.windowClosesAtMs < min(?1, coalesce(${KEPT_FOR_HUB(outbox)}, ?1)) AND d.outcome <> 'PENDING'
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE decisionId = d.id AND ${UNFINISHED})
      AND NOT EXISTS (SELECT 1 FROM fates WHERE decisionId = d.id AND seq > (SELECT decidedUpToSeq FROM aggregation))
      ORDER BY d.windowClosesAtMs, d.id LIMIT ${FORGET_STEP}`,
  );
  const inIds = 'IN (SELECT value FROM json_each(?))';
  // Their primary key begins with the source, so they are found by it.
  const sources = db.prepare(
    `DELETE FROM decisionSources WHERE (source, windowClosesAtMs, decisionId) IN
      (SELECT s.value, d.windowClosesAtMs, d.id FROM decisions d, json_each(d.sources) s WHERE d.id ${inIds})`,
  );
  const parts = OF_DECISIONS.map((table) => db.prepare(`DELETE FROM ${table} WHERE decisionId ${inIds}`));
  const decisions = db.prepare(`DELETE FROM decisions WHERE id ${inIds}`);
  return {
    forgetDecisions: (beforeMs: number): number => {
      const ids = JSON.stringify(old.all(beforeMs).map(({ id }) => id));
      for (const statement of [sources, ...parts]) statement.run(ids);
      return Number(decisions.run(ids).changes);
    },
  };
}

/** Every signal up to this seq is decided, and whatever its decision owed is final: what may be forgotten. */
export function settledUpToSeq(worker: ReadFile): number {
  const [row] = worker.rows(
    `SELECT min(a.decidedUpToSeq, coalesce((SELECT min(f.seq) - 1 FROM deliveries d INDEXED BY deliveriesUnfinished
      JOIN fates f ON f.decisionId = d.decisionId WHERE ${UNFINISHED}), a.decidedUpToSeq)) AS seq FROM aggregation a`,
  );
  return (row?.seq ?? 0) as number;
}
