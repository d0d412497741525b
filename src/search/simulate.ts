// Replays one pair of levels over placed entries with conservative fills: gaps fill at the open on the stop side, never better than the level on the
// target side. Pure; no figure of a trade depends on a candle after the one in which it leaves.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Candles } from '#domain/market.ts';
import type { ExitReason } from '#domain/study.ts';
import type { Entries } from './entries.ts';
import { type ExitRule, exitRule, profitRatio, stopTouchedAt, targetPrice } from './levels.ts';

/** The order of the codes in `reason` columns. */
export const EXIT_REASONS = ['stop_loss', 'roi', 'max_hold', 'force_exit'] as const satisfies readonly ExitReason[];
export const STOP_LOSS = 0;
export const ROI = 1;
export const MAX_HOLD = 2;
export const FORCE_EXIT = 3;

/** Trades as columns of equal length, in the order of opening, then of the signals. */
export interface SimulatedTrades {
  /** 1 for SHORT, 0 for LONG. */
  readonly short: Uint8Array;
  readonly signalAtMs: Float64Array;
  /** Index of the candle at whose open the trade opened. */
  readonly entryCandle: Int32Array;
  /** Index of the candle in which it left; bars = exitCandle - entryCandle. */
  readonly exitCandle: Int32Array;
  readonly openRate: Float64Array;
  readonly closeRate: Float64Array;
  /** Index into EXIT_REASONS. */
  readonly reason: Uint8Array;
  /** Profit after both fees at leverage 1 with the same rates, a fraction, unrounded. */
  readonly profit: Float64Array;
}

export interface Simulation {
  readonly trades: SimulatedTrades;
  /** Entries dropped because a trade was open or both sides were asked for at once; 0 unless one trade is held at a time. */
  readonly overlapping: number;
}

/** What is replayed. `maxHold` counts candles, 0: no limit. Levels are position level percent. */
export interface SimulationInput {
  readonly candles: Candles;
  readonly entries: Entries;
  readonly levels: ExitLevels;
  readonly leverage: number;
  readonly feePct: number;
  readonly maxHold: number;
  readonly oneAtATime: boolean;
}

/** Every entry as a trade of its own, or as one bot would with `oneAtATime`. Throws BAD_USER_INPUT as `exitRule` does. */
export function simulate(input: SimulationInput): Simulation {
  const { candles, entries } = input;
  const rules = (['LONG', 'SHORT'] as const).map((side) => exitRule(input.levels, { ...input, side }));
  const dropped = input.oneAtATime ? onBothSides(entries) : null;
  const count = entries.candle.length;
  const trades = emptyTrades(count);
  let made = 0;
  let busyUntil = -1;
  for (let index = 0; index < count; index += 1) {
    const entry = entries.candle[index] as number;
    const short = entries.short[index] as number;
    if (dropped !== null && (entry <= busyUntil || dropped[index] === 1)) continue;
    const rule = rules[short] as ExitRule;
    const exit = findExit(candles, { entry, maxHold: input.maxHold }, rule);
    const open = candles.open[entry] as number;
    trades.short[made] = short;
    trades.signalAtMs[made] = entries.signalAtMs[index] as number;
    trades.entryCandle[made] = entry;
    trades.exitCandle[made] = exit.candle;
    trades.openRate[made] = open;
    trades.closeRate[made] = exit.rate;
    trades.reason[made] = exit.reason;
    trades.profit[made] = profitRatio(rule.side, { open, close: exit.rate }, rule.fee);
    made += 1;
    busyUntil = exit.candle;
  }
  return { trades: firstTrades(trades, made), overlapping: count - made };
}

interface Exit {
  readonly candle: number;
  readonly rate: number;
  readonly reason: number;
}

/** Where the trade opened at candle `entry` leaves: in each candle the stop is looked at first, then the target. */
function findExit(candles: Candles, trade: { entry: number; maxHold: number }, rule: ExitRule): Exit {
  const { open, high, low } = candles;
  const long = rule.side === 'LONG';
  const entryPrice = open[trade.entry] as number;
  const stop = entryPrice * rule.stopFactor;
  const touched = stopTouchedAt(stop, rule.side);
  const last = open.length - 1;
  const holdEnd = trade.maxHold > 0 ? trade.entry + trade.maxHold : last + 1;
  for (let candle = trade.entry; candle <= last && candle < holdEnd; candle += 1) {
    const worst = (long ? low[candle] : high[candle]) as number;
    if (long ? worst <= touched : worst >= touched) {
      const opened = open[candle] as number;
      // Never in the entry candle: its open is the entry price, which lies on the other side of the stop.
      const gapped = long ? opened < stop : opened > stop;
      return { candle, rate: gapped ? opened : stop, reason: STOP_LOSS };
    }
    const best = (long ? high[candle] : low[candle]) as number;
    if (rule.leverage * profitRatio(rule.side, { open: entryPrice, close: best }, rule.fee) >= rule.reachedAt) {
      return { candle, rate: targetPrice(rule, entryPrice), reason: ROI };
    }
  }
  const candle = Math.min(holdEnd, last);
  return { candle, rate: open[candle] as number, reason: holdEnd <= last ? MAX_HOLD : FORCE_EXIT };
}

/** 1 for every entry on whose candle there are entries of both sides: one bot would take none of them. */
function onBothSides({ candle, short }: Entries): Uint8Array {
  const both = new Uint8Array(candle.length);
  for (let first = 0; first < candle.length; ) {
    let end = first;
    let shorts = 0;
    while (end < candle.length && candle[end] === candle[first]) {
      shorts += short[end] as number;
      end += 1;
    }
    if (shorts > 0 && shorts < end - first) both.fill(1, first, end);
    first = end;
  }
  return both;
}

function emptyTrades(count: number): SimulatedTrades {
  return {
    short: new Uint8Array(count),
    signalAtMs: new Float64Array(count),
    entryCandle: new Int32Array(count),
    exitCandle: new Int32Array(count),
    openRate: new Float64Array(count),
    closeRate: new Float64Array(count),
    reason: new Uint8Array(count),
    profit: new Float64Array(count),
  };
}

function firstTrades(trades: SimulatedTrades, count: number): SimulatedTrades {
  return {
    short: trades.short.subarray(0, count),
    signalAtMs: trades.signalAtMs.subarray(0, count),
    entryCandle: trades.entryCandle.subarray(0, count),
    exitCandle: trades.exitCandle.subarray(0, count),
    openRate: trades.openRate.subarray(0, count),
    closeRate: trades.closeRate.subarray(0, count),
    reason: trades.reason.subarray(0, count),
    profit: trades.profit.subarray(0, count),
  };
}
