// Votes per source and minute of their window's close: how many counted, how many had company, how many ended in a forwarded decision.
import type { DatabaseSync } from 'node:sqlite';
import type { Decision } from '#domain/decision.ts';
import { KEPT_MS, MINUTE_MS } from './feeder-counts.ts';

interface Count {
  readonly source: string;
  readonly atMs: number;
  votes: number;
  joined: number;
}

/** Counts votes inside the transaction that journals their decisions. */
export interface VoteCounting {
  decided(decisions: readonly Decision[]): void;
  /** After the outcome of `decision` changed from `before`. */
  ended(decision: Decision, before: unknown): void;
}

export function voteCounting(db: DatabaseSync): VoteCounting {
  const add = db.prepare(`INSERT INTO voteMinutes (source, atMs, votes, joined, forwarded) VALUES (?, ?, ?, ?, 0)
    ON CONFLICT (source, atMs) DO UPDATE SET votes = votes + excluded.votes, joined = joined + excluded.joined`);
  const forward = db.prepare('UPDATE voteMinutes SET forwarded = forwarded + 1 WHERE source = ? AND atMs = ?');
  const drop = db.prepare('DELETE FROM voteMinutes WHERE atMs < ?');
  let droppedDay = Number.NaN;
  return {
    decided: (decisions) => {
      const counts = new Map<string, Count>();
      for (const { sources, window } of decisions) {
        const atMs = minuteOf(window.closesAtMs);
        for (const source of sources) {
          const key = `${atMs} ${source}`;
          const count = counts.get(key) ?? { source, atMs, votes: 0, joined: 0 };
          count.votes += 1;
          count.joined += sources.length > 1 ? 1 : 0;
          counts.set(key, count);
        }
      }
      for (const { source, atMs, votes, joined } of counts.values()) add.run(source, atMs, votes, joined);
      const newestMs = decisions.reduce((newest, { window }) => Math.max(newest, window.closesAtMs), 0);
      const day = Math.floor(newestMs / KEPT_MS);
      if (decisions.length === 0 || day === droppedDay) return;
      drop.run(newestMs - KEPT_MS);
      droppedDay = day;
    },
    ended: (decision, before) => {
      if (before === 'FORWARDED' || decision.outcome !== 'FORWARDED') return;
      for (const source of decision.sources) forward.run(source, minuteOf(decision.window.closesAtMs));
    },
  };
}

function minuteOf(atMs: number): number {
  return atMs - (atMs % MINUTE_MS);
}
