// A page of decisions as SQL. The most selective filter walks its own index in page order, so that a page costs about its own length
// however long the history is.
import type { SQLInputValue } from 'node:sqlite';
import type { DecisionQuery } from '../store.ts';

/** The statement and its values for at most `first` + 1 decisions, newest first by (windowClosesAtMs, id). */
export function decisionPage(query: DecisionQuery): {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
} {
  const { pair, side, outcome, source } = query;
  const walksSources = source !== undefined && pair === undefined;
  const walked = walksSources ? 's' : 'd';
  const id = walksSources ? 's.decisionId' : 'd.id';
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const where = (condition: string, ...bound: readonly (SQLInputValue | undefined)[]) => {
    if (bound.some((value) => value === undefined)) return;
    conditions.push(condition);
    for (const value of bound) if (value !== undefined) values.push(value);
  };
  where('d.pair = ?', pair);
  where('d.side = ?', side);
  where(`${walked}.outcome = ?`, outcome);
  if (walksSources) where('s.source = ?', source);
  else {
    where(
      'EXISTS (SELECT 1 FROM decisionSources e WHERE e.source = ? AND e.windowClosesAtMs = d.windowClosesAtMs AND e.decisionId = d.id)',
      source,
    );
  }
  where(`${walked}.windowClosesAtMs >= ?`, query.fromMs);
  where(`${walked}.windowClosesAtMs < ?`, query.toMs);
  where(`(${walked}.windowClosesAtMs, ${id}) < (?, ?)`, query.after?.windowClosesAtMs, query.after?.id);
  const from = walksSources
    ? `decisionSources s INDEXED BY ${outcome === undefined ? 'sqlite_autoindex_decisionSources_1' : 'decisionSourcesByOutcome'} CROSS JOIN decisions d ON d.id = s.decisionId`
    : `decisions d INDEXED BY ${indexFor(query)}`;
  const filter = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const order = `ORDER BY ${walked}.windowClosesAtMs DESC, ${id} DESC LIMIT ?`;
  return { sql: `SELECT d.* FROM ${from} ${filter} ${order}`, values: [...values, query.first + 1] };
}

function indexFor({ pair, outcome, side }: DecisionQuery): string {
  if (pair !== undefined) return 'decisionsByPair';
  if (outcome !== undefined) return 'decisionsByOutcome';
  return side === undefined ? 'decisionsByClose' : 'decisionsBySide';
}
