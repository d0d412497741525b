// The price step of freqtrade's backtesting (2026.9, data/btanalysis/historic_precision.py): it asks the candles, not the exchange, and asks them by
// month. This step is the one figure of a simulation that may look at later candles: those of the entry's own month.
import type { Candles } from '#domain/market.ts';

/** Stands for "no step": nothing is rounded. */
export const NO_TICK = -1;

/** freqtrade writes each price with this many significant digits before it counts decimals: 0.09140000000000001 has 4. */
const DIGITS = 14;

/**
 * For every candle the decimals of the price step of trades that open in it: the most decimals of any open, high, low and close of its UTC calendar
 * month. A month of whole numbers takes the nearest earlier month's; `NO_TICK` when there is none.
 */
export function tickDecimals(candles: Candles): Int16Array {
  const known = KNOWN.get(candles) ?? countedDecimals(candles);
  KNOWN.set(candles, known);
  return known;
}

/** Candles never change, and a study replays the same ones thousands of times. */
const KNOWN = new WeakMap<Candles, Int16Array>();

function countedDecimals(candles: Candles): Int16Array {
  const { openTimeMs } = candles;
  const decimals = new Int16Array(openTimeMs.length);
  let known = NO_TICK;
  for (let first = 0; first < decimals.length; ) {
    const ends = nextMonth(openTimeMs[first] as number);
    let end = first;
    while (end < decimals.length && (openTimeMs[end] as number) < ends) end += 1;
    const most = mostDecimals(candles, first, end);
    if (most > 0) known = most;
    decimals.fill(known, first, end);
    first = end;
  }
  return decimals;
}

function nextMonth(timeMs: number): number {
  const time = new Date(timeMs);
  return Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 1);
}

function mostDecimals(candles: Candles, from: number, to: number): number {
  let most = 0;
  let scale = 1;
  for (const column of [candles.open, candles.high, candles.low, candles.close]) {
    for (let index = from; index < to; index += 1) {
      const price = column[index] as number;
      // So near to a multiple of the step that 14 digits cannot tell it from one: it has no more decimals.
      const steps = price * scale;
      if (Math.abs(steps - Math.round(steps)) <= 1e-15 * steps) continue;
      most = Math.max(most, decimalsOf(price));
      scale = 10 ** most;
    }
  }
  return most;
}

/** Decimals of `price` written with at most 14 significant digits, without zeros at the end. */
export function decimalsOf(price: number): number {
  const [mantissa = '0', power = '0'] = price.toExponential(DIGITS - 1).split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '').length;
  return Math.max(0, digits - 1 - Number(power));
}
