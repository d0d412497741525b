// What delivering costs when much is owed at once, over the real journal and one fast bot on a real socket: `node bench/fleet.ts`.
// One request at a time is the bot's limit, so a delivery among 2,000 may cost no more than one among 200. Beside it the same orders posted by a bare
// loop, which journals nothing. Exits with 1 when a delivery among many costs more than twice one among few: the whole work would be quadratic.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '#app/clock.ts';
import { newId } from '#app/identity.ts';
import { openStandInBot, type StandInBot } from '#demo/stand-in-bot.ts';
import type { Decision } from '#domain/decision.ts';
import type { Log } from '#domain/log.ts';
import { openFleet } from '#fleet/fleet.ts';
import { hubWrites, openWorkerStore } from '#store/open.ts';
import type { WorkerStore } from '#store/store.ts';

const FEW = 200;
const MANY = 2_000;
const MOST_RATIO = 2;
const TICK_MS = 50;
const TTL_SECONDS = 3_600;

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const few = await delivered(FEW);
const many = await delivered(MANY);
const bare = await posted(FEW);
const ratio = many / few;
const line = (name: string, ms: number) => `${name.padEnd(34)} ${ms.toFixed(2).padStart(8)} ms an order\n`;
process.stdout.write(
  line('bare loop of posts', bare) +
    line(`delivered, ${FEW} owed at once`, few) +
    line(`delivered, ${MANY} owed at once`, many) +
    `ratio of many to few                 ${ratio.toFixed(2)} (at most ${MOST_RATIO})\n`,
);
process.exitCode = ratio <= MOST_RATIO ? 0 : 1;

/** Milliseconds a delivery takes when `count` are owed at once. */
async function delivered(count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'paramgate-bench-'));
  try {
    await using bot = await openStandInBot({ maxOpenTrades: -1 });
    await using store = await openWorkerStore({ folder, log: silent, hubWrites: hubWrites() });
    await owe(store, count);
    await using fleet = openFleet({
      ...store,
      states: store.bots,
      bots: [{ name: 'BOT1', url: bot.url, username: bot.username, password: bot.password, sides: ['LONG'] }],
      settings: { deliveryTtlSeconds: TTL_SECONDS, botTimeoutSeconds: 30, settleSeconds: 300, dryRun: false },
      clock: systemClock,
      log: silent,
      newId,
      random: Math.random,
    });
    const startedMs = performance.now();
    while (bot.orders().length < count) {
      await fleet.tick(systemClock.now());
      await wait(TICK_MS);
    }
    return (performance.now() - startedMs) / count;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function owe({ decisions }: WorkerStore, count: number): Promise<void> {
  const closesAtMs = Date.now();
  const closings = Array.from({ length: count }, (_, at) => ({
    decision: decisionOf(`d${at}`, `A${at}/USDT:USDT`, closesAtMs),
    fates: [],
    owedTo: ['BOT1'],
    withheld: [],
  }));
  for (let at = 0; at < count; at += 1_000) await decisions.decide(closings.slice(at, at + 1_000), 0);
}

function decisionOf(id: string, pair: string, closesAtMs: number): Decision {
  return {
    id,
    pair,
    side: 'LONG',
    outcome: 'PENDING',
    reason: null,
    detail: null,
    pauseId: null,
    votes: 2,
    expectedFeeders: 5,
    confidenceE4: 8_600,
    confidenceDefaulted: false,
    sources: ['75a', '75b'],
    leverage: 3,
    enterTag: 'long ensemble 2/5 conf=0.86 from=75a,75b',
    conflict: false,
    window: { openedAtMs: closesAtMs - 60_000, closesAtMs },
    decidedAtMs: closesAtMs,
    dueAtMs: closesAtMs,
  };
}

/** Milliseconds that an order takes when nothing is journaled. */
async function posted(count: number): Promise<number> {
  await using bot = await openStandInBot({ maxOpenTrades: -1 });
  const startedMs = performance.now();
  for (let at = 0; at < count; at += 1) await post(bot, `A${at}/USDT:USDT`);
  return (performance.now() - startedMs) / count;
}

async function post(bot: StandInBot, pair: string): Promise<void> {
  const response = await fetch(`${bot.url}/api/v1/forceenter`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${bot.username}:${bot.password}`).toString('base64')}`,
      'content-type': 'application/json',
      connection: 'close',
    },
    body: JSON.stringify({ pair, side: 'long', ordertype: 'market', entry_tag: 'long ensemble 2/5 conf=0.86' }),
  });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  await response.text();
}
