// However long the history, a page walks an index in page order: no combination of filters sorts or reads everything first.
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { decisionPage } from '#store/sqlite/decision-page.ts';
import { FORMATS } from '#store/sqlite/schema.ts';
import type { DecisionQuery } from '#store/store.ts';

const filters: readonly Partial<DecisionQuery>[] = [
  { pair: 'BTC/USDT' },
  { side: 'LONG' },
  { outcome: 'UNKNOWN' },
  { source: '75a' },
  { fromMs: 1, toMs: 9 },
  { after: { windowClosesAtMs: 5, id: 'd' } },
];
const combinations = Array.from({ length: 2 ** filters.length }, (_, bits): DecisionQuery => {
  return Object.assign({ first: 10 }, ...filters.filter((_filter, index) => (bits >> index) & 1)) as DecisionQuery;
});

test('every combination of filters walks an index in page order', () => {
  const db = new DatabaseSync(':memory:');
  for (const step of FORMATS.worker.steps) db.exec(step);
  for (const query of combinations) {
    const { sql, values } = decisionPage(query);
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
    const steps = plan.map(({ detail }) => String(detail));
    expect(steps.join('; '), JSON.stringify(query)).not.toContain('TEMP B-TREE');
    expect(steps[0], JSON.stringify(query)).toMatch(/INDEX|PRIMARY KEY/);
    if (query.fromMs !== undefined || query.after !== undefined)
      expect(steps[0]).toMatch(/windowClosesAtMs[<>]|\(windowClosesAtMs,/);
  }
  db.close();
});
