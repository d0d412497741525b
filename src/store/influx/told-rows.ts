// Rows of an outbox as the lines they are sent as: one row is one line, or a block of many, which has had its end when all its lines have had theirs.
import type { OutboxRow } from '#store/sqlite/outbox-reader.ts';
import { BLOCK_PLACES } from '#store/sqlite/outbox-table.ts';
import type { Ends } from './sender.ts';

/** A line on its way; `isPart`: its row is a block, which holds others too. */
export interface Told extends OutboxRow {
  readonly isPart?: boolean;
}

/** The lines of `row`. */
export function linesOf(row: OutboxRow): readonly Told[] {
  return BLOCK_PLACES.has(row.place) ? row.line.split('\n').map((line) => ({ ...row, line, isPart: true })) : [row];
}

/** For each part of `batch` that has had its end: the rows that have had theirs with it, ascending. A refused row is taken out as such, a block when all its lines are done. */
export function endedRows(batch: readonly Told[]): (told: Ends<Told>) => readonly number[] {
  const left = new Map<number, number>();
  for (const { seq, isPart } of batch) if (isPart === true) left.set(seq, (left.get(seq) ?? 0) + 1);
  return ({ gone, refused }) => {
    const ended = gone.filter(({ isPart }) => isPart !== true).map(({ seq }) => seq);
    for (const { seq, isPart } of [...gone, ...refused.map(({ one }) => one)]) {
      if (isPart !== true) continue;
      const still = (left.get(seq) ?? 0) - 1;
      left.set(seq, still);
      if (still === 0) ended.push(seq);
    }
    return ended.sort((a, b) => a - b);
  };
}
