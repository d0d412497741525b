// One trade with conservative fills and an exit plan. What moves, moves on what closed candles have shown: within a candle nobody knows whether the
// high or the low came first, so nothing is gained from the one before the other. Nothing depends on a candle after the one in which the trade leaves.
import type { Candles } from '#domain/market.ts';
import { type Exit, FORCE_EXIT, MAX_HOLD, type OpenTrade, ROI, STOP_LOSS, TRAILING_STOP } from './exit.ts';
import { profitRatio, stopTouchedAt, targetPrice } from './levels.ts';
import { breakEvenPrice, type PlannedRule, stopBehind, targetAt } from './planned-rule.ts';

/**
 * Where `trade` leaves: in each candle the stop is looked at first, as the candles before have left it, then the target that holds by then. Either
 * fills as without a plan: a stop at its price, or at the open where a candle opens beyond it; a target at its own price, never better.
 */
export function plannedExit(candles: Candles, trade: OpenTrade, planned: PlannedRule): Exit {
  const { rule } = planned;
  const { open, high, low, openTimeMs } = candles;
  const long = rule.side === 'LONG';
  const entryPrice = open[trade.entry] as number;
  const openedAtMs = openTimeMs[trade.entry] as number;
  let stop = entryPrice * rule.stopFactor;
  let reason = STOP_LOSS;
  const last = open.length - 1;
  const holdEnd = trade.maxHold > 0 ? trade.entry + trade.maxHold : last + 1;
  for (let candle = trade.entry; candle <= last && candle < holdEnd; candle += 1) {
    const worst = (long ? low[candle] : high[candle]) as number;
    const touched = stopTouchedAt(stop, rule.side);
    if (long ? worst <= touched : worst >= touched) {
      const opened = open[candle] as number;
      // Never in the entry candle: its open is the entry price, which lies on the other side of the stop.
      const gapped = long ? opened < stop : opened > stop;
      return { candle, rate: gapped ? opened : stop, reason };
    }
    const best = (long ? high[candle] : low[candle]) as number;
    const profit = rule.leverage * profitRatio(rule.side, { open: entryPrice, close: best }, rule.fee);
    const target = targetAt(planned, Math.floor(((openTimeMs[candle] as number) - openedAtMs) / 60_000));
    if (profit >= target.reachedAt) {
      return { candle, rate: targetPrice({ ...rule, targetRatio: target.targetRatio }, entryPrice), reason: ROI };
    }
    for (const price of stopsAfter(planned, { best, profit, entryPrice })) {
      if (long ? price <= stop : price >= stop) continue;
      stop = price;
      reason = TRAILING_STOP;
    }
  }
  const candle = Math.min(holdEnd, last);
  return { candle, rate: open[candle] as number, reason: holdEnd <= last ? MAX_HOLD : FORCE_EXIT };
}

/** Where the parts of the plan would have the stop after a candle whose best price was `best`. */
function stopsAfter(
  { rule, stopDistance, trailing, breakEven }: PlannedRule,
  { best, profit, entryPrice }: { readonly best: number; readonly profit: number; readonly entryPrice: number },
): readonly number[] {
  const stops: number[] = [];
  if (breakEven !== null && profit >= breakEven.passedAt) stops.push(breakEvenPrice(rule, entryPrice));
  if (trailing === null) return stops;
  if (profit >= trailing.offset.passedAt) stops.push(stopBehind(rule, best, trailing.distance));
  else if (!trailing.onlyOffset) stops.push(stopBehind(rule, best, stopDistance));
  return stops;
}
