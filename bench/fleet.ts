// What delivering costs when much is owed at once, over the real journal and one fast bot on a real socket: `node bench/fleet.ts`.
// One request at a time is the bot's limit, so a delivery among 2,000 may cost no more than one among 200. Beside it the same orders posted by a bare
// loop that journals nothing, and by one that commits a row before and after each. Exits with 1 when a delivery among many costs more than twice one among
// few (the whole work would be quadratic), or needs more than 1.2 commits: an end and the next intent share one.
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
import { hubWrites, openGatewayStore, openWorkerStore } from '#store/open.ts';
import { openForWriting } from '#store/sqlite/database.ts';
import type { WorkerStore } from '#store/store.ts';
import { listen } from '#trace/trace.ts';

const FEW = 200;
const MANY = 2_000;
const MOST_RATIO = 2;
const MOST_COMMITS = 1.2;
const TICK_MS = 50;
const TTL_SECONDS = 3_600;

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const bare = await posted(FEW, () => undefined);
const committed = await postedWithCommits(FEW);
const { perOrderMs: few } = await delivered(FEW);
const { perOrderMs: many, commitsPerOrder } = await delivered(MANY);
const ratio = many / few;
const figure = (name: string, value: number, most: number) =>
  `${name.padEnd(34)} ${value.toFixed(2).padStart(8)} (at most ${most})\n`;
const line = (name: string, ms: number) => `${name.padEnd(34)} ${ms.toFixed(2).padStart(8)} ms an order\n`;
process.stdout.write(
  line('bare loop of posts', bare) +
    line('the same with two commits each', committed) +
    line(`delivered, ${FEW} owed at once`, few) +
    line(`delivered, ${MANY} owed at once`, many) +
    `${'bare with two commits / delivered'.padEnd(34)} ${(committed / many).toFixed(2).padStart(8)}\n` +
    figure('ratio of many to few', ratio, MOST_RATIO) +
    figure('commits an order', commitsPerOrder, MOST_COMMITS),
);
process.exitCode = ratio <= MOST_RATIO && commitsPerOrder <= MOST_COMMITS ? 0 : 1;

/** Milliseconds and commits that a delivery takes when `count` are owed at once. */
async function delivered(count: number): Promise<{ readonly perOrderMs: number; readonly commitsPerOrder: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'paramgate-bench-'));
  try {
    await using bot = await openStandInBot({ maxOpenTrades: -1 });
    const options = { folder, log: silent, hubWrites: hubWrites() };
    // Its files are what the pauses are read from before each order.
    await using _gateway = await openGatewayStore(options);
    await using store = await openWorkerStore(options);
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
    let commits = 0;
    const end = listen('journal.committed', () => {
      commits += 1;
    });
    const startedMs = performance.now();
    while (bot.orders().length < count) {
      await fleet.tick(systemClock.now());
      await wait(TICK_MS);
    }
    end();
    return { perOrderMs: (performance.now() - startedMs) / count, commitsPerOrder: commits / count };
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

/** Milliseconds that an order takes in a loop that does nothing but post it, with `beside` before and after. */
async function posted(count: number, beside: () => void): Promise<number> {
  await using bot = await openStandInBot({ maxOpenTrades: -1 });
  const startedMs = performance.now();
  for (let at = 0; at < count; at += 1) {
    beside();
    await post(bot, `A${at}/USDT:USDT`);
    beside();
  }
  return (performance.now() - startedMs) / count;
}

/** The same with a row committed before and after each. */
async function postedWithCommits(count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'paramgate-bench-'));
  try {
    using db = openForWriting(folder, 'worker');
    const insert = db.prepare("INSERT INTO changes (decisionId, outcome) VALUES ('d', 'PENDING')");
    return await posted(count, () => {
      insert.run();
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
