// A closed trade as a point. `leverage` is a field, as in what other writers left; the tag `leverage_bin` beside it never depends on the configuration,
// so that a trade written again overwrites itself.
import { binIndex, binsOf, DEFAULT_BIN_EDGES } from '#domain/leverage-bin.ts';
import { isoTime } from '#domain/time.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { floatField, identifiedNs, lineOf, optional, textField } from './line-protocol.ts';

const BINS = binsOf(DEFAULT_BIN_EDGES);

/** The line of `trade`. Throws UNUSABLE_INPUT as `lineOf`. */
export function tradeLine(trade: ClosedTrade, measurement: string): string {
  const { bot, tradeId, pair, side, openedAtMs, closedAtMs } = trade;
  return lineOf({
    measurement,
    tags: { pair, leverage_bin: BINS[binIndex(DEFAULT_BIN_EDGES, trade.leverage)]?.label ?? null },
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
    timeNs: tradeTimeNs({ bot, tradeId, openedAtMs, closedAtMs }),
  });
}

/** When `trade`'s point is: its close, and a nanosecond of its own. */
export function tradeTimeNs(trade: Pick<ClosedTrade, 'bot' | 'tradeId' | 'openedAtMs' | 'closedAtMs'>): bigint {
  return identifiedNs(trade.closedAtMs, [trade.bot, trade.tradeId, trade.openedAtMs]);
}
