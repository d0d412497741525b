// One trade with an exit plan and the fills of freqtrade's backtesting, release 2026.9. Sources are files of freqtrade: B = optimize/backtesting.py,
// I = strategy/interface.py.
import { type Exit, FORCE_EXIT, MAX_HOLD, type OpenTrade, ROI, STOP_LOSS, TRAILING_STOP } from './exit.ts';
import { fillsIn, freqtradeEntry, ORDER_LIFE_MS, stopRate, type TickedCandles, targetRate } from './freqtrade-exit.ts';
import { profitRatio, targetPrice } from './levels.ts';
import { MovingStop } from './moving-stop.ts';
import { type PlannedRule, type TargetRule, targetAt } from './planned-rule.ts';
import { nearestTick } from './tick-rounding.ts';

/**
 * Where `trade` leaves: as `freqtradeExit` has it, but that the stop first follows each candle's best price, and one that has moved is looked at after
 * the target (I, should_exit).
 */
export function freqtradePlannedExit(market: TickedCandles, trade: OpenTrade, planned: PlannedRule): Exit {
  const { candles, decimals } = market;
  const { openTimeMs, open, high, low } = candles;
  const { entry, maxHold } = trade;
  const { rule } = planned;
  const long = rule.side === 'LONG';
  const tick = decimals[entry] as number;
  const openRate = freqtradeEntry(market, entry);
  const stop = new MovingStop(planned, openRate, tick);
  const last = open.length - 1;
  const holdEnd = maxHold > 0 ? entry + maxHold : last + 1;
  let order = Number.NaN;
  let placedAtMs = 0;
  let reason = FORCE_EXIT;
  for (let candle = entry; candle <= last; candle += 1) {
    const timeMs = openTimeMs[candle] as number;
    const worst = (long ? low[candle] : high[candle]) as number;
    const best = (long ? high[candle] : low[candle]) as number;
    const profit = rule.leverage * profitRatio(rule.side, { open: openRate, close: best }, rule.fee);
    if (timeMs - placedAtMs >= ORDER_LIFE_MS) order = Number.NaN;
    stop.follow({ best, worst, profit });
    const minutes = Math.floor((timeMs - (openTimeMs[entry] as number)) / 60_000);
    const target = targetAt(planned, minutes);
    const over = candle >= holdEnd;
    const stopped = long ? stop.price >= worst : stop.price <= worst;
    const reached = profit >= target.reachedAt;
    if (!over && !stopped && !reached && Number.isNaN(order)) continue;
    const at = { entry, candle };
    const asked = [
      { rate: over ? nearestTick(open[candle] as number, tick) : undefined, why: MAX_HOLD },
      { rate: stopped && !stop.moved ? stopRate(market, at, { long, price: stop.price }) : undefined, why: STOP_LOSS },
      { rate: reached ? plannedTargetRate(market, at, { planned, target, minutes }) : undefined, why: ROI },
      { rate: stopped && stop.moved ? movedStopRate(market, at, { planned, stop }) : undefined, why: TRAILING_STOP },
    ];
    for (const { rate, why } of asked) {
      if (rate === undefined) continue;
      reason = why;
      if (rate === order) continue;
      order = rate;
      placedAtMs = timeMs;
      break;
    }
    if (fillsIn(candles, candle, order)) return { candle, rate: order, reason };
  }
  return { candle: last, rate: nearestTick(open[last] as number, tick), reason: FORCE_EXIT };
}

interface At {
  readonly entry: number;
  readonly candle: number;
}

/** A target's rate; one that comes into force with this very candle, and which its open is beyond already, is filled at the open (B, _get_close_rate_for_roi). */
function plannedTargetRate(
  market: TickedCandles,
  at: At,
  of: { readonly planned: PlannedRule; readonly target: TargetRule; readonly minutes: number },
): number | undefined {
  const { candles, decimals } = market;
  const { rule } = of.planned;
  const long = rule.side === 'LONG';
  const openRate = freqtradeEntry(market, at.entry);
  const price = targetPrice({ ...rule, targetRatio: of.target.targetRatio }, openRate);
  const open = candles.open[at.candle] as number;
  const isNew =
    of.minutes > 0 && of.minutes === of.target.minutes && of.target.minutes % (candles.timeframeMs / 60_000) === 0;
  if (isNew && (long ? open > price : open < price)) return nearestTick(open, decimals[at.entry] as number);
  return targetRate(market, at, { long, price, openRate });
}

/**
 * The rate of a stop that has moved. In the entry candle the price is taken to have just armed it and to have turned at once, never outside the candle;
 * that freqtrade does not divide the offset by the leverage there is its own way (B, _get_close_rate_for_stoploss).
 */
function movedStopRate(
  market: TickedCandles,
  at: At,
  { planned, stop }: { readonly planned: PlannedRule; readonly stop: MovingStop },
): number {
  const { candles, decimals } = market;
  const { rule, trailing, breakEven } = planned;
  const long = rule.side === 'LONG';
  const high = candles.high[at.candle] as number;
  const low = candles.low[at.candle] as number;
  const isBeyond = long ? stop.price > high : stop.price < low;
  if (isBeyond || (candles.openTimeMs[at.candle] as number) - (candles.openTimeMs[at.entry] as number) >= 60_000)
    return stopRate(market, at, { long, price: stop.price });
  const open = candles.open[at.candle] as number;
  const way = long ? 1 : -1;
  const asked =
    breakEven === null && trailing?.onlyOffset === true
      ? open * (1 + way * trailing.offset.ratio - way * (trailing.distance / rule.leverage))
      : open * (1 - way * (stop.distance / rule.leverage));
  return nearestTick(long ? Math.max(low, asked) : Math.min(high, asked), decimals[at.entry] as number);
}
