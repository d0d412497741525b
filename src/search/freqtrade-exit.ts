// One trade with the fills of freqtrade's backtesting, release 2026.9, oddities included: prices have a step, and an exit is an order that may have to
// wait. Sources are files of freqtrade: B = optimize/backtesting.py, T = persistence/trade_model.py.
import type { Candles } from '#domain/market.ts';
import { type Exit, FORCE_EXIT, MAX_HOLD, type OpenTrade, ROI, STOP_LOSS } from './exit.ts';
import { type ExitRule, profitRatio, targetPrice } from './levels.ts';
import { enteredTick, nearestTick, tickAbove, tickBelow } from './tick-rounding.ts';

/** Candles without holes, and the step of prices for trades that open in each of them (`tickDecimals`). */
export interface TickedCandles {
  readonly candles: Candles;
  readonly decimals: Int16Array;
}

/** An unfilled exit order is forgotten by a candle that starts this long after it was placed: freqtrade's default `unfilledtimeout.exit`. */
export const ORDER_LIFE_MS = 600_000;

/** The rate a trade opens at: the open at the nearest step (T, recalc_trade_from_orders). */
export function freqtradeEntry({ candles, decimals }: TickedCandles, entry: number): number {
  return enteredTick(candles.open[entry] as number, decimals[entry] as number);
}

/** The stop of a trade opened at the rate `open`: rounded up for longs and down for shorts, towards the entry (T, adjust_stop_loss). */
export function freqtradeStop(rule: Pick<ExitRule, 'side' | 'stopFactor'>, open: number, decimals: number): number {
  const stop = open * rule.stopFactor;
  return rule.side === 'LONG' ? tickAbove(stop, decimals) : tickBelow(stop, decimals);
}

/**
 * The rate of a stop triggered in `candle`: the stop itself, even when the candle opened beyond it, which is better than could be had; the open only
 * when the whole candle lies beyond (B, _get_close_rate_for_stoploss).
 */
export function stopRate(
  { candles, decimals }: TickedCandles,
  at: { entry: number; candle: number },
  stop: Stop,
): number {
  const beyond = stop.long
    ? stop.price > (candles.high[at.candle] as number)
    : stop.price < (candles.low[at.candle] as number);
  return beyond ? nearestTick(candles.open[at.candle] as number, decimals[at.entry] as number) : stop.price;
}

/** A stop's price and whose it is. */
export interface Stop {
  readonly long: boolean;
  readonly price: number;
}

/**
 * The rate of a target reached in `candle`, or undefined when freqtrade refuses it: the target's price, not outside the candle. Refused in an entry
 * candle that turned against the trade, when the trade opened at a rounded rate better than the open and the target lies beyond the close: the price
 * cannot have been there after the entry (B, _get_close_rate_for_roi, freqtrade's issue 6261).
 */
export function targetRate(
  { candles, decimals }: TickedCandles,
  at: { entry: number; candle: number },
  target: { readonly long: boolean; readonly price: number; readonly openRate: number },
): number | undefined {
  const { price, openRate } = target;
  if (at.candle === at.entry) {
    const open = candles.open[at.candle] as number;
    const close = candles.close[at.candle] as number;
    const refused = target.long
      ? open > close && openRate < open && price > close
      : open < close && openRate > open && price < close;
    if (refused) return undefined;
  }
  const low = candles.low[at.candle] as number;
  const high = candles.high[at.candle] as number;
  return nearestTick(Math.min(Math.max(price, low), high), decimals[at.entry] as number);
}

/** Whether an order at `rate` fills in `candle`. A rounded rate may lie outside it. */
export function fillsIn({ low, high }: Candles, candle: number, rate: number): boolean {
  return (low[candle] as number) <= rate && rate <= (high[candle] as number);
}

/**
 * Where `trade` leaves. In each candle a waiting order is first forgotten if it is too old; then a hold that is over, the stop and the target are
 * looked at in this order, and the first that asks for a rate other than the waiting order's replaces it. One that asks for the same rate leaves
 * the order but names the reason, and the next one is looked at (B, _exit_trade, handle_similar_order, _check_trade_exit). Then the order fills if
 * its rate lies in the candle, whatever placed it.
 *
 * freqtrade has no longest hold of its own; here it acts as its custom_exit would, in every candle from the last one on. A trade whose last rate lies
 * outside the last candle is missing in freqtrade's report; here it leaves there all the same.
 */
export function freqtradeExit(market: TickedCandles, trade: OpenTrade, rule: ExitRule): Exit {
  const { candles, decimals } = market;
  const { openTimeMs, open, high, low } = candles;
  const { entry, maxHold } = trade;
  const long = rule.side === 'LONG';
  const tick = decimals[entry] as number;
  const openRate = freqtradeEntry(market, entry);
  const stop = { long, price: freqtradeStop(rule, openRate, tick) };
  const target = { long, openRate, price: targetPrice(rule, openRate) };
  const last = open.length - 1;
  const holdEnd = maxHold > 0 ? entry + maxHold : last + 1;
  let order = Number.NaN;
  let placedAtMs = 0;
  let reason = FORCE_EXIT;
  for (let candle = entry; candle <= last; candle += 1) {
    const timeMs = openTimeMs[candle] as number;
    const worst = (long ? low[candle] : high[candle]) as number;
    const best = (long ? high[candle] : low[candle]) as number;
    const over = candle >= holdEnd;
    const stopped = long ? stop.price >= worst : stop.price <= worst;
    const reached = rule.leverage * profitRatio(rule.side, { open: openRate, close: best }, rule.fee) >= rule.reachedAt;
    if (timeMs - placedAtMs >= ORDER_LIFE_MS) order = Number.NaN;
    if (!over && !stopped && !reached && Number.isNaN(order)) continue;
    const at = { entry, candle };
    const asked = [
      { rate: over ? nearestTick(open[candle] as number, tick) : undefined, why: MAX_HOLD },
      { rate: stopped ? stopRate(market, at, stop) : undefined, why: STOP_LOSS },
      { rate: reached ? targetRate(market, at, target) : undefined, why: ROI },
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
