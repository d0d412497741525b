// Markets made of a seed: random walks with holes and overnight gaps, and one whose longs hold a planted edge.
import type { Candles } from '#domain/market.ts';

export type Rng = () => number;

/** Uniform in [0, 1), the same sequence for the same seed on every machine (mulberry32). */
export function rng(seed: number): Rng {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface MarketShape {
  readonly seed: number;
  readonly count: number;
  /** Size of a candle's move, a fraction. */
  readonly volatility?: number;
  /** Share of candles that open away from the last close. */
  readonly gapShare?: number;
  /** Share of candles that are missing. */
  readonly holeShare?: number;
  /** Decimals of prices. */
  readonly decimals?: number;
  /** Added to the move of candle `index`, a fraction. */
  readonly drift?: (index: number) => number;
  readonly timeframe?: '5m' | '1h' | '1d';
}

const LENGTH_MS = { '5m': 300_000, '1h': 3_600_000, '1d': 86_400_000 };

/** Steps within a candle: its high and low are places the walk has been, so that wicks hold no edge of their own. */
const STEPS = 12;

/** Candles of a random walk from 100, starting 2024-01-01. */
export function randomMarket(shape: MarketShape): Candles {
  const { seed, count, volatility = 0.01, gapShare = 0.1, holeShare = 0, decimals = 6, timeframe = '1h' } = shape;
  const random = rng(seed);
  const timeframeMs = LENGTH_MS[timeframe];
  const column = () => new Float64Array(new SharedArrayBuffer(count * 8));
  const candles = {
    openTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  const round = (price: number) => Number(Math.max(price, 0.01).toFixed(decimals));
  const move = () => volatility * (random() + random() + random() - 1.5);
  let timeMs = Date.UTC(2024, 0, 1);
  let price = 100;
  for (let index = 0; index < count; index += 1) {
    const open = random() < gapShare ? price * (1 + 2 * move()) : price;
    const drift = shape.drift?.(index) ?? 0;
    price = open;
    let high = open;
    let low = open;
    for (let step = 0; step < STEPS; step += 1) {
      price *= 1 + move() / Math.sqrt(STEPS) + drift / STEPS;
      high = Math.max(high, price);
      low = Math.min(low, price);
    }
    candles.openTimeMs[index] = timeMs;
    candles.open[index] = round(open);
    candles.close[index] = round(price);
    candles.high[index] = round(high);
    candles.low[index] = round(low);
    candles.volume[index] = 1;
    timeMs += timeframeMs * (random() < holeShare ? 1 + Math.ceil(random() * 5) : 1);
  }
  return { pair: 'BTC/USDT', timeframe, timeframeMs, ...candles };
}
