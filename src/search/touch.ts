// One entry against a whole grid of levels in one walk over its candles. Levels are met in order, so what happens is a staircase: in each candle that
// touches anything, a run of stops and a run of targets. Which level wins a cell follows from the order of the steps alone.
import type { Candles, Side } from '#domain/market.ts';
import type { Grid } from './grid.ts';
import { feeRatio, profitRatio, ratioE6, reachedAt, stopFactor, stopTouchedAt } from './levels.ts';

/** A grid ready to meet the prices of one side; columns are in the order of the grid's levels. */
export interface SideLevels {
  readonly side: Side;
  /** Fee per side, a fraction. */
  readonly fee: number;
  /** A stop's price is entry x factor. */
  readonly stopFactors: Float64Array;
  /** A target is reached where the profit at a candle's best price is at least this. */
  readonly reachedAt: Float64Array;
  /** entry x this is a price a hair before the one that reaches the target: a cheap question before the exact one. */
  readonly nearTarget: Float64Array;
}

/** What the levels of `grid` mean for trades of `side` at leverage 1. */
export function sideLevels(grid: Grid, side: Side, feePct: number): SideLevels {
  const fee = feeRatio(feePct);
  const reached = Float64Array.from(grid.targetsPct, (pct) => reachedAt(ratioE6(pct, 1)));
  return {
    side,
    fee,
    stopFactors: Float64Array.from(grid.stopsPct, (pct) => stopFactor(ratioE6(pct, 1), 1, side)),
    reachedAt: reached,
    nearTarget: reached.map((profit) =>
      side === 'LONG'
        ? (((1 + fee) * (1 + profit)) / (1 - fee)) * (1 - 1e-12)
        : (((1 - fee) * (1 - profit)) / (1 + fee)) * (1 + 1e-12),
    ),
  };
}

/**
 * Walks entries of one side, one after the other; the columns hold the steps of the last walk and are overwritten by the next.
 * In step s, at `candle[s]`, the stops from the last step's `stopEnd` (0 at first) up to `stopEnd[s]` are touched, those before `gapEnd[s]` filling at
 * the candle's open; then the targets from the last step's `targetEnd` up to `targetEnd[s]` are reached. A stop therefore wins against all targets
 * that no earlier step reached, and a target against all stops that neither its own nor an earlier step touched.
 */
export class Walker {
  readonly levels: SideLevels;
  readonly candle: Int32Array;
  readonly gapEnd: Int32Array;
  readonly stopEnd: Int32Array;
  readonly targetEnd: Int32Array;
  /** Candle of the exit at its open when neither level is met. */
  timeoutCandle = 0;

  readonly #open: Float64Array;
  /** For shorts prices are negated, so that worse is always lower. */
  readonly #worst: Float64Array;
  readonly #best: Float64Array;
  readonly #sign: 1 | -1;
  readonly #maxHold: number;

  constructor(candles: Candles, levels: SideLevels, maxHold: number) {
    const long = levels.side === 'LONG';
    const steps = levels.stopFactors.length + levels.reachedAt.length;
    this.levels = levels;
    this.candle = new Int32Array(steps);
    this.gapEnd = new Int32Array(steps);
    this.stopEnd = new Int32Array(steps);
    this.targetEnd = new Int32Array(steps);
    this.#open = candles.open;
    this.#worst = long ? candles.low : candles.high.map((price) => -price);
    this.#best = long ? candles.high : candles.low.map((price) => -price);
    this.#sign = long ? 1 : -1;
    this.#maxHold = maxHold;
  }

  /** Walks the entry at candle `entry` until one side of the grid is used up or the hold ends. Returns the number of steps. */
  walk(entry: number): number {
    const { side, fee, stopFactors, reachedAt, nearTarget } = this.levels;
    const open = this.#open;
    const worst = this.#worst;
    const best = this.#best;
    const sign = this.#sign;
    const stops = stopFactors.length;
    const targets = reachedAt.length;
    const entryPrice = open[entry] as number;
    const last = open.length - 1;
    const end = Math.min(last, entry + this.#maxHold - 1);
    this.timeoutCandle = Math.min(last, entry + this.#maxHold);

    let stop = 0;
    let target = 0;
    let steps = 0;
    let stopEdge = sign * stopTouchedAt(entryPrice * (stopFactors[0] as number), side);
    let targetEdge = sign * (entryPrice * (nearTarget[0] as number));
    for (let candle = entry; candle <= end; candle += 1) {
      const low = worst[candle] as number;
      const high = best[candle] as number;
      if (low > stopEdge && high < targetEdge) continue;
      const firstStop = stop;
      const firstTarget = target;
      let gapEnd = stop;
      if (low <= stopEdge) {
        // The entry candle opens at the entry price, which no stop lies beyond: only later candles gap.
        const opened = sign * (open[candle] as number);
        while (low <= stopEdge) {
          if (opened < sign * (entryPrice * (stopFactors[stop] as number))) gapEnd = stop + 1;
          stop += 1;
          stopEdge =
            stop < stops
              ? sign * stopTouchedAt(entryPrice * (stopFactors[stop] as number), side)
              : Number.NEGATIVE_INFINITY;
        }
      }
      if (high >= targetEdge) {
        const profit = profitRatio(side, { open: entryPrice, close: sign * high }, fee);
        while (target < targets && profit >= (reachedAt[target] as number)) target += 1;
        if (target < targets) targetEdge = sign * (entryPrice * (nearTarget[target] as number));
      }
      if (stop === firstStop && target === firstTarget) continue;
      this.candle[steps] = candle;
      this.gapEnd[steps] = gapEnd;
      this.stopEnd[steps] = stop;
      this.targetEnd[steps] = target;
      steps += 1;
      if (stop === stops || target === targets) break;
    }
    return steps;
  }
}
