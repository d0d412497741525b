// What a bot's trades are to the fleet: rows of its REST API read into closed trades, with the target where the strategy keeps one.
import type { ClosedTrade } from '#domain/trade.ts';
import { closedTradeOf, isSkip } from './bot-figures.ts';
import type { BotRequests } from './bot-requests.ts';
import { figuresOfRow, type JsonObject } from './bot-row.ts';
import { targetsOf } from './bot-targets.ts';
import type { SkipTally } from './skipped.ts';

/** A clock that is further off is told. */
const CLOCK_TOLERANCE_MS = 60_000;

/** The trades of `rows` as `bot`'s; what cannot be taken goes to `skipped`. */
export async function closedTradesOf(
  bot: string,
  rows: readonly JsonObject[],
  { requests, skipped }: { readonly requests: BotRequests; readonly skipped: SkipTally },
): Promise<readonly ClosedTrade[]> {
  const targets = await targetsOf(requests, rows);
  const trades: ClosedTrade[] = [];
  for (const row of rows) {
    const read = closedTradeOf(bot, { ...figuresOfRow(row), targetRatio: targets.get(row.trade_id) });
    if (isSkip(read)) skipped.add(read);
    else trades.push(read);
  }
  return trades;
}

/** What is to be said of the bot's clock: a sentence when it differs from ours by more than a minute. */
export function clockNote(requests: BotRequests): string | undefined {
  const offsetMs = requests.clockOffsetMs();
  if (offsetMs === null || Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS) return undefined;
  const minutes = (Math.abs(offsetMs) / 60_000).toFixed(1);
  return `its clock is ${minutes} min ${offsetMs > 0 ? 'ahead of' : 'behind'} ours; the times of its trades are its own`;
}
