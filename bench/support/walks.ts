// Markets made of a seed, to measure a verdict on: walks that hold nothing at all, and walks with an edge of a known size after each signal.
import type { Candles, HistoricalSignal, Side } from '#domain/market.ts';
import { rng } from '../../test/support/random-market.ts';

/** What a market is like. Every market has as much chance to rise as to fall but where `edge` says otherwise. */
export interface Walk {
  readonly name: string;
  readonly timeframe: '5m' | '15m' | '1h';
  readonly count: number;
  /** Standard deviation of a candle's return, a fraction. */
  readonly volatility: number;
  /** FAT: returns of a Student t with 3 degrees of freedom; CLUSTERED: calm and wild weeks take turns. */
  readonly tails: 'NORMAL' | 'FAT' | 'CLUSTERED';
  /** EVERY: an entry at every candle and side; otherwise the share of candles that carry a signal, in bursts when asked. */
  readonly entries: 'EVERY' | { readonly share: number; readonly sides: readonly Side[]; readonly bursts: boolean };
  readonly feePct: number;
  readonly maxHold: number;
  /**
   * The price's push towards the signal's side in each of the `candles` after a signal, in standard deviations of a candle. While it is pushed there
   * is no other signal, so that an edge is what it says; elsewhere the price has no drift.
   */
  readonly edge?: { readonly push: number; readonly candles: number };
}

const LENGTH_MS = { '5m': 300_000, '15m': 900_000, '1h': 3_600_000 };
/** Steps within a candle: its high and low are places the walk has been. */
const STEPS = 10;

/** Candles and signals (null: every candle) of `walk` for `seed`. */
export function marketOf(walk: Walk, seed: number): { candles: Candles; signals: readonly HistoricalSignal[] | null } {
  const { count, volatility, entries, edge } = walk;
  const random = rng(Math.imul(seed + 1, 0x9e3779b1) ^ count);
  const timeframeMs = LENGTH_MS[walk.timeframe];
  const column = () => new Float64Array(new SharedArrayBuffer(count * 8));
  const [openTimeMs, open, high, low, close, volume] = [column(), column(), column(), column(), column(), column()];
  const signals: HistoricalSignal[] = [];
  const push = new Float64Array(count + (edge?.candles ?? 0) + 1);
  let bursting = false;
  let pushedUntil = 0;
  let price = 100;
  let wild = 1;
  for (let index = 0; index < count; index += 1) {
    const timeMs = Date.UTC(2024, 0, 1) + index * timeframeMs;
    if (entries !== 'EVERY') {
      // In bursts a tenth of the time carries all signals.
      if (entries.bursts && random() < 1 / 50) bursting = random() < 0.1;
      const share = entries.bursts ? (bursting ? Math.min(1, 10 * entries.share) : 0) : entries.share;
      if (random() < share && index >= pushedUntil) {
        const side = entries.sides[Math.floor(random() * entries.sides.length)] as Side;
        signals.push({ timeMs, side });
        if (edge !== undefined) {
          pushedUntil = index + edge.candles;
          push.fill(side === 'LONG' ? edge.push : -edge.push, index, pushedUntil);
        }
      }
    }
    if (walk.tails === 'CLUSTERED' && random() < timeframeMs / 604_800_000) wild = Math.exp(1.2 * normal(random) - 0.7);
    const spread = volatility * wild * (walk.tails === 'FAT' ? 1 / Math.sqrt(gammaish(random)) / Math.sqrt(3) : 1);
    const step = spread / Math.sqrt(STEPS);
    const drift = (volatility * (push[index] as number)) / STEPS;
    openTimeMs[index] = timeMs;
    open[index] = price;
    let top = price;
    let bottom = price;
    for (let part = 0; part < STEPS; part += 1) {
      price *= Math.max(0.5, 1 + drift + step * normal(random));
      top = Math.max(top, price);
      bottom = Math.min(bottom, price);
    }
    close[index] = price;
    high[index] = top;
    low[index] = bottom;
    volume[index] = 1;
  }
  return {
    candles: { pair: 'BTC/USDT', timeframe: walk.timeframe, timeframeMs, openTimeMs, open, high, low, close, volume },
    signals: entries === 'EVERY' ? null : signals,
  };
}

/** About normal: the sum of six uniforms, made to a variance of 1. */
function normal(random: () => number): number {
  return Math.SQRT2 * (random() + random() + random() + random() + random() + random() - 3);
}

/** Chi-square of 3 degrees of freedom, divided by 3. */
function gammaish(random: () => number): number {
  const [a, b, c] = [normal(random), normal(random), normal(random)];
  return Math.max(0.02, (a * a + b * b + c * c) / 3);
}
