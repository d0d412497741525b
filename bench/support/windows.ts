// Thousands of windows that close at the same moment: put into a journal by its own writer, decided by the real service, watched in its file.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '#app/identity.ts';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import type { NewSignal } from '#domain/signal.ts';
import { hubWrites, openGatewayStore } from '#store/open.ts';
import { start } from './child.ts';

/** From the signals to the close: time enough for the service to start and to see them all. */
const WINDOW_MS = 12_000;
const WATCHED_MS = 2_000;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** How long after the last close all were decided, ms (negative: before), and how many orders a second a fast bot got from then on. */
export async function closeAtOnce(options: {
  readonly count: number;
  readonly folder: string;
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<{ readonly decidedMs: number; readonly delivered: number }> {
  await using opened = new AsyncDisposableStack();
  const { count, folder, main, env } = options;
  const closesAtMs = await openWindows(folder, count);
  const bot = opened.use(await openStandInBot({ maxOpenTrades: -1 }));
  const url = bot.url.replace('://', `://${bot.username}:${bot.password}@`);
  await start(opened, [main, 'start'], { env: { ...env, PARAMGATE_BOT_LONG: url } });
  // The worker makes its file some time after the gateway is ready.
  while (!existsSync(join(folder, 'worker.db'))) await wait(50);
  await wait(Math.max(0, closesAtMs - Date.now()));
  using db = new DatabaseSync(join(folder, 'worker.db'), { readOnly: true, timeout: 1_000 });
  const counted = db.prepare('SELECT count(*) AS n FROM decisions');
  const decided = () => Number(counted.get()?.n ?? 0);
  while (decided() < count) {
    if (Date.now() > closesAtMs + 60_000) throw new Error(`only ${decided()} of ${count} windows were decided`);
    await wait(5);
  }
  const decidedMs = Date.now() - closesAtMs;
  const startedMs = performance.now();
  const before = bot.orders().length;
  await wait(WATCHED_MS);
  return { decidedMs, delivered: ((bot.orders().length - before) * 1_000) / (performance.now() - startedMs) };
}

/** Opens `count` windows by one signal each; returns when the last of them closes, epoch ms. */
async function openWindows(folder: string, count: number): Promise<number> {
  await using store = await openGatewayStore({ folder, log: SILENT, hubWrites: hubWrites() });
  const signals = Array.from(
    { length: count },
    (_, index): NewSignal => ({
      id: newId(),
      credential: 'bench',
      idempotencyKey: null,
      windowMs: WINDOW_MS,
      pair: `P${index}/USDT:USDT`,
      side: 'LONG',
      source: '75a',
      confidenceE4: 9_000,
      confidenceDefaulted: false,
      leverage: null,
      enterTag: null,
      profitPct: null,
      safetyPct: null,
      sentAtMs: null,
      extras: null,
    }),
  );
  const ends = await store.signals.append(signals);
  return Math.max(...ends.map(({ signal }) => signal.window.closesAtMs));
}
