// Replays one pair of levels over placed entries, each as a trade of its own or as one bot would. Pure. With conservative fills no figure of a trade
// depends on a candle after the one in which it leaves; freqtrade's price step alone looks at its whole month.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Candles } from '#domain/market.ts';
import type { Fills } from '#domain/study.ts';
import { conservativeExit } from './conservative-exit.ts';
import type { Entries } from './entries.ts';
import type { Exit, OpenTrade } from './exit.ts';
import { type ExitPlan, isPlain, PLAIN } from './exit-plan.ts';
import { freqtradeEntry, freqtradeExit } from './freqtrade-exit.ts';
import { freqtradePlannedExit } from './freqtrade-planned-exit.ts';
import { type ExitRule, profitRatio } from './levels.ts';
import { plannedExit } from './planned-exit.ts';
import { type PlannedRule, plannedRule } from './planned-rule.ts';
import { tickDecimals } from './tick.ts';

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
  readonly fills: Fills;
  /** With freqtrade's fills without holes, as `stage` makes them. */
  readonly candles: Candles;
  readonly entries: Entries;
  readonly levels: ExitLevels;
  /** What may close a trade beside the levels; absent: nothing. */
  readonly plan?: ExitPlan | undefined;
  readonly leverage: number;
  readonly feePct: number;
  readonly maxHold: number;
  readonly oneAtATime: boolean;
}

/** Every entry as a trade of its own, or as one bot would with `oneAtATime`. Throws BAD_USER_INPUT as `plannedRule` does. */
export function simulate(input: SimulationInput): Simulation {
  const { entries } = input;
  const { rules, openRate, exit: exitOf } = fillsOf(input);
  const turn = input.oneAtATime ? turns(entries, input.fills) : undefined;
  const count = entries.candle.length;
  const trades = emptyTrades(count);
  let made = 0;
  for (let index = 0; index < count; index += 1) {
    if (turn?.takes(index) === false) continue;
    const entry = entries.candle[index] as number;
    const short = entries.short[index] as number;
    const rule = rules[short] as ExitRule;
    const exit = exitOf({ entry, maxHold: input.maxHold }, short);
    const open = openRate(entry);
    trades.short[made] = short;
    trades.signalAtMs[made] = entries.signalAtMs[index] as number;
    trades.entryCandle[made] = entry;
    trades.exitCandle[made] = exit.candle;
    trades.openRate[made] = open;
    trades.closeRate[made] = exit.rate;
    trades.reason[made] = exit.reason;
    trades.profit[made] = profitRatio(rule.side, { open, close: exit.rate }, rule.fee);
    made += 1;
    turn?.took(index, exit.candle);
  }
  return { trades: firstTrades(trades, made), overlapping: count - made };
}

/** How orders fill, and the levels by `short`. */
interface FillRules {
  readonly rules: readonly ExitRule[];
  readonly openRate: (entry: number) => number;
  readonly exit: (trade: OpenTrade, short: number) => Exit;
}

function fillsOf({ fills, candles, plan = PLAIN, levels, leverage, feePct }: SimulationInput): FillRules {
  const bySide = (['LONG', 'SHORT'] as const).map((side) => plannedRule({ plan, levels }, { side, leverage, feePct }));
  const rules = bySide.map(({ rule }) => rule);
  const ruleOf = (short: number) => rules[short] as ExitRule;
  const plannedOf = (short: number) => bySide[short] as PlannedRule;
  const plain = isPlain(plan);
  if (fills === 'CONSERVATIVE') {
    return {
      rules,
      openRate: (entry) => candles.open[entry] as number,
      exit: (trade, short) =>
        plain ? conservativeExit(candles, trade, ruleOf(short)) : plannedExit(candles, trade, plannedOf(short)),
    };
  }
  const market = { candles, decimals: tickDecimals(candles) };
  return {
    rules,
    openRate: (entry) => freqtradeEntry(market, entry),
    exit: (trade, short) =>
      plain ? freqtradeExit(market, trade, ruleOf(short)) : freqtradePlannedExit(market, trade, plannedOf(short)),
  };
}

/** Which entries one bot would take. */
interface Turns {
  readonly takes: (index: number) => boolean;
  /** Told that the entry at `index` was taken and leaves in `exitCandle`. */
  readonly took: (index: number, exitCandle: number) => void;
}

/**
 * One trade at a time: an entry must come after the candle in which the open trade leaves, and be of the only side asked for there. With freqtrade's
 * fills a bot also turns around: in the candle in which a trade of an earlier candle leaves, an entry of the other side is taken, at that candle's
 * open (optimize/backtesting.py, backtest, runs such a candle twice).
 */
function turns(entries: Entries, fills: Fills): Turns {
  const dropped = onBothSides(entries);
  let opened = -1;
  let left = -1;
  let wasShort = 0;
  return {
    takes: (index) => {
      const entry = entries.candle[index] as number;
      if (dropped[index] === 1) return false;
      if (entry > left) return true;
      return fills === 'FREQTRADE' && entry === left && opened < entry && entries.short[index] !== wasShort;
    },
    took: (index, exitCandle) => {
      opened = entries.candle[index] as number;
      left = exitCandle;
      wasShort = entries.short[index] as number;
    },
  };
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
