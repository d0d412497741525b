// Signals per source and minute, and each source's rhythm, kept up to date in the commit that keeps the signals: asking costs the same after a million of them.
import type { DatabaseSync } from 'node:sqlite';
import { heardAt } from '#domain/feeder.ts';
import type { Signal } from '#domain/signal.ts';
import type { FeederJournal } from '../store.ts';
import type { ReadFile } from './read-file.ts';
import type { Row } from './signal-rows.ts';

export const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Counts of older minutes are dropped; a day and an hour answer every question of the last day. */
export const KEPT_MS = 25 * HOUR_MS;
/** A source that was quiet for so long is no feeder any more. */
const FORGOTTEN_MS = 30 * 24 * HOUR_MS;

interface Heard {
  readonly atMs: number;
  readonly signals: number;
  readonly defaulted: number;
}

/** Counts what one group of the writer thread accepted. */
export interface FeederCounting {
  /** A new group begins; what an earlier one counted and could not commit is forgotten. */
  begin(): void;
  count(signals: readonly Signal[]): void;
  /** Writes the counts, inside the group's transaction. */
  write(): void;
}

export function feederCounting(db: DatabaseSync): FeederCounting {
  const addMinute = db.prepare(`INSERT INTO feederMinutes (source, atMs, signals, defaulted) VALUES (?, ?, ?, ?)
    ON CONFLICT (source, atMs) DO UPDATE SET signals = signals + excluded.signals, defaulted = defaulted + excluded.defaulted`);
  const rhythmOf = db.prepare('SELECT * FROM feeders WHERE source = ?');
  const saveRhythm = db.prepare(`INSERT INTO feeders (source, beatAtMs, lastAtMs, intervals, meanMs, deviationMs)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET beatAtMs = excluded.beatAtMs, lastAtMs = excluded.lastAtMs,
      intervals = excluded.intervals, meanMs = excluded.meanMs, deviationMs = excluded.deviationMs`);
  const dropMinutes = db.prepare('DELETE FROM feederMinutes WHERE atMs < ?');
  const dropFeeders = db.prepare('DELETE FROM feeders WHERE lastAtMs < ?');
  const group = new Map<string, Heard>();
  let droppedHour = Number.NaN;

  const drop = (nowMs: number) => {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour === droppedHour) return;
    dropMinutes.run(nowMs - KEPT_MS);
    dropFeeders.run(nowMs - FORGOTTEN_MS);
    droppedHour = hour;
  };
  return {
    begin: () => group.clear(),
    count: (signals) => {
      for (const { source, receivedAtMs, confidenceDefaulted } of signals) {
        const before = group.get(source) ?? { atMs: 0, signals: 0, defaulted: 0 };
        group.set(source, {
          atMs: Math.max(before.atMs, receivedAtMs),
          signals: before.signals + 1,
          defaulted: before.defaulted + (confidenceDefaulted ? 1 : 0),
        });
      }
    },
    write: () => {
      for (const [source, { atMs, signals, defaulted }] of group) {
        addMinute.run(source, atMs - (atMs % MINUTE_MS), signals, defaulted);
        const row = rhythmOf.get(source);
        const { beatAtMs, lastAtMs, intervals, meanMs, deviationMs } = heardAt(row && rhythmFrom(row), atMs);
        saveRhythm.run(source, beatAtMs, lastAtMs, intervals, meanMs, deviationMs);
        drop(atMs);
      }
    },
  };
}

const HEARD = `SELECT f.*, total(m.signals) FILTER (WHERE m.atMs > ?) AS hour, total(m.signals) AS day, total(m.defaulted) AS defaulted
  FROM (SELECT * FROM feeders ORDER BY lastAtMs DESC LIMIT ?) f LEFT JOIN feederMinutes m ON m.source = f.source AND m.atMs > ?
  GROUP BY f.source ORDER BY f.source`;

/** From one pair to the next along the index, however many signals there are. */
const PAIRS = `WITH RECURSIVE heard (pair) AS (SELECT min(pair) FROM signals
  UNION ALL SELECT (SELECT min(s.pair) FROM signals s WHERE s.pair > heard.pair) FROM heard WHERE heard.pair IS NOT NULL)
  SELECT pair FROM heard WHERE pair IS NOT NULL LIMIT 10000`;

export function feederReader(gateway: ReadFile, worker: ReadFile): FeederJournal {
  return {
    heard: async ({ hourFromMs, dayFromMs, limit }) =>
      gateway.rows(HEARD, hourFromMs - MINUTE_MS, limit, dayFromMs - MINUTE_MS).map((row) => ({
        source: row.source as string,
        rhythm: rhythmFrom(row),
        signalsLastHour: row.hour as number,
        signalsLastDay: row.day as number,
        defaultedLastDay: row.defaulted as number,
      })),
    rhythms: async (limit) =>
      gateway
        .rows('SELECT * FROM feeders ORDER BY lastAtMs DESC LIMIT ?', limit)
        .map((row) => ({ source: row.source as string, rhythm: rhythmFrom(row) })),
    pairs: async () => gateway.rows(PAIRS).map(({ pair }) => pair as string),
    votes: async ({ fromMs, sources }) => {
      const select =
        'SELECT source, sum(votes) AS votes, sum(joined) AS joined, sum(forwarded) AS forwarded FROM voteMinutes WHERE source';
      const tail = `AND atMs > ${Math.floor(fromMs - MINUTE_MS)} GROUP BY source`;
      const found = new Map(worker.rowsIn(select, sources, tail).map((row) => [row.source, row]));
      return sources.map((source) => {
        const row = found.get(source);
        return row === undefined
          ? undefined
          : { votes: row.votes as number, joined: row.joined as number, forwarded: row.forwarded as number };
      });
    },
  };
}

function rhythmFrom(row: Row) {
  return {
    beatAtMs: row.beatAtMs as number,
    lastAtMs: row.lastAtMs as number,
    intervals: row.intervals as number,
    meanMs: row.meanMs as number,
    deviationMs: row.deviationMs as number,
  };
}
