// What this instance recorded of a closed trade as it is laid over what was read from the hub: the trade, or that it no longer stands where it stood.
import type { ClosedTrade } from '#domain/trade.ts';
import { dayOf } from './trade-columns.ts';

export interface OwnTrade extends ClosedTrade {
  /** The trade was recorded again and is elsewhere: on the day of this close nothing of it counts, but what was recorded after this. */
  readonly superseded?: true;
}

/** Of several with one key the newest holds: a trade is known by (bot, trade id, pair, opened at), and leaves a day once. */
export function ownKey({ bot, tradeId, pair, openedAtMs, closedAtMs, superseded }: OwnTrade): string {
  const left = superseded === true ? [dayOf(closedAtMs)] : [];
  return JSON.stringify([bot, tradeId, pair, openedAtMs, ...left]);
}

/** `trades` with what no longer stands first: what stands is laid over it. */
export function laidInOrder(trades: readonly OwnTrade[]): readonly OwnTrade[] {
  const isLeft = ({ superseded }: OwnTrade) => superseded === true;
  return [...trades.filter(isLeft), ...trades.filter((trade) => !isLeft(trade))];
}
