// DOOR of trades: closed trades flow back from the bots. Whatever the way - a bot's database, its REST API, its messages, its webhooks - they become the
// fleet's own (position level, percent) and meet in one recorder.
import { Fault } from '#domain/fault.ts';
import type { Clock } from '#domain/time.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { clockNote, closedTradesOf } from './bot-reader.ts';
import { type BotAccess, botRequests } from './bot-requests.ts';
import { scanTrades } from './bot-trades.ts';
import { readDatabase, type TradesRead } from './database-trades.ts';
import type { Recorded, Recorder } from './recorder.ts';
import { skipTally } from './skipped.ts';

export type { BotAccess } from './bot-requests.ts';
export type { TradesRead } from './database-trades.ts';
export { type Push, readPush } from './push.ts';
export { openRecorder, type Recorded, type Recorder } from './recorder.ts';
export type { Skipped } from './skipped.ts';
export { openTradeWatch, type TradeWatch, type WatchedBot, type WatchState } from './watch.ts';

/** What an import did: what was read, and what became of it. */
export interface TradesImport extends Omit<TradesRead, 'trades'>, Recorded {
  /** Closed trades that were found, skipped ones too. */
  readonly read: number;
  /** Trades without stop or target: they are kept and count in no leverage bin. */
  readonly incomplete: number;
}

/** The targets of trades that recorded none, position level percent; null: unknown, as they are. */
export interface ImportOptions {
  readonly bot: string;
  readonly takeProfitPct: number | null;
  readonly clock: Clock;
  /** Sees trades before they are recorded, all of a file or those of a page; what it rejects with ends the import. */
  readonly beforeRecording: (trades: readonly ClosedTrade[]) => Promise<void>;
  /** Told the share done, 0..1. */
  readonly onProgress: (share: number) => void;
}

/** A bot's clock may be so far ahead of ours without a word. */
const AHEAD_MS = 60_000;

/** Imports the trades of the database in `file`: all of them are read and checked before the first is recorded. Rejects with UNUSABLE_INPUT. */
export async function importDatabase(file: string, recorder: Recorder, options: ImportOptions): Promise<TradesImport> {
  const { trades, skipped, open, notes } = await readDatabase(file, options.bot);
  const whole = withTarget(trades, options);
  await options.beforeRecording(whole);
  const counts = await recorder.record(whole, (done) => options.onProgress(done / trades.length));
  const newestMs = trades.reduce((newest, { closedAtMs }) => Math.max(newest, closedAtMs), 0);
  const aheadMs = newestMs - options.clock.now().wallMs;
  const ahead =
    aheadMs <= AHEAD_MS
      ? []
      : [`its newest trade closes ${(aheadMs / 60_000).toFixed(1)} min from now: the bot's clock is ahead of ours`];
  const read = trades.length + left(skipped);
  return { ...counts, read, open, incomplete: incompleteIn(whole), skipped, notes: [...notes, ...ahead] };
}

/**
 * Imports the closed trades of the bot at `access`, page by page: what was recorded before a failure stays, and the next import goes on from there.
 * Rejects with UNUSABLE_INPUT.
 */
export async function importBot(access: BotAccess, recorder: Recorder, options: ImportOptions): Promise<TradesImport> {
  const { bot, clock } = options;
  await using ending = new AsyncDisposableStack();
  const closing = new AbortController();
  ending.defer(() => closing.abort());
  const requests = botRequests(access, { clock, signal: closing.signal });
  const tally = skipTally();
  const sum = { recorded: 0, updated: 0, known: 0 };
  let incomplete = 0;
  const { total, isComplete } = await scanTrades(requests, async (rows, share) => {
    const trades = withTarget(await closedTradesOf(bot, rows, { requests, skipped: tally }), options);
    incomplete += incompleteIn(trades);
    await options.beforeRecording(trades);
    const counts = await recorder.record(trades);
    sum.recorded += counts.recorded;
    sum.updated += counts.updated;
    sum.known += counts.known;
    options.onProgress(share);
  });
  const skipped = tally.list();
  const read = sum.recorded + sum.updated + sum.known + left(skipped);
  if (!isComplete) {
    throw new Fault(
      'UNUSABLE_INPUT',
      `${access.url}: ${read} of ${total} closed trades could be read while others closed; import again to have the rest`,
    );
  }
  const note = clockNote(requests);
  return { ...sum, read, open: null, incomplete, skipped, notes: note === undefined ? [] : [note] };
}

function withTarget(trades: TradesRead['trades'], { takeProfitPct }: ImportOptions): TradesRead['trades'] {
  if (takeProfitPct === null) return trades;
  return trades.map((trade) => (trade.takeProfitPct === null ? { ...trade, takeProfitPct } : trade));
}

function incompleteIn(trades: TradesRead['trades']): number {
  return trades.filter(({ stopLossPct, takeProfitPct }) => stopLossPct === null || takeProfitPct === null).length;
}

function left(skipped: TradesRead['skipped']): number {
  return skipped.reduce((sum, { count }) => sum + count, 0);
}
