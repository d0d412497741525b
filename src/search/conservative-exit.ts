// One trade with conservative fills: gaps fill at the open on the stop side, never better than the level on the target side. Nothing depends on a
// candle after the one in which the trade leaves.
import type { Candles } from '#domain/market.ts';
import { type Exit, FORCE_EXIT, MAX_HOLD, type OpenTrade, ROI, STOP_LOSS } from './exit.ts';
import { type ExitRule, profitRatio, stopTouchedAt, targetPrice } from './levels.ts';

/** Where `trade` leaves: in each candle the stop is looked at first, then the target. */
export function conservativeExit(candles: Candles, trade: OpenTrade, rule: ExitRule): Exit {
  const { open, high, low } = candles;
  const long = rule.side === 'LONG';
  const entryPrice = open[trade.entry] as number;
  const stop = entryPrice * rule.stopFactor;
  const touched = stopTouchedAt(stop, rule.side);
  const last = open.length - 1;
  const holdEnd = trade.maxHold > 0 ? trade.entry + trade.maxHold : last + 1;
  for (let candle = trade.entry; candle <= last && candle < holdEnd; candle += 1) {
    const worst = (long ? low[candle] : high[candle]) as number;
    if (long ? worst <= touched : worst >= touched) {
      const opened = open[candle] as number;
      // Never in the entry candle: its open is the entry price, which lies on the other side of the stop.
      const gapped = long ? opened < stop : opened > stop;
      return { candle, rate: gapped ? opened : stop, reason: STOP_LOSS };
    }
    const best = (long ? high[candle] : low[candle]) as number;
    if (rule.leverage * profitRatio(rule.side, { open: entryPrice, close: best }, rule.fee) >= rule.reachedAt) {
      return { candle, rate: targetPrice(rule, entryPrice), reason: ROI };
    }
  }
  const candle = Math.min(holdEnd, last);
  return { candle, rate: open[candle] as number, reason: holdEnd <= last ? MAX_HOLD : FORCE_EXIT };
}
