// Reading decisions, fates and deliveries of worker.db.
import type { DeliveryAttempt } from '#domain/decision.ts';
import type { DecisionChanges, DecisionJournal, DeliveryJournal } from '../store.ts';
import { decisionPage } from './decision-page.ts';
import { attemptOf, changeOf, decisionOf, deliveryOf, fateOf } from './decision-rows.ts';
import type { ReadFile } from './read-file.ts';
import type { Row } from './signal-rows.ts';

const IS_UNFINISHED = "(d.state = 'PENDING' OR d.settleUntilMs IS NOT NULL OR d.heldUntilMs IS NOT NULL)";
const IN_ORDER = 'ORDER BY c.windowClosesAtMs, c.id, d.bot';
const UNFINISHED = `SELECT d.* FROM deliveries d INDEXED BY deliveriesUnfinished JOIN decisions c ON c.id = d.decisionId
  WHERE ${IS_UNFINISHED} ${IN_ORDER}`;
const UNFINISHED_OF = `SELECT d.* FROM deliveries d JOIN decisions c ON c.id = d.decisionId WHERE ${IS_UNFINISHED} AND d.decisionId`;

const SIGNALS_OF = 'SELECT signalId FROM fates WHERE decisionId = ? ORDER BY seq LIMIT 100';

export function decisionReader(worker: ReadFile): Omit<DecisionJournal, 'decide'> {
  return {
    byIds: async (ids) =>
      worker
        .rowsByKey('SELECT * FROM decisions WHERE id', 'id', ids)
        .map((row) => (row === undefined ? undefined : decisionOf(row))),
    page: async (query) => {
      const { sql, values } = decisionPage(query);
      return worker.rows(sql, ...values).map(decisionOf);
    },
    fates: async (signalIds) =>
      worker
        .rowsByKey('SELECT * FROM fates WHERE signalId', 'signalId', signalIds)
        .map((row) => (row === undefined ? undefined : fateOf(row))),
    fatesOf: async (decisionIds) => {
      const rows = worker.rowsIn('SELECT * FROM fates WHERE decisionId', decisionIds, 'ORDER BY seq');
      const groups = Map.groupBy(rows.map(fateOf), ({ decisionId }) => decisionId);
      return decisionIds.map((id) => groups.get(id) ?? []);
    },
    decidedUpToSeq: async () => (worker.rows('SELECT decidedUpToSeq AS seq FROM aggregation')[0]?.seq ?? 0) as number,
    fatesAfter: async (seq, limit) =>
      worker.rows('SELECT * FROM fates WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map(fateOf),
  };
}

export function deliveryReader(worker: ReadFile): Omit<DeliveryJournal, 'begin' | 'record'> {
  const withAttempts = (rows: readonly Row[]) => {
    const ids = [...new Set(rows.map((row) => row.decisionId as string))];
    const attempts = worker.rowsIn('SELECT * FROM attempts WHERE decisionId', ids, 'ORDER BY seq');
    const groups = Map.groupBy(attempts, (row) => deliveryKey(row));
    const attemptsOf = (row: Row): readonly DeliveryAttempt[] => (groups.get(deliveryKey(row)) ?? []).map(attemptOf);
    return rows.map((row) => deliveryOf(row, attemptsOf(row)));
  };
  return {
    unfinished: async (decisionIds) => {
      const rowsOwed =
        decisionIds === undefined ? worker.rows(UNFINISHED) : worker.rowsIn(UNFINISHED_OF, decisionIds, IN_ORDER);
      const deliveries = withAttempts(rowsOwed);
      const ids = [...new Set(deliveries.map(({ decisionId }) => decisionId))];
      const rows = worker.rowsIn('SELECT * FROM decisions WHERE id', ids);
      const decisions = new Map(rows.map((row) => [row.id, decisionOf(row)]));
      const signals = new Map(
        ids.map((id) => [id, worker.rows(SIGNALS_OF, id).map(({ signalId }) => signalId as string)]),
      );
      return deliveries.flatMap((delivery) => {
        const { decisionId } = delivery;
        const decision = decisions.get(decisionId);
        return decision === undefined ? [] : [{ delivery, decision, signalIds: signals.get(decisionId) ?? [] }];
      });
    },
    ofDecisions: async (decisionIds) => {
      const rows = worker.rowsIn('SELECT * FROM deliveries WHERE decisionId', decisionIds, 'ORDER BY bot');
      const groups = Map.groupBy(withAttempts(rows), ({ decisionId }) => decisionId);
      return decisionIds.map((id) => groups.get(id) ?? []);
    },
  };
}

export function changeReader(worker: ReadFile): DecisionChanges {
  return {
    after: async (seq, limit) =>
      worker.rows('SELECT * FROM changes WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map(changeOf),
    lastSeq: async () => (worker.rows('SELECT max(seq) AS seq FROM changes')[0]?.seq ?? 0) as number,
  };
}

function deliveryKey(row: Row): string {
  return JSON.stringify([row.decisionId, row.bot]);
}
