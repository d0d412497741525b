// Figures of a set of trades at leverage 1. A figure that does not exist is null, never 0, NaN or Infinity.
import type { Exits, Metrics } from '#domain/study.ts';
import { FORCE_EXIT, MAX_HOLD, ROI, STOP_LOSS, TRAILING_STOP } from './exit.ts';

/** What the figures need of trades: columns of equal length, in any order (sums are added up in theirs). */
export interface TradeColumns {
  /** Position-level profit ratio after fees, unrounded. */
  readonly profit: Float64Array;
  readonly entryCandle: Int32Array;
  readonly exitCandle: Int32Array;
  /** Codes of simulate's EXIT_REASONS. */
  readonly reason: Uint8Array;
}

export const DAY_MS = 86_400_000;
const YEARLY = Math.sqrt(365);

/** Spreads below this count as none: sums of squares carry noise of about 1e-8. */
export const LEAST_SPREAD = 1e-6;

/** Whole days from `fromMs` to `toMs` (first to last candle of a period), at least 1: the D of the figures per day. */
export function wholeDays(fromMs: number, toMs: number): number {
  return Math.max(1, Math.floor((toMs - fromMs) / DAY_MS));
}

/** The figures of `trades` over `days` whole days. Unrounded. */
export function metricsOf(trades: TradeColumns, days: number): Metrics {
  const { profit } = trades;
  const count = profit.length;
  let sum = 0;
  let wins = 0;
  let sumWins = 0;
  let losses = 0;
  let sumLosses = 0;
  let sumSquaredLosses = 0;
  let bars = 0;
  for (let index = 0; index < count; index += 1) {
    const r = profit[index] as number;
    sum += r;
    bars += (trades.exitCandle[index] as number) - (trades.entryCandle[index] as number);
    if (r > 0) {
      wins += 1;
      sumWins += r;
    } else if (r < 0) {
      losses += 1;
      sumLosses += r;
      sumSquaredLosses += r * r;
    }
  }
  const exits = countExits(trades.reason);
  if (count === 0) return { ...NO_FIGURES, exits };
  const perDay = sum / days;
  const drawdown = drawdownOf(trades);
  return {
    trades: count,
    winRate: wins / count,
    profitFactor: losses === 0 ? null : sumWins / -sumLosses,
    expectancyPct: (100 * sum) / count,
    netProfitPct: 100 * sum,
    avgWinPct: wins === 0 ? null : (100 * sumWins) / wins,
    avgLossPct: losses === 0 ? null : (100 * sumLosses) / losses,
    sharpe: yearlyRatio(perDay, deviation(profit, sum / count)),
    sortino: yearlyRatio(perDay, Math.sqrt(sumSquaredLosses / count)),
    calmar: yearlyRatio(100 * perDay, drawdown.relative),
    maxDrawdownPct: 100 * drawdown.absolute,
    avgBars: bars / count,
    exits,
  };
}

const NO_FIGURES = {
  trades: 0,
  winRate: null,
  profitFactor: null,
  expectancyPct: null,
  netProfitPct: null,
  avgWinPct: null,
  avgLossPct: null,
  sharpe: null,
  sortino: null,
  calmar: null,
  maxDrawdownPct: null,
  avgBars: null,
};

/** `perDay` over a spread, made yearly; null when there is no spread. */
export function yearlyRatio(perDay: number, spread: number): number | null {
  return spread < LEAST_SPREAD ? null : (perDay / spread) * YEARLY;
}

/** Population standard deviation, in two passes. */
function deviation(values: Float64Array, mean: number): number {
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

/**
 * The greatest fall of the summed profits below their running maximum (at least 0), and that fall relative to 1 + the maximum. Profits are added
 * up by candle of exit, those of one candle together.
 */
function drawdownOf(trades: TradeColumns): Fall {
  const { exitCandle, profit } = trades;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const candle of exitCandle) {
    if (candle < first) first = candle;
    if (candle > last) last = candle;
  }
  const byCandle = new Float64Array(last - first + 1);
  for (let index = 0; index < profit.length; index += 1) {
    const candle = (exitCandle[index] as number) - first;
    byCandle[candle] = (byCandle[candle] as number) + (profit[index] as number);
  }
  return deepestFall(byCandle, byCandle.length);
}

/** A fall of summed profits below their running maximum (at least 0), and that fall as a fraction of 1 + the maximum. 0 and 0: none. */
export interface Fall {
  readonly absolute: number;
  readonly relative: number;
}

/**
 * The deepest fall of the first `count` changes added up in order. Of equally deep ones the first counts; depths closer than 1e-12 are equal, since
 * equal stops make equal falls at different heights and binary noise must not choose among them.
 */
export function deepestFall(changes: Float64Array, count: number): Fall {
  let sum = 0;
  let high = 0;
  let absolute = 0;
  let relative = 0;
  for (let index = 0; index < count; index += 1) {
    sum += changes[index] as number;
    if (sum > high) high = sum;
    if (high - sum > absolute + 1e-12) {
      absolute = high - sum;
      relative = absolute / (1 + high);
    }
  }
  return { absolute, relative };
}

function countExits(reasons: Uint8Array): Exits {
  const counts = [0, 0, 0, 0, 0];
  for (const reason of reasons) counts[reason] = (counts[reason] as number) + 1;
  const of = (reason: number) => counts[reason] as number;
  return {
    stopLoss: of(STOP_LOSS),
    roi: of(ROI),
    maxHold: of(MAX_HOLD),
    forceExit: of(FORCE_EXIT),
    ...(of(TRAILING_STOP) === 0 ? {} : { trailingStopLoss: of(TRAILING_STOP) }),
  };
}
