// A closed trade as bots report it: the experience of the fleet. Percentages are position level; a trade with a wrong sign is never remembered.
import { badInput } from '#domain/fault.ts';
import { requireLeverage, requirePair, SIDES, type Side } from '#domain/market.ts';

/** Known by (bot, tradeId, pair, openedAtMs); sent again it counts once and the newer figures replace. */
export interface ClosedTrade {
  readonly bot: string;
  readonly tradeId: string;
  readonly pair: string;
  readonly side: Side;
  readonly leverage: number;
  readonly profitPct: number;
  /** Negative; null when the bot did not record it: such a trade is kept but counts in no bin. So for `takeProfitPct`, positive. */
  readonly stopLossPct: number | null;
  readonly takeProfitPct: number | null;
  readonly openedAtMs: number;
  readonly closedAtMs: number;
  readonly enterTag: string | null;
  readonly exitReason: string | null;
}

/** The most trades that one call may record. */
export const MAX_TRADES_PER_CALL = 1_000;

const MAX_NAME = 64;
const MAX_TEXT = 1_000;
/** No trade gained or lost so much; it keeps sums far from the end of doubles. */
const MAX_PCT = 1_000_000;
/** 9999-12-31T23:59:59.999Z: the last instant that ISO 8601 writes with four digits of year. */
const MAX_TIME_MS = 253_402_300_799_999;

/** `trades` themselves when every one can be remembered; throws BAD_USER_INPUT naming `trades[i].field` of the first that cannot. */
export function requireTrades(trades: readonly ClosedTrade[]): readonly ClosedTrade[] {
  if (trades.length > MAX_TRADES_PER_CALL) {
    throw badInput('trades', `${trades.length} trades in one call`, `at most ${MAX_TRADES_PER_CALL}`);
  }
  trades.forEach((trade, index) => {
    requireTrade(trade, `trades[${index}]`);
  });
  return trades;
}

function requireTrade(trade: ClosedTrade, at: string): void {
  requireText(trade.bot, `${at}.bot`, { least: 1, most: MAX_NAME });
  requireText(trade.tradeId, `${at}.tradeId`, { least: 1, most: MAX_NAME });
  requirePair(trade.pair, `${at}.pair`);
  if (!SIDES.includes(trade.side)) throw badInput(`${at}.side`, `${trade.side} is not a side`, SIDES.join(' or '));
  requireLeverage(trade.leverage, `${at}.leverage`);
  requirePct(trade.profitPct, `${at}.profitPct`, { least: -MAX_PCT, most: MAX_PCT, allowed: 'a percentage' });
  if (trade.stopLossPct !== null) {
    const allowed = 'a negative percentage at position level, e.g. -1.48, or null';
    requirePct(trade.stopLossPct, `${at}.stopLossPct`, { least: -MAX_PCT, most: -Number.MIN_VALUE, allowed });
  }
  if (trade.takeProfitPct !== null) {
    const allowed = 'a positive percentage at position level, e.g. 1.00, or null';
    requirePct(trade.takeProfitPct, `${at}.takeProfitPct`, { least: Number.MIN_VALUE, most: MAX_PCT, allowed });
  }
  requireTime(trade.openedAtMs, `${at}.openedAt`);
  requireTime(trade.closedAtMs, `${at}.closedAt`);
  if (trade.closedAtMs < trade.openedAtMs) {
    const found = `${new Date(trade.closedAtMs).toISOString()} is before openedAt ${new Date(trade.openedAtMs).toISOString()}`;
    throw badInput(`${at}.closedAt`, found, 'a time at or after openedAt');
  }
  if (trade.enterTag !== null) requireText(trade.enterTag, `${at}.enterTag`, { least: 0, most: MAX_TEXT });
  if (trade.exitReason !== null) requireText(trade.exitReason, `${at}.exitReason`, { least: 0, most: MAX_TEXT });
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function requireText(text: string, field: string, { least, most }: Bounds): void {
  if (text.length < least) throw badInput(field, 'it is empty', `${least} to ${most} characters`);
  if (text.length > most) throw badInput(field, `${text.length} characters`, `${least} to ${most} characters`);
}

function requirePct(pct: number, field: string, bounds: Bounds & { readonly allowed: string }): void {
  if (pct >= bounds.least && pct <= bounds.most) return;
  throw badInput(field, `${pct} cannot stand here`, `${bounds.allowed}, beyond ${MAX_PCT} in neither direction`);
}

function requireTime(timeMs: number, field: string): void {
  if (Number.isInteger(timeMs) && timeMs >= 0 && timeMs <= MAX_TIME_MS) return;
  throw badInput(field, `${timeMs} is not a time`, 'a time from 1970 to 9999, to the millisecond');
}
