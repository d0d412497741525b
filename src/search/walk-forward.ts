// Walk-forward: each fold's levels, chosen on its training range alone, meet its test range; the tests joined are what the procedure earned unseen.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Candles } from '#domain/market.ts';
import type { Chosen, Fold, Metrics, StudySpec } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
import { planAt } from './axes.ts';
import type { BootstrapTrades } from './bootstrap.ts';
import { type Entries, firstAtOrAfter } from './entries.ts';
import { daysWithin, type FoldRule, type FoldSpan, foldSpans } from './folds.ts';
import { exitRule, profitRatio } from './levels.ts';
import { DAY_MS, metricsOf, wholeDays } from './metrics.ts';
import { type SimulatedTrades, simulate } from './simulate.ts';
import { entriesWithin, joinEntries, joinTrades } from './trades.ts';

/** A fold whose ranges both hold entries. */
export interface PlannedFold extends FoldSpan {
  /** From 1. */
  readonly number: number;
  /** Training entries: from <= index < to. */
  readonly trainFrom: number;
  readonly trainTo: number;
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
export function planFolds(candles: Candles, entries: Entries, rule: FoldRule): FoldPlan {
  const times = candles.openTimeMs;
  const entryTimes = Float64Array.from(entries.candle, (candle) => times[candle] as number);
  const folds: PlannedFold[] = [];
  const warnings: string[] = [];
  foldSpans(candles, rule).forEach((span, index) => {
    const number = index + 1;
    const trainFrom = firstAtOrAfter(entryTimes, span.trainFromMs);
    const trainTo = firstAtOrAfter(entryTimes, span.trainToMs);
    const testFrom = firstAtOrAfter(entryTimes, span.testFromMs);
    const testTo = firstAtOrAfter(entryTimes, span.testToMs);
    if (trainFrom >= trainTo) warnings.push(dropped(number, 'no entries to train on before', span.trainToMs));
    else if (testFrom === testTo) warnings.push(dropped(number, 'no entries to test on from', span.testFromMs));
    else {
      const trainDays = daysWithin(times, span.trainFromMs, span.trainToMs);
      const testDays = daysWithin(times, span.testFromMs, span.testToMs);
      folds.push({ ...span, number, trainFrom, trainTo, trainDays, testDays, testFrom, testTo });
    }
  });
  return { folds, warnings };
}

/** The warning for a fold that is left out. */
export function dropped(fold: number, why: string, timeMs: number): string {
  return `fold ${fold} is dropped: ${why} ${isoTime(timeMs)}`;
}

/** Levels, and the values of further dimensions where some were searched. */
export type Point = ExitLevels & Chosen;

/** What the folds earned with their own levels on entries they had not seen. */
export interface WalkForward {
  readonly folds: readonly Fold[];
  /** All test trades joined. */
  readonly outOfSample: Metrics;
  /** The same trades for those who draw from them. */
  readonly trades: BootstrapTrades;
  /** Whole days of the test spans together; may be 0. */
  readonly testDays: number;
  /** Figures of other levels on exactly the same test entries. */
  readonly measure: (levels: ExitLevels) => Metrics;
  /** Figures of the same tests and levels, replayed otherwise. */
  readonly again: (replay: Replay) => Metrics;
}

/** How trades are replayed. */
export type Replay = (entries: Entries, levels: Point) => SimulatedTrades;

/** Replays entries of `candles` by the fills, the fee and the longest hold of a study. */
export function replayer(candles: Candles, rule: Pick<StudySpec, 'fills' | 'feePct' | 'maxHold'>): Replay {
  return (entries, levels) => {
    const maxHold = levels.space?.maxHold ?? rule.maxHold;
    const plan = planAt(levels.space);
    return simulate({ ...rule, maxHold, plan, candles, entries, levels, leverage: 1, oneAtATime: false }).trades;
  };
}

/** Runs `chosen` folds, each with the levels its training range chose. `feePct` is that of `replay`. */
export function walkForward(
  chosen: readonly { readonly fold: PlannedFold; readonly levels: Point }[],
  entries: Entries,
  { replay, feePct }: { readonly replay: Replay; readonly feePct: number },
): WalkForward {
  const first = chosen[0]?.fold;
  const last = chosen.at(-1)?.fold;
  const days = first === undefined || last === undefined ? 1 : wholeDays(first.testFromMs, last.testToMs);
  const testOf = (fold: PlannedFold) => entriesWithin(entries, fold.testFrom, fold.testTo);
  const tested = (how: Replay) => chosen.map(({ fold, levels }) => how(testOf(fold), levels));
  const tests = tested(replay);
  const joined = joinTrades(tests);
  const testEntries = joinEntries(chosen.map(({ fold }) => testOf(fold)));
  const testMs = chosen.reduce((sum, { fold }) => sum + fold.testToMs - fold.testFromMs, 0);
  return {
    folds: chosen.map(({ fold, levels }, index) => ({
      trainFromMs: fold.trainFromMs,
      trainToMs: fold.trainToMs,
      testFromMs: fold.testFromMs,
      testToMs: fold.testToMs,
      ...levels,
      inSample: metricsOf(replay(entriesWithin(entries, fold.trainFrom, fold.trainTo), levels), fold.trainDays),
      outOfSample: metricsOf(tests[index] as SimulatedTrades, fold.testDays),
    })),
    outOfSample: metricsOf(joined, days),
    trades: {
      ...joined,
      atStop: Float64Array.from(
        chosen.flatMap(({ levels }, index) => stopLosses((tests[index] as SimulatedTrades).short, levels, feePct)),
      ),
    },
    testDays: Math.floor(testMs / DAY_MS),
    measure: (levels) => metricsOf(replay(testEntries, levels), days),
    again: (how) => metricsOf(joinTrades(tested(how)), days),
  };
}

/** What each trade would lose at its stop's own price, negative ratios. */
function stopLosses(short: Uint8Array, levels: ExitLevels, feePct: number): readonly number[] {
  const [long, shorted] = (['LONG', 'SHORT'] as const).map((side) => {
    const { stopFactor, fee } = exitRule(levels, { side, leverage: 1, feePct });
    return profitRatio(side, { open: 1, close: stopFactor }, fee);
  });
  return Array.from(short, (isShort) => (isShort === 1 ? shorted : long) as number);
}
