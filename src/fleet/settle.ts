// Which of a bot's trades is the one an order of ours made? Finding it proves that the order was taken; not finding it proves nothing.
import type { Decision } from '#domain/decision.ts';
import type { TradeRow } from './trade-row.ts';

/** How far a bot's clock reading may lie before the sending time: freqtrade tells whole seconds in its Date header, and caches it for one. */
const CLOCK_TOLERANCE_MS = 2_000;

/** What a trade must show to be ours: pair, side and tag, at or after `notBeforeMs` (epoch ms by the bot's clock). */
export interface Wanted {
  readonly pair: string;
  readonly isShort: boolean;
  readonly enterTag: string;
  readonly notBeforeMs: number;
}

/** What to look for after an order of `decision` was sent at `sentAtMs` of our clock; the bot's clock is `offsetMs` ahead of ours. */
export function wantedTrade(decision: Decision, sentAtMs: number, offsetMs: number): Wanted {
  return {
    pair: decision.pair,
    isShort: decision.side === 'SHORT',
    enterTag: decision.enterTag,
    notBeforeMs: sentAtMs + offsetMs - CLOCK_TOLERANCE_MS,
  };
}

/**
 * Whether `trade` is the wanted one: our tag on the trade, or on one of its orders (where freqtrade puts the tag of an addition to a position), in time.
 * Tags repeat from window to window, hence the time.
 */
export function isOurs(trade: TradeRow, wanted: Wanted): boolean {
  if (trade.pair !== wanted.pair || trade.isShort !== wanted.isShort) return false;
  if (trade.enterTag === wanted.enterTag && trade.openedAtMs >= wanted.notBeforeMs) return true;
  return trade.orders.some(
    (order) => order.tag === wanted.enterTag && order.atMs !== null && order.atMs >= wanted.notBeforeMs,
  );
}

/** The trades that may be ours, earliest first; several only when tags repeat within the tolerance. */
export function findOurs(trades: readonly TradeRow[], wanted: Wanted): readonly TradeRow[] {
  return trades.filter((trade) => isOurs(trade, wanted)).sort((a, b) => a.openedAtMs - b.openedAtMs);
}
