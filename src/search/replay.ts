// Replays one pair of levels over history and measures it, for those who ask "what would these have done?". Handed out by the room's door.
import { roundHalfAway } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import type { Candles, HistoricalSignal, Side } from '#domain/market.ts';
import type { EntryReport, ExitReason, Fills, Metrics } from '#domain/study.ts';
import { EXIT_REASONS } from './exit.ts';
import type { ExitPlan } from './exit-plan.ts';
import { exitRule, type LevelNames } from './levels.ts';
import { metricsOf, wholeDays } from './metrics.ts';
import { type SimulatedTrades, simulate } from './simulate.ts';
import { stage } from './stage.ts';

/** What to replay. `candles` and `signals` are those of the period only; signals null: an entry at every candle and side. */
export interface ReplayRequest {
  readonly candles: Candles;
  readonly signals: readonly HistoricalSignal[] | null;
  /** Where the signals came from; absent: a file. */
  readonly source?: 'file' | 'hub' | undefined;
  /** null: both sides. */
  readonly side: Side | null;
  readonly fills: Fills;
  /** Position level percent. */
  readonly levels: ExitLevels;
  /** What may close a trade beside the levels; absent: nothing. */
  readonly plan?: ExitPlan | undefined;
  readonly leverage: number;
  /** Per side, percent. */
  readonly feePct: number;
  /** Candles; 0: no limit. */
  readonly maxHold: number;
  /** As one bot would trade: one open trade at a time. */
  readonly oneAtATime: boolean;
}

/** One trade; rates unrounded, `profitRatio` at account level rounded to 8 decimals. */
export interface ReplayedTrade {
  readonly side: Side;
  readonly signalAtMs: number;
  readonly openedAtMs: number;
  readonly openRate: number;
  readonly closedAtMs: number;
  readonly closeRate: number;
  readonly exitReason: ExitReason;
  readonly bars: number;
  readonly profitRatio: number;
}

export interface Replay {
  /** `overlapping` counts entries dropped because a trade was open or both sides were asked for at once. */
  readonly entries: EntryReport & { readonly overlapping: number };
  /** In the order of opening, then of the signals. */
  readonly trades: readonly ReplayedTrade[];
  readonly metrics: Metrics;
}

/**
 * The trades of `request` and their figures at leverage 1. Signals that fit no candle are counted, and without any trade the figures are null.
 * Throws UNUSABLE_INPUT without a single entry to place, and BAD_USER_INPUT for levels that can never be right.
 */
export function replay(request: ReplayRequest): Replay {
  const { candles, entries, report } = stage(request.candles, request.signals, request);
  if (report.count === 0)
    throw new Fault('UNUSABLE_INPUT', 'entries (--entries, --from, --to): none in the period asked for');
  const { trades, overlapping } = simulate({ ...request, candles, entries });
  const times = candles.openTimeMs;
  const days = wholeDays(times[0] ?? 0, times[times.length - 1] ?? 0);
  return {
    entries: { ...report, overlapping },
    trades: Array.from(trades.profit, (_, index) => tradeAt(candles, trades, { index, leverage: request.leverage })),
    metrics: metricsOf(trades, days),
  };
}

/** Throws BAD_USER_INPUT, calling levels by `names`, when `replay` would refuse these whatever the candles. */
export function requireLevels(asked: Pick<ReplayRequest, 'levels' | 'leverage' | 'feePct'>, names: LevelNames): void {
  exitRule(asked.levels, { ...asked, side: 'LONG' }, names);
}

function tradeAt(candles: Candles, trades: SimulatedTrades, at: { index: number; leverage: number }): ReplayedTrade {
  const { index } = at;
  const entry = trades.entryCandle[index] as number;
  const exit = trades.exitCandle[index] as number;
  return {
    side: trades.short[index] === 1 ? 'SHORT' : 'LONG',
    signalAtMs: trades.signalAtMs[index] as number,
    openedAtMs: candles.openTimeMs[entry] as number,
    openRate: trades.openRate[index] as number,
    closedAtMs: candles.openTimeMs[exit] as number,
    closeRate: trades.closeRate[index] as number,
    exitReason: EXIT_REASONS[trades.reason[index] as number] as ExitReason,
    bars: exit - entry,
    profitRatio: roundHalfAway(at.leverage * (trades.profit[index] as number), 8),
  };
}
