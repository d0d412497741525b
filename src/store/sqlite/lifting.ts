// A gateway.db that is younger than the files beside it (moved aside, or put back from a backup) would number its rows anew, and whoever has read further
// would never see them. Its numbers go on above every mark of the others, from before the first row is taken.
import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { type FileKind, FORMATS, pathOf } from './schema.ts';

/** A table of gateway.db whose next row got a higher number than it would have, because of what `beside` has read. */
export interface Lifted {
  readonly table: string;
  readonly beside: string;
  /** The highest number given, before and after. */
  readonly from: number;
  readonly to: number;
}

interface Mark {
  readonly kind: FileKind;
  readonly table: 'signals' | 'studyRequests' | 'hubRequests';
  /** One row, one column: the last row of `table` that the file knows of. */
  readonly sql: string;
}

const HUB_REQUESTS = { table: 'hubRequests', sql: 'SELECT requestSeq FROM outboxState' } as const;
const MARKS: readonly Mark[] = [
  { kind: 'worker', table: 'signals', sql: 'SELECT decidedUpToSeq FROM aggregation' },
  { kind: 'worker', table: 'signals', sql: 'SELECT max(seq) FROM fates' },
  { kind: 'worker', table: 'studyRequests', sql: 'SELECT seq FROM studyRequestsSeen' },
  { kind: 'worker', ...HUB_REQUESTS },
  { kind: 'trades', ...HUB_REQUESTS },
  { kind: 'params', ...HUB_REQUESTS },
];

/** Lifts the numbers of `gateway`, the gateway.db of `folder` just opened by its writer. Returns what had to be lifted: nothing when the files belong together. */
export function liftNumbers(gateway: DatabaseSync, folder: string): readonly Lifted[] {
  const last = gateway.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?');
  const known = gateway.prepare('UPDATE sqlite_sequence SET seq = ? WHERE name = ?');
  const first = gateway.prepare('INSERT INTO sqlite_sequence (seq, name) VALUES (?, ?)');
  const lifted: Lifted[] = [];
  for (const kind of ['worker', 'trades', 'params'] as const) {
    for (const [table, to] of marksOf(folder, kind)) {
      const given = last.get(table)?.seq;
      const from = Number(given ?? 0);
      if (to <= from) continue;
      (given === undefined ? first : known).run(to, table);
      lifted.push({ table, beside: FORMATS[kind].path, from, to });
    }
  }
  return lifted;
}

/** The highest mark per table in the file of `kind`; none when it is not there or cannot be read: what is wrong with it is told by its owner. */
function marksOf(folder: string, kind: FileKind): ReadonlyMap<string, number> {
  const marks = new Map<string, number>();
  const file = pathOf(folder, kind);
  if (!existsSync(file)) return marks;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    for (const mark of MARKS) {
      if (mark.kind === kind) marks.set(mark.table, Math.max(marks.get(mark.table) ?? 0, asked(db, mark.sql)));
    }
  } catch {
    // Not a journal, damaged, or not to be opened.
  } finally {
    db?.close();
  }
  return marks;
}

/** 0 where the table is not there: the file comes from an earlier release. */
function asked(db: DatabaseSync, sql: string): number {
  let row: Record<string, SQLOutputValue> | undefined;
  try {
    row = db.prepare(sql).get();
  } catch (error) {
    if (error instanceof Error && /no such table/.test(error.message)) return 0;
    throw error;
  }
  return Number(Object.values(row ?? {})[0] ?? 0);
}
