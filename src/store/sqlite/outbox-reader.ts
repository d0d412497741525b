// Reading an outbox: what waits, what the hub will never take, where it stands, and the source rows after a place. Short reads on the calling thread.

import type { HubNames } from '#store/influx/bucket-names.ts';
import { pointOf } from '#store/influx/line-point.ts';
import type { PlaceName, WalkCursor } from './outbox-table.ts';
import { type PlacedLine, type Walked, type WalkKind, type WalkScope, walkOver } from './outbox-walk.ts';
import type { ReadFile } from './read-file.ts';

/** A row that waits; a higher seq was put in later. */
export interface OutboxRow extends PlacedLine {
  readonly seq: number;
}

/** Where an outbox stands. */
export interface OutboxState {
  readonly rows: number;
  readonly bytes: number;
  /** Dead letters. */
  readonly dead: number;
  /** When the oldest row was put in, epoch ms; null without rows. */
  readonly oldestAtMs: number | null;
  /** The newest line the hub has acknowledged; null before the first. */
  readonly lastLine: string | null;
  /** The source rows after this place are to be sent; null: none. */
  readonly walk: WalkCursor | null;
  readonly walkSkips: number;
  /** The last operators' request that was applied. */
  readonly requestSeq: number;
}

/** A line the hub refused for good, with its words. `status` 0: no line can say it. */
export interface DeadLetter extends PlacedLine {
  readonly id: number;
  readonly atMs: number;
  readonly refusedAtMs: number;
  readonly status: number;
  readonly words: string;
}

export interface OutboxReader {
  /** Where it stands; undefined while the file is not there or not made anew. */
  state(): OutboxState | undefined;
  /** Rows with seq > `after` in order, at most `limit`. */
  rows(after: number, limit: number): readonly OutboxRow[];
  /** The waiting rows that tell of something, ascending. */
  refSeqs(): readonly number[];
  /** What the waiting rows with seq > `after` tell of, oldest first. */
  refs(after: number): readonly { readonly seq: number; readonly ref: string }[];
  /** Newest first, at most `limit`; with `id` below `before` when given. */
  deadLetters(limit: number, before?: number): readonly DeadLetter[];
  /** The source rows after `from`, without those whose very line is a dead letter: only an operator sends these again. */
  walk(from: WalkCursor, limit: number, scope: WalkScope): Walked;
}

/** The outbox of `file`; its source rows are made into lines with `names`. */
export function outboxReader(file: ReadFile, kind: WalkKind, names: HubNames): OutboxReader {
  return {
    state: () => {
      const [row] = file.rows(
        'SELECT *, (SELECT atMs FROM outbox ORDER BY seq LIMIT 1) AS oldestAtMs FROM outboxState',
      );
      if (row === undefined) return undefined;
      return {
        rows: row.rows as number,
        bytes: row.bytes as number,
        dead: row.dead as number,
        oldestAtMs: row.oldestAtMs as number | null,
        lastLine: row.lastLine as string | null,
        walk: row.walkAt === null ? null : { at: row.walkAt as number, id: row.walkId as string },
        walkSkips: row.walkSkips as number,
        requestSeq: row.requestSeq as number,
      };
    },
    rows: (after, limit) =>
      file
        .tuples('SELECT seq, place, line FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?', after, limit)
        .map(([seq, place, line]) => ({ seq: seq as number, place: place as PlaceName, line: line as string })),
    refSeqs: () =>
      file.rows('SELECT seq FROM outbox WHERE ref IS NOT NULL ORDER BY seq').map((row) => row.seq as number),
    refs: (after) =>
      file
        .rows('SELECT seq, ref FROM outbox WHERE seq > ? AND ref IS NOT NULL ORDER BY seq', after)
        .map((row) => ({ seq: row.seq as number, ref: row.ref as string })),
    deadLetters: (limit, before = Number.MAX_SAFE_INTEGER) =>
      file
        .rows(
          'SELECT id, place, line, atMs, refusedAtMs, status, words FROM deadLetters WHERE id < ? ORDER BY id DESC LIMIT ?',
          before,
          limit,
        )
        .map((row) => ({
          id: row.id as number,
          place: row.place as PlaceName,
          line: row.line as string,
          atMs: row.atMs as number,
          refusedAtMs: row.refusedAtMs as number,
          status: row.status as number,
          words: row.words as string,
        })),
    walk: (from, limit, scope) => {
      const walked = walkOver(file, { kind, scope, names }, { from, limit });
      if (file.rows('SELECT 1 FROM deadLetters LIMIT 1').length === 0) return walked;
      const points = walked.lines.map(({ line }) => pointOf(line));
      const dead = new Set(file.rowsIn('SELECT line FROM deadLetters WHERE point', points).map((row) => row.line));
      return { ...walked, lines: walked.lines.filter(({ line }) => !dead.has(line)) };
    },
  };
}
