// Pauses in gateway.db: kept and ended by the gateway's writer thread, read by anybody, together with those that wait in the reserve for room there.
// A row is never removed: decisions name the pause that stopped them.
import type { DatabaseSync } from 'node:sqlite';
import { isInForce, type Pause } from '#domain/pause.ts';
import type { PauseJournal } from '../store.ts';
import type { ReadFile } from './read-file.ts';
import type { Row } from './signal-rows.ts';

type Ending = Parameters<PauseJournal['end']>[0];

export function pauseOperations(db: DatabaseSync) {
  const insert = db.prepare(`INSERT INTO pauses (id, pair, side, source, bot, reason, author, createdAtMs, untilMs)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`);
  const byId = db.prepare('SELECT * FROM pauses WHERE id = ?');
  const end = db.prepare('UPDATE pauses SET endedAtMs = ?, endedBy = ? WHERE id = ?');
  const find = (id: string): Pause | undefined => {
    const row = byId.get(id);
    return row === undefined ? undefined : pauseOf(row);
  };
  return {
    addPause: (pause: Pause): void => {
      const { id, pair, side, source, bot, reason, author, createdAtMs, untilMs } = pause;
      insert.run(id, pair, side, source, bot, reason, author, createdAtMs, untilMs);
    },
    endPause: ({ id, atMs, by }: Ending): { readonly pause: Pause | undefined; readonly ended: boolean } => {
      const before = find(id);
      if (before === undefined || !isInForce(before, atMs)) return { pause: before, ended: false };
      end.run(atMs, by, id);
      return { pause: find(id), ended: true };
    },
  };
}

/** `reserved` reads the pauses in the reserve. One that is a row too is what the row says. */
export function pauseReader(gateway: ReadFile, reserved: () => readonly Pause[]): Omit<PauseJournal, 'add' | 'end'> {
  const rowsOf = (ids: readonly string[]) =>
    gateway
      .rowsByKey('SELECT * FROM pauses WHERE id', 'id', ids)
      .map((row) => (row === undefined ? undefined : pauseOf(row)));
  /** What `read` finds in gateway.db, and what is in the reserve beside it. The reserve is read first: what goes over meanwhile is met twice rather than never. */
  const both = (read: () => readonly Pause[]) => {
    const kept = reserved();
    const rows = read();
    const found = new Set(rows.map(({ id }) => id));
    const others = kept.filter(({ id }) => !found.has(id));
    const known = rowsOf(others.map(({ id }) => id));
    return { rows, waiting: others.map((pause, at) => known[at] ?? pause) };
  };
  return {
    inForce: async (atMs) => {
      const sql = 'SELECT * FROM pauses WHERE endedAtMs IS NULL AND (untilMs IS NULL OR untilMs > ?) ORDER BY seq';
      const { rows, waiting } = both(() => gateway.rows(sql, Math.floor(atMs)).map(pauseOf));
      return [...rows, ...waiting.filter((pause) => isInForce(pause, atMs))];
    },
    byIds: async (ids) => {
      const kept = new Map(reserved().map((pause) => [pause.id, pause]));
      return rowsOf(ids).map((pause, at) => pause ?? kept.get(ids[at] ?? ''));
    },
    newest: async (first) => {
      const sql = 'SELECT * FROM pauses ORDER BY seq DESC LIMIT ?';
      const { rows, waiting } = both(() => gateway.rows(sql, first).map(pauseOf));
      return [...waiting.toReversed(), ...rows].slice(0, first);
    },
  };
}

function pauseOf(row: Row): Pause {
  return {
    id: row.id as string,
    pair: row.pair as string | null,
    side: row.side as Pause['side'],
    source: row.source as string | null,
    bot: row.bot as string | null,
    reason: row.reason as string,
    author: row.author as string,
    createdAtMs: row.createdAtMs as number,
    untilMs: row.untilMs as number | null,
    endedAtMs: row.endedAtMs as number | null,
    endedBy: row.endedBy as string | null,
  };
}
