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
  if (!Array.isArray(trades)) throw new Fault('UNUSABLE_INPUT', 'the answer of /api/v1/trades holds no list of trades');
  const rows = trades.filter(isObject);
  return { rows, total: typeof total === 'number' ? total : page.offset + rows.length };
}

/** What a scan found: whether it has every trade that was closed when it ended. */
export interface Scan {
  readonly total: number;
  readonly isComplete: boolean;
}

/** Walks all closed trades and hands each row to `take` once, at most a page of them at a time. */
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
    total = await walkById(requests, seen, takeNew);
    if (seen.size >= total) return { total, isComplete: true };
    total = await walkByClosing(requests, seen, takeNew);
    if (seen.size >= total) return { total, isComplete: true };
  }
  return { total, isComplete: false };
}

type TakeNew = (page: TradesPage) => Promise<number>;

/** Pages overlap by one row: when it is not the one we saw last, rows have moved. Resolves to the bot's count at the end. */
async function walkById(requests: BotRequests, seen: ReadonlySet<string>, takeNew: TakeNew): Promise<number> {
  let offset = 0;
  for (;;) {
    const overlap = offset === 0 ? 0 : 1;
    const page = await tradesPage(requests, { limit: PAGE, offset: offset - overlap, newest: false });
    const first = page.rows[0];
    const movedLeft = overlap === 1 && (first === undefined ? offset > page.total : !seen.has(rowKey(first)));
    await takeNew(page);
    if (movedLeft) {
      offset = Math.max(0, offset - PAGE);
      continue;
    }
    offset += page.rows.length - overlap;
    if (page.rows.length < PAGE) return page.total;
  }
}

/** Those that closed while we walked are the newest: found from the other end, until one answer shows that none is missing, or nothing new. */
async function walkByClosing(requests: BotRequests, seen: ReadonlySet<string>, takeNew: TakeNew): Promise<number> {
  for (let offset = 0; ; offset += PAGE - 1) {
    const page = await tradesPage(requests, { limit: PAGE, offset, newest: true });
    const fresh = await takeNew(page);
    if (seen.size >= page.total || fresh === 0 || page.rows.length < PAGE) return page.total;
  }
}
