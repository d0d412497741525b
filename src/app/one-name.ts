// One bot has one name: trades that are recorded under another one already would count twice, in every bin and every sum.
import { badInput } from '#domain/fault.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import type { ReadStore } from '#store/open.ts';

/** So many of an import are looked up, evenly spread over it, the first and the last among them. */
const LOOKS = 500;

/** Rejects with BAD_USER_INPUT when some of `trades` are in `history` as another bot's: the same id, pair, side, opening and closing. */
export async function requireOneName(
  trades: readonly ClosedTrade[],
  history: Pick<ReadStore['history'], 'within'>,
): Promise<void> {
  const byClosing = Map.groupBy(spread(trades), ({ closedAtMs }) => closedAtMs);
  for (const [closedAtMs, closed] of byClosing) {
    const recorded = await history.within({ fromMs: closedAtMs, toMs: closedAtMs + 1 });
    for (const trade of closed) refuseOther(trade, recorded);
  }
}

function refuseOther(trade: ClosedTrade, recorded: readonly ClosedTrade[]): void {
  const { bot, tradeId, pair, openedAtMs } = trade;
  const other = recorded.find((known) => known.bot !== bot && isSame(known, trade));
  if (other === undefined) return;
  const opened = new Date(openedAtMs).toISOString();
  throw badInput(
    '--name',
    `trade ${tradeId} (${pair}, opened ${opened}) is recorded as one of ${other.bot} already, and would count a second time as one of ${bot}`,
    `${other.bot}, the name of this bot`,
  );
}

function isSame(a: ClosedTrade, b: ClosedTrade): boolean {
  return a.tradeId === b.tradeId && a.pair === b.pair && a.side === b.side && a.openedAtMs === b.openedAtMs;
}

function spread(trades: readonly ClosedTrade[]): readonly ClosedTrade[] {
  if (trades.length <= LOOKS) return trades;
  const step = (trades.length - 1) / (LOOKS - 1);
  return Array.from({ length: LOOKS }, (_, index) => trades[Math.round(index * step)]).filter(
    (trade): trade is ClosedTrade => trade !== undefined,
  );
}
