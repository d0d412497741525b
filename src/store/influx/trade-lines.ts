// A closed trade as a point. `leverage` is a field, as in what other writers left; the tag `leverage_bin` beside it never depends on the configuration,
// so that a trade written again overwrites itself. A point that another one of the same trade stands for now is marked and stays as it is.
import { binIndex, binsOf, DEFAULT_BIN_EDGES } from '#domain/leverage-bin.ts';
import { isoTime } from '#domain/time.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { floatField, identifiedNano, intField, lineOf, nsOfMs, optional, textField } from './line-protocol.ts';

const BINS = binsOf(DEFAULT_BIN_EDGES);

/** What tells the point of a trade from all others: its tags, its millisecond, and the nanosecond within that. */
export interface TradePoint {
  readonly pair: string;
  /** The tag `leverage_bin`; null: the leverage lies in none. */
  readonly bin: string | null;
  readonly closedAtMs: number;
  readonly nano: number;
}

/** The tag of `leverage`; null when it lies in no bin. */
export function binTag(leverage: number): string | null {
  return BINS[binIndex(DEFAULT_BIN_EDGES, leverage)]?.label ?? null;
}

/** The nanosecond a trade takes when no other trade has it. */
export function firstNano({ bot, tradeId, openedAtMs }: Pick<ClosedTrade, 'bot' | 'tradeId' | 'openedAtMs'>): number {
  return identifiedNano([bot, tradeId, openedAtMs]);
}

/** The line of `trade` at `nano` of the millisecond it was closed in. Throws UNUSABLE_INPUT as `lineOf`. */
export function tradeLine(trade: ClosedTrade, measurement: string, nano = firstNano(trade)): string {
  const { bot, tradeId, pair, side, openedAtMs, closedAtMs } = trade;
  return lineOf({
    measurement,
    tags: { pair, leverage_bin: binTag(trade.leverage) },
    fields: {
      leverage: floatField(trade.leverage),
      profit_pct: floatField(trade.profitPct),
      stop_loss_pct: optional(trade.stopLossPct, floatField),
      take_profit_pct: optional(trade.takeProfitPct, floatField),
      side: textField(side),
      bot: textField(bot),
      trade_id: textField(tradeId),
      opened_at: textField(isoTime(openedAtMs)),
      enter_tag: optional(trade.enterTag, textField),
      exit_reason: optional(trade.exitReason, textField),
    },
    timeNs: nsOfMs(closedAtMs) + BigInt(nano),
  });
}

/**
 * The line that marks `point`: its trade was recorded again and is another point now. Nothing of the point changes but the field `superseded`, which other
 * readers do not know; nothing ever takes the mark back, so that it may be written in any order and as often as one likes. Throws as `lineOf`.
 */
export function supersededLine({ pair, bin, closedAtMs, nano }: TradePoint, measurement: string): string {
  return lineOf({
    measurement,
    tags: { pair, leverage_bin: bin },
    fields: { superseded: intField(1) },
    timeNs: nsOfMs(closedAtMs) + BigInt(nano),
  });
}
