// What a writer thread does to the outbox of its file: puts rows in beside their source rows, takes away what the hub has, and keeps what it will never
// take. Runs inside the caller's transaction; every count in `outboxState` is true at each commit.
import type { DatabaseSync } from 'node:sqlite';
import { Fault } from '#domain/fault.ts';
import type { HubNames } from '#store/influx/bucket-names.ts';
import { pointOf } from '#store/influx/line-point.ts';
import type { FileKind } from './schema.ts';

/** A place in the hub. */
export type PlaceName = keyof HubNames;

/** How much may wait for the hub, per file: rows, bytes of their lines, and the age of the oldest. */
export interface OutboxBounds {
  readonly rows: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/** What a writer thread needs to know of a hub that is not in the data folder. */
export interface OutboxRules {
  readonly names: HubNames;
  readonly bounds: OutboxBounds;
}

/** Places whose rows are blocks: many lines in one row, one below the other (none of them holds a line end); `ref` has `lines`, how many. */
export const BLOCK_PLACES: ReadonlySet<PlaceName> = new Set(['candles', 'longEntries', 'shortEntries']);

/** One row to be: where it belongs, how its line is made, and what it tells of as JSON (null: nobody asks before the hub has it). */
export interface OutboxEntry {
  readonly place: PlaceName;
  readonly line: () => string;
  readonly ref: string | null;
}

/** A place in the order of a file's source rows; what follows it comes next. */
export interface WalkCursor {
  readonly at: number;
  readonly id: string;
}

/** Before every source row. */
export const WALK_START: WalkCursor = { at: -1, id: '' };

/**
 * A line the hub refused for good: by its row, by its row and text when the row holds more (which stays until all of them have had their end), or by its
 * text when it was taken from its source. Status 0: no line can say it.
 */
export type Refused = { readonly status: number; readonly words: string } & (
  | { readonly seq: number; readonly line?: string }
  | { readonly place: PlaceName; readonly line: string }
);

/**
 * settle: rows that are in the hub (`gone`, as first and last seq) or refused; `lastLine` is the newest line the hub has. walked: source rows up to `to`
 * are in the hub or refused; `to` null: there were none left when `skips` was read. walk: the hub has forgotten what it had, and all source
 * rows are to be sent again.
 * request: what an operator asked for dead letters.
 */
export type OutboxStep =
  | {
      readonly kind: 'settle';
      readonly gone: readonly (readonly [number, number])[];
      readonly refused: readonly Refused[];
      readonly lastLine: string | null;
    }
  | {
      readonly kind: 'walked';
      readonly from: WalkCursor;
      readonly to: WalkCursor | null;
      readonly skips: number;
      readonly refused: readonly Refused[];
      readonly lastLine: string | null;
    }
  | { readonly kind: 'walk' }
  | {
      readonly kind: 'request';
      readonly seq: number;
      readonly verb: 'retry' | 'drop';
      readonly ids: readonly number[] | null;
    };

export interface OutboxTable {
  /** null: the hub is in the data folder, and nothing is put in. */
  readonly rules: OutboxRules | null;
  /** Adds rows, all or none: undefined when they are in, else in words which bound forbids it. An entry whose line cannot be made becomes a dead letter at once. */
  put(entries: readonly OutboxEntry[]): string | undefined;
  /** Leaves the source rows after `from` to be taken from their table later: nothing is put in for them. */
  leave(from: WalkCursor): void;
  /** Applies `step`; how many rows or dead letters it moved. */
  apply(step: OutboxStep): number;
}

/** The one operation that writers offer for their outbox, named for the file: a group is told apart by names. */
export type OutboxOperation<Kind extends FileKind> = {
  readonly [Name in `${Kind}Outbox`]: (step: OutboxStep) => number;
};

export function outboxOperation<Kind extends FileKind>(kind: Kind, table: OutboxTable): OutboxOperation<Kind> {
  return { [`${kind}Outbox`]: table.apply } as OutboxOperation<Kind>;
}

/** How many lines a row of the outbox holds. */
const LINES = `CASE WHEN place IN (${[...BLOCK_PLACES].map((place) => `'${place}'`).join(', ')})
  THEN coalesce(json_extract(ref, '$.lines'), 1) ELSE 1 END`;

interface Letter {
  readonly place: PlaceName;
  readonly line: string;
  readonly ref: string | null;
  readonly atMs: number;
  readonly status: number;
  readonly words: string;
}

/** The outbox of the file `db`. `nowMs` reads the wall clock. */
export function outboxTable(db: DatabaseSync, rules: OutboxRules | null, nowMs: () => number): OutboxTable {
  const add = db.prepare('INSERT INTO outbox (place, line, ref, atMs) VALUES (?, ?, ?, ?)');
  const count = db.prepare('UPDATE outboxState SET rows = rows + ?, bytes = bytes + ?, dead = dead + ?');
  const state = db.prepare(
    'SELECT rows, bytes, (SELECT atMs FROM outbox ORDER BY seq LIMIT 1) AS oldestAtMs FROM outboxState',
  );
  const sized = db.prepare(
    `SELECT total(octet_length(line)) AS bytes, total(${LINES}) AS lines FROM outbox WHERE seq BETWEEN ? AND ?`,
  );
  const remove = db.prepare('DELETE FROM outbox WHERE seq BETWEEN ? AND ?');
  const rowOf = db.prepare('SELECT place, line, ref, atMs FROM outbox WHERE seq = ?');
  const bury = db.prepare(
    `INSERT INTO deadLetters (point, place, line, ref, atMs, refusedAtMs, status, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (point, place) DO UPDATE SET (line, ref, atMs, refusedAtMs, status, words) =
        (excluded.line, excluded.ref, excluded.atMs, excluded.refusedAtMs, excluded.status, excluded.words)`,
  );
  const known = db.prepare('SELECT 1 FROM deadLetters WHERE point = ? AND place = ?');
  const last = db.prepare('UPDATE outboxState SET lastLine = coalesce(?, lastLine)');
  const forgetLast = db.prepare('UPDATE outboxState SET lastLine = NULL');
  const leave = db.prepare(
    `UPDATE outboxState SET walkSkips = walkSkips + 1, (walkAt, walkId) = (SELECT
      CASE WHEN walkAt IS NULL OR (walkAt, walkId) > (?1, ?2) THEN ?1 ELSE walkAt END,
      CASE WHEN walkAt IS NULL OR (walkAt, walkId) > (?1, ?2) THEN ?2 ELSE walkId END)`,
  );
  const walked = db.prepare('UPDATE outboxState SET walkAt = ?, walkId = ? WHERE walkAt = ? AND walkId = ?');
  const endWalk = db.prepare('UPDATE outboxState SET walkAt = NULL, walkId = NULL WHERE walkSkips = ?');
  const asked = db.prepare('UPDATE outboxState SET requestSeq = ? WHERE requestSeq < ?');
  const chosen = '(?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))';
  const revive = db.prepare(
    `INSERT INTO outbox (place, line, ref, atMs) SELECT place, line, ref, ?2 FROM deadLetters WHERE ${chosen} AND line <> '' ORDER BY id`,
  );
  const revived = db.prepare(
    `SELECT total(octet_length(line)) AS bytes FROM deadLetters WHERE ${chosen} AND line <> ''`,
  );
  const forget = db.prepare(`DELETE FROM deadLetters WHERE ${chosen} AND (?2 = 1 OR line <> '')`);

  const drop = (from: number, to: number) => {
    const { bytes, lines } = sized.get(from, to) as { bytes: number; lines: number };
    if (lines > 0 && remove.run(from, to).changes > 0) count.run(-lines, -bytes, 0);
    return lines;
  };
  const keep = ({ place, line, ref, atMs, status, words }: Letter) => {
    const point = line === '' ? words : pointOf(line);
    const isKnown = known.get(point, place) !== undefined;
    bury.run(point, place, line, ref, atMs, nowMs(), status, words);
    if (!isKnown) count.run(0, 0, 1);
  };
  const refuse = (refused: Refused) => {
    const { status, words } = refused;
    if ('place' in refused) return keep({ ...refused, ref: null, atMs: nowMs() });
    const row = rowOf.get(refused.seq) as Pick<Letter, 'place' | 'line' | 'ref' | 'atMs'> | undefined;
    if (row === undefined) return;
    keep({ ...row, ...(refused.line !== undefined && { line: refused.line, ref: null }), status, words });
    if (refused.line === undefined) drop(refused.seq, refused.seq);
  };
  const full = (more: { readonly rows: number; readonly bytes: number }, bounds: OutboxBounds) => {
    const { rows, bytes, oldestAtMs } = state.get() as { rows: number; bytes: number; oldestAtMs: number | null };
    const reached = (what: 'rows' | 'bytes', wait: number) =>
      `${wait} ${what} wait and ${more[what]} would come, allowed: at most ${bounds[what]}`;
    if (rows + more.rows > bounds.rows) return reached('rows', rows);
    if (bytes + more.bytes > bounds.bytes) return reached('bytes', bytes);
    if (oldestAtMs === null || nowMs() - oldestAtMs < bounds.ageMs) return undefined;
    const ageMs = nowMs() - oldestAtMs;
    return `the oldest of ${rows} rows has waited for ${Math.floor(ageMs / 1_000)} s, allowed: less than ${bounds.ageMs / 1_000} s`;
  };
  return {
    rules,
    put: (entries) => {
      if (rules === null) return undefined;
      const made = entries.map((entry) => ({ ...entry, text: attempt(entry.line) }));
      const more = { rows: 0, bytes: 0 };
      for (const { place, text } of made) {
        if (text instanceof Fault) continue;
        more.rows += BLOCK_PLACES.has(place) ? text.split('\n').length : 1;
        more.bytes += Buffer.byteLength(text);
      }
      const reached = more.rows === 0 ? undefined : full(more, rules.bounds);
      if (reached !== undefined) return reached;
      const atMs = nowMs();
      for (const { place, text, ref } of made) {
        if (!(text instanceof Fault)) add.run(place, text, ref, atMs);
        else refuse({ place, line: '', status: 0, words: `${text.message} (${ref ?? 'nothing more is known of it'})` });
      }
      if (more.rows > 0) count.run(more.rows, more.bytes, 0);
      return undefined;
    },
    leave: ({ at, id }) => {
      leave.run(at, id);
    },
    apply: (step) => {
      switch (step.kind) {
        case 'settle': {
          // What is refused of a block is found by its row, which may be among those that are gone.
          step.refused.forEach(refuse);
          const rows = step.gone.reduce((sum, [from, to]) => sum + drop(from, to), 0);
          last.run(step.lastLine);
          return rows;
        }
        case 'walked':
          step.refused.forEach(refuse);
          last.run(step.lastLine);
          if (step.to === null) return Number(endWalk.run(step.skips).changes);
          return Number(walked.run(step.to.at, step.to.id, step.from.at, step.from.id).changes);
        case 'walk':
          leave.run(WALK_START.at, WALK_START.id);
          forgetLast.run();
          return 0;
        case 'request': {
          if (asked.run(step.seq, step.seq).changes === 0) return 0;
          const ids = step.ids === null ? null : JSON.stringify(step.ids);
          const isRetry = step.verb === 'retry';
          const bytes = isRetry ? Number(revived.get(ids)?.bytes ?? 0) : 0;
          const rows = isRetry ? Number(revive.run(ids, nowMs()).changes) : 0;
          const moved = Number(forget.run(ids, isRetry ? 0 : 1).changes);
          count.run(rows, bytes, -moved);
          return moved;
        }
      }
    },
  };
}

function attempt(line: () => string): string | Fault {
  try {
    return line();
  } catch (error) {
    if (error instanceof Fault && error.code === 'UNUSABLE_INPUT') return error;
    throw error;
  }
}
