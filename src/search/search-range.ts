// The ranges of entries that sampled points are judged on, step by step: the whole period, and the training range of each fold. The steps are the folds of
// the range: it is cut into one span more than there are folds, and a step ends with each span from the second on.
import type { Choosing } from './choice.ts';
import { firstAtOrAfter } from './entries.ts';
import type { JudgedRange, StepEnd } from './evaluation.ts';
import { daysWithin } from './folds.ts';
import { BLOCKS, blockEnds } from './overfit.ts';
import { entriesWithin } from './trades.ts';
import type { PlannedFold } from './walk-forward.ts';

/** The whole period, with the blocks of the overfitting test. */
export function wholeRange(choosing: Choosing): JudgedRange {
  const { candles, entries, days } = choosing;
  const count = entries.candle.length;
  const fromMs = candles.openTimeMs[0] as number;
  const toMs = (candles.openTimeMs.at(-1) as number) + candles.timeframeMs;
  const ends = count < BLOCKS ? [] : blockEnds(count);
  return rangeOf(choosing, { from: 0, to: count, fromMs, toMs, days, blockEnds: ends });
}

/** What `fold` trains on. */
export function trainingRange(choosing: Choosing, fold: PlannedFold): JudgedRange {
  const { trainFrom, trainTo, trainFromMs, trainToMs, trainDays } = fold;
  const span = { from: trainFrom, to: trainTo, fromMs: trainFromMs, toMs: trainToMs, days: trainDays };
  return rangeOf(choosing, { ...span, blockEnds: [] });
}

interface Span {
  /** Entries: from <= index < to. */
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly days: number;
  readonly blockEnds: readonly number[];
}

function rangeOf({ spec, candles, entries }: Choosing, span: Span): JudgedRange {
  const own = entriesWithin(entries, span.from, span.to);
  const { openTimeMs, timeframeMs } = candles;
  const times = Float64Array.from(own.candle, (candle) => openTimeMs[candle] as number);
  const timeframes = Math.ceil((span.toMs - span.fromMs) / timeframeMs);
  const steps = Array.from({ length: spec.folds }, (_, step): StepEnd => {
    if (step === spec.folds - 1) return { to: own.candle.length, days: span.days };
    const endMs = span.fromMs + Math.floor(((step + 2) * timeframes) / (spec.folds + 1)) * timeframeMs;
    return { to: firstAtOrAfter(times, endMs), days: daysWithin(openTimeMs, span.fromMs, endMs) };
  });
  return {
    entries: own,
    steps,
    alone: spec.pruner === 'WILCOXON',
    objective: spec.objective,
    minTrades: spec.minTrades,
    blockEnds: span.blockEnds,
  };
}
