// Walk-forward: each fold's levels, chosen on its training range alone, meet its test range; the tests joined are what the procedure earned unseen.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Candles } from '#domain/market.ts';
import type { Fold, Metrics, StudySpec } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
import { type Entries, firstAtOrAfter } from './entries.ts';
import { daysWithin, type FoldSpan, foldSpans } from './folds.ts';
import { DAY_MS, metricsOf, wholeDays } from './metrics.ts';
import { type SimulatedTrades, simulate } from './simulate.ts';
import { entriesWithin, joinEntries, joinTrades } from './trades.ts';

/** A fold whose ranges both hold entries. Its training entries are the first `trainEntries` of all. */
export interface PlannedFold extends FoldSpan {
  /** From 1. */
  readonly number: number;
  readonly trainEntries: number;
  readonly trainDays: number;
  readonly testDays: number;
  /** Test entries: from <= index < to. */
  readonly testFrom: number;
  readonly testTo: number;
}

/** The folds of a period that can be judged, and a warning for each that cannot. */
export interface FoldPlan {
  readonly folds: readonly PlannedFold[];
  readonly warnings: readonly string[];
}

/** Plans the folds of `entries` (ascending by candle) over `candles`. */
export function planFolds(
  candles: Candles,
  entries: Entries,
  rule: { readonly folds: number; readonly maxHold: number },
): FoldPlan {
  const times = candles.openTimeMs;
  const entryTimes = Float64Array.from(entries.candle, (candle) => times[candle] as number);
  const folds: PlannedFold[] = [];
  const warnings: string[] = [];
  foldSpans(candles, rule).forEach((span, index) => {
    const number = index + 1;
    const trainEntries = firstAtOrAfter(entryTimes, span.trainToMs);
    const testFrom = firstAtOrAfter(entryTimes, span.testFromMs);
    const testTo = firstAtOrAfter(entryTimes, span.testToMs);
    if (trainEntries === 0) warnings.push(dropped(number, 'no entries to train on before', span.trainToMs));
    else if (testFrom === testTo) warnings.push(dropped(number, 'no entries to test on from', span.testFromMs));
    else {
      const trainDays = daysWithin(times, span.trainFromMs, span.trainToMs);
      const testDays = daysWithin(times, span.testFromMs, span.testToMs);
      folds.push({ ...span, number, trainEntries, trainDays, testDays, testFrom, testTo });
    }
  });
  return { folds, warnings };
}

/** The warning for a fold that is left out. */
export function dropped(fold: number, why: string, timeMs: number): string {
  return `fold ${fold} is dropped: ${why} ${isoTime(timeMs)}`;
}

/** What the folds earned with their own levels on entries they had not seen. */
export interface WalkForward {
  readonly folds: readonly Fold[];
  /** All test trades joined. */
  readonly outOfSample: Metrics;
  /** Whole days of the test spans together; may be 0. */
  readonly testDays: number;
  /** Figures of other levels on exactly the same test entries. */
  readonly measure: (levels: ExitLevels) => Metrics;
}

/** How trades are replayed. */
export type Replay = (entries: Entries, levels: ExitLevels) => SimulatedTrades;

/** Replays entries of `candles` by the fills, the fee and the longest hold of a study. */
export function replayer(candles: Candles, rule: Pick<StudySpec, 'fills' | 'feePct' | 'maxHold'>): Replay {
  return (entries, levels) => simulate({ ...rule, candles, entries, levels, leverage: 1, oneAtATime: false }).trades;
}

/** Runs `chosen` folds, each with the levels its training range chose. */
export function walkForward(
  chosen: readonly { readonly fold: PlannedFold; readonly levels: ExitLevels }[],
  entries: Entries,
  replay: Replay,
): WalkForward {
  const first = chosen[0]?.fold;
  const last = chosen.at(-1)?.fold;
  const days = first === undefined || last === undefined ? 1 : wholeDays(first.testFromMs, last.testToMs);
  const tests = chosen.map(({ fold, levels }) => replay(entriesWithin(entries, fold.testFrom, fold.testTo), levels));
  const testEntries = joinEntries(chosen.map(({ fold }) => entriesWithin(entries, fold.testFrom, fold.testTo)));
  const testMs = chosen.reduce((sum, { fold }) => sum + fold.testToMs - fold.testFromMs, 0);
  return {
    folds: chosen.map(({ fold, levels }, index) => ({
      trainFromMs: fold.trainFromMs,
      trainToMs: fold.trainToMs,
      testFromMs: fold.testFromMs,
      testToMs: fold.testToMs,
      ...levels,
      inSample: metricsOf(replay(entriesWithin(entries, 0, fold.trainEntries), levels), fold.trainDays),
      outOfSample: metricsOf(tests[index] as SimulatedTrades, fold.testDays),
    })),
    outOfSample: metricsOf(joinTrades(tests), days),
    testDays: Math.floor(testMs / DAY_MS),
    measure: (levels) => metricsOf(replay(testEntries, levels), days),
  };
}
