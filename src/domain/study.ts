// A study: one search for exit levels, its figures, its verdict. Figures named ...Pct are percent; nothing is rounded here.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { CandleReport, Side } from '#domain/market.ts';

export type StudyState = 'QUEUED' | 'RUNNING' | 'COMPLETE' | 'FAILED' | 'CANCELLED';
/**
 * Which points of the space are judged: EXACT and GRID every one (EXACT in one pass over the candles), RANDOM and TPE as many as `trials` says, chosen
 * blindly or from what earlier trials earned.
 */
export type Sampler = 'EXACT' | 'GRID' | 'RANDOM' | 'TPE';
/** When a trial that looks hopeless is given up before its last fold; for RANDOM and TPE. */
export type Pruner = 'NONE' | 'MEDIAN' | 'HYPERBAND' | 'WILCOXON';
/** How orders fill: never better than could be had, or as freqtrade's backtesting has it, release 2026.9. */
export type Fills = 'CONSERVATIVE' | 'FREQTRADE';
export type Objective = 'NET_PROFIT' | 'EXPECTANCY' | 'PROFIT_FACTOR' | 'SHARPE' | 'SORTINO' | 'CALMAR' | 'WIN_RATE';
/** What a fold trains on: all before its test span, or the one span before it. */
export type WalkForwardKind = 'ANCHORED' | 'ROLLING';
/** `trailing_stop_loss`: by a stop that had moved since the trade opened. */
export type ExitReason = 'stop_loss' | 'roi' | 'max_hold' | 'force_exit' | 'trailing_stop_loss';

/** Levels from `min` to `max` in steps, percent, both ends included; either end may be given first. */
export interface LevelRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/**
 * What may be searched beside stop and target. `maxHold` counts candles, `roi1After` and its like minutes, each from the target before; `onlyOffset` is
 * 0 or 1; all others are percent.
 */
export const DIMENSION_NAMES = [
  'maxHold',
  'trailing',
  'trailingBeyond',
  'onlyOffset',
  'breakEven',
  'roi1After',
  'roi1',
  'roi2After',
  'roi2',
  'roi3After',
  'roi3',
] as const;
export type DimensionName = (typeof DIMENSION_NAMES)[number];

/** A further dimension of the space: values from `min` to `max` in steps, both ends included; either end may be given first. */
export interface Dimension extends LevelRange {
  readonly name: DimensionName;
}

/** All that decides a study's figures beside its candles, entries and incumbent. */
export interface StudySpec {
  readonly pair: string;
  readonly timeframe: string;
  /** null: both sides. */
  readonly side: Side | null;
  readonly sampler: Sampler;
  /** How many points RANDOM and TPE judge; null for EXACT and GRID, which judge them all. */
  readonly trials: number | null;
  readonly pruner: Pruner;
  readonly objective: Objective;
  readonly fills: Fills;
  /** Per side, percent. */
  readonly feePct: number;
  /** Candles; the embargo's length, so at least 1. With a dimension of this name the greatest of its values. */
  readonly maxHold: number;
  readonly seed: number;
  readonly stop: LevelRange;
  readonly target: LevelRange;
  /** Further dimensions, each named once; none: stop and target alone. */
  readonly space: readonly Dimension[];
  /** from <= time < to cuts candles and signals; null: no cut. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly folds: number;
  readonly walkForward: WalkForwardKind;
  /** A cell with fewer trades has no objective. */
  readonly minTrades: number;
  readonly minOosTrades: number;
  readonly minTestDays: number;
  readonly pboMax: number;
  /** Of the overfitting test's splits at most this share may lose out of sample, 0..1. */
  readonly lossShareMax: number;
  /** The interval of this confidence for the expectancy out of sample must lie above 0; 0.5 to below 1. */
  readonly confidence: number;
  /** The winner must also earn with fees this many times as high, at least 1. */
  readonly feeStress: number;
  /** Publish the winner when it is validated. */
  readonly publish: boolean;
}

/** Counts by exit reason. */
export interface Exits {
  readonly stopLoss: number;
  readonly roi: number;
  readonly maxHold: number;
  readonly forceExit: number;
  /** By stops that had moved; absent: none did. */
  readonly trailingStopLoss?: number;
}

/** Figures of a set of trades, unrounded; a figure that does not exist is null, never 0 or Infinity. */
export interface Metrics {
  readonly trades: number;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  readonly expectancyPct: number | null;
  readonly netProfitPct: number | null;
  readonly avgWinPct: number | null;
  readonly avgLossPct: number | null;
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly calmar: number | null;
  readonly maxDrawdownPct: number | null;
  readonly avgBars: number | null;
  readonly exits: Exits;
}

