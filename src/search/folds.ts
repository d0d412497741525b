// Walk-forward folds in time: each trains before its test span, less an embargo of the longest hold, so that no training trade reaches into the test.
import type { Candles } from '#domain/market.ts';
import type { StudySpec } from '#domain/study.ts';
import { firstAtOrAfter } from './entries.ts';
import { wholeDays } from './metrics.ts';

/** One train/test split; ranges are half-open, epoch ms. An entry belongs to the range its candle opens in. */
export interface FoldSpan {
  readonly trainFromMs: number;
  readonly trainToMs: number;
  readonly testFromMs: number;
  readonly testToMs: number;
}

/** How a period becomes folds. */
export type FoldRule = Pick<StudySpec, 'folds' | 'maxHold' | 'walkForward'>;

/**
 * The period of the candles cut into `folds` + 1 equal spans; fold k tests on span k + 1. Anchored it trains on all spans before, rolling on the one
 * before alone: the tests are the same, so the two can be compared.
 */
export function foldSpans(candles: Candles, rule: FoldRule): readonly FoldSpan[] {
  const { openTimeMs, timeframeMs } = candles;
  const start = openTimeMs[0];
  const lastOpen = openTimeMs.at(-1);
  if (start === undefined || lastOpen === undefined) throw new Error('folds of no candles');
  const timeframes = Math.ceil((lastOpen + timeframeMs - start) / timeframeMs);
  const border = (k: number) => start + Math.floor((k * timeframes) / (rule.folds + 1)) * timeframeMs;
  return Array.from({ length: rule.folds }, (_, index) => ({
    trainFromMs: rule.walkForward === 'ROLLING' ? border(index) : start,
    trainToMs: border(index + 1) - rule.maxHold * timeframeMs,
    testFromMs: border(index + 1),
    testToMs: border(index + 2),
  }));
}

/** D of a range: whole days from the first to the last candle that opens in it, at least 1. */
export function daysWithin(openTimeMs: Float64Array, fromMs: number, toMs: number): number {
  const first = openTimeMs[firstAtOrAfter(openTimeMs, fromMs)];
  const last = openTimeMs[firstAtOrAfter(openTimeMs, toMs) - 1];
  return first === undefined || last === undefined || last < first ? 1 : wholeDays(first, last);
}
