// What the worker knows of its bots, and the orders they refused, in worker.db: written by the worker's writer thread, read on the gateway side.
import type { DatabaseSync } from 'node:sqlite';
import type { BotState, Refusal } from '#domain/bot-state.ts';
import type { Delivery } from '#domain/decision.ts';
import type { BotJournal } from '../store.ts';
import type { ReadFile } from './read-file.ts';

/** Refusals older than this are dropped when another one comes. */
const REFUSALS_KEPT_MS = 25 * 3_600_000;

export function botOperations(db: DatabaseSync) {
  const clear = db.prepare('DELETE FROM bots');
  const insert = db.prepare('INSERT INTO bots (name, body) VALUES (?, ?)');
  return {
    saveBots: (states: readonly BotState[]): void => {
      clear.run();
      for (const state of states) insert.run(state.name, JSON.stringify(state));
    },
  };
}

/** Keeps the refusal of a delivery, inside the operation that records it; one per delivery. */
export function refusalKeeping(db: DatabaseSync) {
  const refuse = db.prepare('INSERT OR REPLACE INTO refusals (bot, decisionId, atMs, text) VALUES (?, ?, ?, ?)');
  const drop = db.prepare('DELETE FROM refusals WHERE atMs < ?');
  return ({ bot, decisionId }: Delivery, { atMs, text }: Refusal): void => {
    refuse.run(bot, decisionId, Math.trunc(atMs), text);
    drop.run(Math.trunc(atMs) - REFUSALS_KEPT_MS);
  };
}

const UNFINISHED = `SELECT bot, total(state = 'PENDING') AS owed, count(settleUntilMs) AS unsettled
  FROM deliveries INDEXED BY deliveriesUnfinished
  WHERE state = 'PENDING' OR settleUntilMs IS NOT NULL OR heldUntilMs IS NOT NULL GROUP BY bot`;

export function botReader(worker: ReadFile): Omit<BotJournal, 'save'> {
  return {
    states: async () =>
      worker.rows('SELECT body FROM bots ORDER BY name').map((row) => JSON.parse(row.body as string) as BotState),
    work: async () => {
      const unfinished = new Map(worker.rows(UNFINISHED).map((row) => [row.bot as string, row]));
      const open = worker.rows('SELECT bot, count(*) AS open FROM attempts WHERE open = 1 GROUP BY bot');
      const inFlight = new Map(open.map((row) => [row.bot as string, row.open as number]));
      return [...new Set([...unfinished.keys(), ...inFlight.keys()])].toSorted().map((bot) => ({
        bot,
        owed: (unfinished.get(bot)?.owed ?? 0) as number,
        unsettled: (unfinished.get(bot)?.unsettled ?? 0) as number,
        inFlight: inFlight.get(bot) ?? 0,
      }));
    },
    refusals: async (fromMs) =>
      worker
        .rows(
          'SELECT bot, text, count(*) AS count FROM refusals WHERE atMs >= ? GROUP BY bot, text ORDER BY bot, count DESC, text',
          Math.ceil(fromMs),
        )
        .map((row) => ({ bot: row.bot as string, text: row.text as string, count: row.count as number })),
  };
}