/** The values of the further dimensions that were searched, by name; absent where none was. */
export interface Chosen {
  readonly space?: Readonly<Partial<Record<DimensionName, number>>>;
}

export interface Candidate extends ExitLevels, Chosen {
  readonly objective: number;
  readonly metrics: Metrics;
}

export interface Fold extends ExitLevels, Chosen {
  readonly trainFromMs: number;
  readonly trainToMs: number;
  readonly testFromMs: number;
  readonly testToMs: number;
  readonly inSample: Metrics;
  readonly outOfSample: Metrics;
}

/** One condition of the verdict as one sentence with its numbers. */
export interface Condition {
  readonly name: string;
  readonly passed: boolean;
  readonly sentence: string;
}

/** An interval for the mean profit of one trade, percent: the mean lies within it with a chance of `confidence`, below and above it with equal ones. */
export interface ExpectancyInterval {
  readonly lowerPct: number;
  readonly upperPct: number;
  readonly confidence: number;
  /** Trades that were drawn together. */
  readonly blockTrades: number;
}

export interface Validation {
  /** Oldest first. */
  readonly folds: readonly Fold[];
  readonly outOfSample: Metrics;
  readonly pbo: number | null;
  /**
   * Beside pbo, of the same splits: the slope of the best cell's mean profit out of sample on that in sample, and how often it does not earn out of
   * sample. null: too few entries, or nothing to draw a line through.
   */
  readonly slope: number | null;
  readonly lossShare: number | null;
  /** Of the expectancy out of sample; null without trades. */
  readonly interval: ExpectancyInterval | null;
  /** The tests again with fees `feeStress` times as high; null: of an older release, which did not measure it. */
  readonly stressed: Metrics | null;
  readonly conditions: readonly Condition[];
  readonly warnings: readonly string[];
}

export interface EntryReport {
  readonly count: number;
  readonly long: number;
  readonly short: number;
  readonly skipped: number;
  readonly source: 'file' | 'hub' | 'every_candle';
}

/**
 * The whole stop x target plane; row per stop, nearest zero first; null where a cell has no objective or was not judged. `values` are unrounded.
 * Of a space with further dimensions it is the plane through the best point.
 */
export interface Plane {
  readonly stops: readonly number[];
  readonly targets: readonly number[];
  readonly trades: readonly (readonly number[])[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** What a search found; its plane is kept apart. */
export interface StudyResult {
  readonly candles: CandleReport;
  readonly entries: EntryReport;
  /** Number of points judged. */
  readonly trials: number;
  readonly best: Candidate;
  readonly peak: Candidate;
  readonly fallback: Metrics;
  readonly incumbent: Metrics | null;
  readonly validation: Validation;
  readonly validated: boolean;
  /**
   * The levels served now, with their figures over all entries, where they stand: the winner fails for not beating them alone, and they meet every other
   * condition themselves. Absent: they do not, or may not be published anew.
   */
  readonly standing?: Candidate;
}

/** What a winner has to beat, position level. */
export interface Rivals {
  /** What is served when nothing better is known. */
  readonly fallback: ExitLevels;
  /** What is published for the pair; null: nothing is. */
  readonly incumbent: ExitLevels | null;
  /** Whether the incumbent is a validated record of exactly this pair and side, and so may be published anew; absent: no. */
  readonly renewable?: boolean;
}

/** A study as journaled. Times in epoch ms. */
export interface Study {
  readonly id: string;
  readonly spec: StudySpec;
  /** As of its start, and so for a run that takes it up again; absent: not started, or by an older release. */
  readonly rivals?: Rivals;
  /** What tells whether its candles and entries have changed since; absent: not read yet, or of a study with a file of entries. */
  readonly basis?: string;
  /** The pairs that were searched with it and may have lent to it, this one among them; absent: it was searched alone. */
  readonly together?: readonly string[];
  readonly state: StudyState;
  /** 0..1 */
  readonly progress: number;
  /** An estimate of what is left while it runs, as of the last save; absent: not running, or not known yet. */
  readonly remainingMs?: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly result: StudyResult | null;
  /** Whether its winner was. */
  readonly published: boolean;
  /** Whether the levels served before were published anew instead; absent: no. */
  readonly renewed?: boolean;
  readonly error: string | null;
}
