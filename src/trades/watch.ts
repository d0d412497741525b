// Bots whose trades flow back by themselves: each is asked once a minute, at once when one of its messages or webhooks says that a trade has ended, and from
// its first trade on when the service starts. Nothing depends on a message arriving.
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import { clockNote, closedTradesOf } from './bot-reader.ts';
import { type BotAccess, botRequests } from './bot-requests.ts';
import type { JsonObject } from './bot-row.ts';
import { rowKey, scanTrades, tradesPage } from './bot-trades.ts';
import { followExits } from './exit-stream.ts';
import type { Recorder } from './recorder.ts';
import { skipTally } from './skipped.ts';

/** A bot whose trades are recorded. */
export interface WatchedBot extends BotAccess {
  readonly name: string;
}

/** How the trades of one bot stand. `lastReadAtMs`: when all of them were known last, epoch ms; null: not yet. */
export interface WatchState {
  readonly bot: string;
  readonly lastReadAtMs: number | null;
  /** What is wrong, in one line; null: nothing. */
  readonly trouble: string | null;
}

export interface TradeWatch extends AsyncDisposable {
  /** Looks at `bot` now; nothing for one that is not watched. */
  look(bot: string): void;
  states(): readonly WatchState[];
}

const EVERY_MS = 60_000;
const NEWEST = 50;
/** A message may come before its trade can be read. */
const EXPECTED_TRIES = 5;
const EXPECTED_WAIT_MS = 500;

export function openTradeWatch({
  bots,
  recorder,
  clock,
  log,
}: {
  readonly bots: readonly WatchedBot[];
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
}): TradeWatch {
  const closing = new AbortController();
  const watched = bots.map((bot) => watchBot(bot, { recorder, clock, log, signal: closing.signal }));
  return {
    look: (name) => {
      for (const { state, look } of watched) if (state().bot === name) look();
    },
    states: () => watched.map(({ state }) => state()),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await Promise.all(watched.map(({ ended }) => ended));
    },
  };
}

interface Parts {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

function watchBot(bot: WatchedBot, { recorder, clock, log, signal }: Parts) {
  const requests = botRequests(bot, { clock, signal });
  const seen = new Set<string>();
  const expected = new Set<string>();
  let isWhole = false;
  let wake: AbortController | undefined;
  let isAwaited = false;
  let lastReadAtMs: number | null = null;
  let trouble: string | null = null;
  let saidOfClock: string | undefined;

  const take = async (rows: readonly JsonObject[]) => {
    const skipped = skipTally();
    const trades = await closedTradesOf(bot.name, rows, { requests, skipped });
    const { recorded, updated } = await recorder.record(trades);
    for (const row of rows) {
      seen.add(rowKey(row));
      expected.delete(String(row.trade_id));
    }
    if (recorded + updated > 0) log.info({ bot: bot.name, recorded, updated }, 'closed trades recorded');
    for (const { reason, count, tradeIds } of skipped.list()) {
      log.warn({ bot: bot.name, reason, count, tradeIds }, 'closed trades left out');
    }
  };
  const readAll = async () => {
    const { total, isComplete } = await scanTrades(requests, take);
    isWhole = isComplete;
    if (!isComplete) throw new Fault('UNUSABLE_INPUT', `${bot.url}: of ${total} closed trades not all could be read`);
  };
  const read = async () => {
    if (!isWhole) return readAll();
    const { rows, total } = await tradesPage(requests, { limit: NEWEST, offset: 0, newest: true });
    const fresh = rows.filter((row) => !seen.has(rowKey(row)));
    if (fresh.length > 0) await take(fresh);
    // The bot has more, or fewer, than we know of: something closed out of order, or its database is another one.
    if (total === seen.size) return;
    seen.clear();
    await readAll();
  };
  const step = async () => {
    try {
      await read();
      for (let tries = 0; expected.size > 0 && tries < EXPECTED_TRIES && !signal.aborted; tries += 1) {
        await clock.sleep(EXPECTED_WAIT_MS, signal);
        await read();
      }
      expected.clear();
      lastReadAtMs = clock.now().wallMs;
      if (trouble !== null) log.info({ bot: bot.name }, 'the trades of the bot are read again');
      trouble = null;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (signal.aborted) return;
      if (trouble === null)
        log.warn({ bot: bot.name, error: error.message }, 'the trades of the bot cannot be read; trying again');
      trouble = error.message;
    }
    const note = clockNote(requests);
    if (note !== undefined && saidOfClock === undefined) log.warn({ bot: bot.name }, note);
    saidOfClock = note;
  };
  const look = () => {
    isAwaited = true;
    wake?.abort();
  };
  const run = async () => {
    while (!signal.aborted) {
      isAwaited = false;
      await step();
      wake = new AbortController();
      if (!isAwaited) await clock.sleep(EVERY_MS, AbortSignal.any([signal, wake.signal]));
    }
  };
  const stream = followExits({
    access: bot,
    requests: botRequests(bot, { clock, signal }),
    clock,
    signal,
    onExit: (tradeId) => {
      if (tradeId !== null) expected.add(tradeId);
      look();
    },
  });
  return {
    look,
    state: (): WatchState => ({ bot: bot.name, lastReadAtMs, trouble }),
    ended: Promise.all([run(), stream]),
  };
}
