// Markets that make freqtrade's rules show: a month's end with a finer price step behind it, prices with binary noise, holes, gaps.
import type { Candles } from '#domain/market.ts';
import { type MarketShape, randomMarket, rng } from './random-market.ts';

/** A random walk whose middle is the turn of a month: prices before it are rounded to `decimals`, those after it to three more, and some carry noise. */
export function hostileMarket(shape: MarketShape & { readonly noiseShare?: number }): Candles {
  const { seed, decimals = 1, noiseShare = 0 } = shape;
  const candles = randomMarket({ ...shape, decimals: 9 });
  const random = rng(seed + 1);
  const middle = candles.openTimeMs.length >> 1;
  const moved = Date.UTC(2024, 1, 1) - (candles.openTimeMs[middle] as number);
  const noisy = (price: number) => (random() < noiseShare ? price * (1 + 2 ** -52) : price);
  for (let index = 0; index < candles.openTimeMs.length; index += 1) {
    candles.openTimeMs[index] = (candles.openTimeMs[index] as number) + moved;
    const rounded = (column: Float64Array) =>
      noisy(Number((column[index] as number).toFixed(index < middle ? decimals : decimals + 3)));
    const open = rounded(candles.open);
    const close = rounded(candles.close);
    candles.high[index] = Math.max(open, close, rounded(candles.high));
    candles.low[index] = Math.min(open, close, rounded(candles.low));
    candles.open[index] = open;
    candles.close[index] = close;
  }
  return candles;
}
