// All closed trades of a bot, page by page, correct in spite of the offset: while we read, a trade with a low id may close (rows move right and it stands
// where we have been) or be deleted (rows move left and one would be passed over). What is known at the end is checked against the bot's own count.

import { Fault } from '#domain/fault.ts';
import type { BotRequests } from './bot-requests.ts';
import { isObject, type JsonObject } from './bot-row.ts';

/** Trades of one page; freqtrade's own default. */
export const PAGE = 500;
const ROUNDS = 5;

/** One page, and how many closed trades the bot had when it answered. */
export interface TradesPage {
  readonly rows: readonly JsonObject[];
  readonly total: number;
}

/** The key of a row among a bot's: ids are given again by a recreated database. */
export function rowKey(row: JsonObject): string {
  return `${String(row.trade_id)} ${String(row.open_timestamp)}`;
}

/** `newest`: by closing time, the newest first; a bot that does not know that order answers by id. */
export async function tradesPage(
  requests: BotRequests,
  page: { readonly limit: number; readonly offset: number; readonly newest: boolean },
): Promise<TradesPage> {
  const order = page.newest ? 'false' : 'true';
  const path = `/trades?limit=${page.limit}&offset=${page.offset}&order_by_id=${order}`;
  const { trades, total_trades: total } = await requests.ask(path);
  if (!Array.isArray(trades))
    throw new Fault('UNUSABLE_INPUT', `${requests.url}: the answer of /api/v1/trades holds no list of trades`);
  const rows = trades.filter(isObject);
  return { rows, total: typeof total === 'number' ? total : page.offset + rows.length };
}

/** What a scan found: whether it has every trade that was closed when it ended. */
export interface Scan {
  readonly total: number;
  readonly isComplete: boolean;
}

/**
 * Walks all closed trades and hands each row to `take` once, at most a page of them at a time. First by id; then from the newest, where everything stands
 * that closed meanwhile. A bot that does not know that order is walked again by id until nothing new is found.
 */
export async function scanTrades(
  requests: BotRequests,
  take: (rows: readonly JsonObject[], share: number) => Promise<void>,
): Promise<Scan> {
  const seen = new Set<string>();
  const takeNew = async ({ rows, total }: TradesPage): Promise<number> => {
    const fresh = rows.filter((row) => !seen.has(rowKey(row)));
    for (const row of fresh) seen.add(rowKey(row));
    if (fresh.length > 0) await take(fresh, total === 0 ? 1 : Math.min(1, seen.size / total));
    return fresh.length;
  };
  let total = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const byId = await walkById(requests, seen, takeNew);
    const byClosing = await walkByClosing(requests, seen, takeNew);
    total = byClosing.total;
    const isSettled = byClosing.isNewestFirst || byId.fresh + byClosing.fresh === 0;
    if (isSettled && seen.size >= total) return { total, isComplete: true };
  }
  return { total, isComplete: false };
}

type TakeNew = (page: TradesPage) => Promise<number>;

/** A walk's end: rows that were new, and the bot's own count in its last answer. */
interface Walk {
  readonly fresh: number;
  readonly total: number;
}

/** Pages overlap by one row: when it is none that we saw, rows have moved left and we step back. */
async function walkById(requests: BotRequests, seen: ReadonlySet<string>, takeNew: TakeNew): Promise<Walk> {
  let fresh = 0;
  let offset = 0;
  for (;;) {
    const overlap = offset === 0 ? 0 : 1;
    const page = await tradesPage(requests, { limit: PAGE, offset: offset - overlap, newest: false });
    const [first] = page.rows;
    const hasMovedLeft = overlap === 1 && (first === undefined ? offset > page.total : !seen.has(rowKey(first)));
    fresh += await takeNew(page);
    if (hasMovedLeft) offset = Math.max(0, offset - PAGE);
    else if (page.rows.length < PAGE) return { fresh, total: page.total };
    else offset += page.rows.length - overlap;
  }
}

/** From the newest down to a row that we have; and again, when that took more than one answer, for more may have closed meanwhile. */
async function walkByClosing(
  requests: BotRequests,
  seen: ReadonlySet<string>,
  takeNew: TakeNew,
): Promise<Walk & { readonly isNewestFirst: boolean }> {
  let fresh = 0;
  let offset = 0;
  for (;;) {
    const page = await tradesPage(requests, { limit: PAGE, offset, newest: true });
    const last = page.rows.at(-1);
    const reachesKnown = last === undefined || page.rows.length < PAGE || seen.has(rowKey(last));
    fresh += await takeNew(page);
    const isNewestFirst = page.rows.every(
      (row, index) => index === 0 || closingOf(page.rows[index - 1]) >= closingOf(row),
    );
    if (!isNewestFirst || (reachesKnown && offset === 0)) return { fresh, total: page.total, isNewestFirst };
    offset = reachesKnown ? 0 : offset + PAGE - 1;
  }
}

function closingOf(row: JsonObject | undefined): number {
  return Number(row?.close_timestamp);
}
