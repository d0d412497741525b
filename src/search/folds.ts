// Walk-forward folds in time: each trains on everything before its test span, less an embargo of the longest hold, so that no training trade reaches into the test.
import type { Candles } from '#domain/market.ts';

/** One train/test split; ranges are half-open, epoch ms. An entry belongs to the range its candle opens in. */
export interface FoldSpan {
  readonly trainFromMs: number;
  readonly trainToMs: number;
  readonly testFromMs: number;
  readonly testToMs: number;
}

export const DAY_MS = 86_400_000;

/** The period of the candles cut into `folds` + 1 equal spans; fold k trains on the spans before span k + 1 and tests on it. */
export function foldSpans(
  candles: Candles,
  rule: { readonly folds: number; readonly maxHold: number },
): readonly FoldSpan[] {
  const { openTimeMs, timeframeMs } = candles;
  const start = openTimeMs[0];
  const lastOpen = openTimeMs.at(-1);
  if (start === undefined || lastOpen === undefined) throw new Error('folds of no candles');
  const timeframes = Math.ceil((lastOpen + timeframeMs - start) / timeframeMs);
  const border = (k: number) => start + Math.floor((k * timeframes) / (rule.folds + 1)) * timeframeMs;
  return Array.from({ length: rule.folds }, (_, index) => ({
    trainFromMs: start,
    trainToMs: border(index + 1) - rule.maxHold * timeframeMs,
    testFromMs: border(index + 1),
    testToMs: border(index + 2),
  }));
}

/** Index of the first candle that opens at `timeMs` or later; the number of candles when none does. */
export function candleFrom(openTimeMs: Float64Array, timeMs: number): number {
  let low = 0;
  let high = openTimeMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((openTimeMs[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** D of a span: whole days between two instants, at least 1. */
export function wholeDays(fromMs: number, toMs: number): number {
  return Math.max(1, Math.floor((toMs - fromMs) / DAY_MS));
}

/** D of a range: whole days from the first to the last candle that opens in it, at least 1. */
export function daysWithin(openTimeMs: Float64Array, fromMs: number, toMs: number): number {
  const first = openTimeMs[candleFrom(openTimeMs, fromMs)];
  const last = openTimeMs[candleFrom(openTimeMs, toMs) - 1];
  return first === undefined || last === undefined || last < first ? 1 : wholeDays(first, last);
}
