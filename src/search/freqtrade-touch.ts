// One entry against a whole grid of levels with freqtrade's fills: where and at which profit each level alone would end the trade. A cell ends at its
// stop or its target, whichever comes first, the stop in a tie. Levels whose order would have to wait are only marked: how long, depends on the cell.
import type { Side } from '#domain/market.ts';
import {
  fillsIn,
  freqtradeEntry,
  freqtradeExit,
  freqtradeStop,
  stopRate,
  type TickedCandles,
  targetRate,
} from './freqtrade-exit.ts';
import type { Grid } from './grid.ts';
import { type ExitRule, exitRule, profitRatio, targetPrice } from './levels.ts';
import { nearestTick } from './tick-rounding.ts';

/** Stands for a candle that never comes. */
export const NEVER = 2 ** 31 - 1;

/** What the trade does at one level; columns in the order of the grid's levels, overwritten by the next walk. */
export interface Meetings {
  /** The candle that triggers the level, ascending; `NEVER` where none does within the hold. */
  readonly candle: Int32Array;
  /** Profit ratio at leverage 1 when the trade ends there; NaN where the order does not fill in the candle that triggers it. */
  readonly profit: Float64Array;
}

/** How a trade ends that meets neither level within its hold. */
export interface Timeout {
  /** After the candle's own levels are looked at: the last candle of all, not the end of the hold. */
  readonly afterLevels: boolean;
  readonly candle: number;
  /** NaN where the order does not fill at once. */
  readonly profit: number;
}

/** Walks entries of one side, one after the other. */
export class FreqtradeWalker {
  readonly stops: Meetings;
  readonly targets: Meetings;
  timeout: Timeout = { afterLevels: true, candle: 0, profit: 0 };

  readonly #market: TickedCandles;
  readonly #maxHold: number;
  readonly #targetRules: readonly ExitRule[];
  readonly #stopRules: readonly ExitRule[];
  readonly #stopPrices: Float64Array;

  constructor(market: TickedCandles, grid: Grid, trade: { side: Side; feePct: number; maxHold: number }) {
    const terms = { side: trade.side, feePct: trade.feePct, leverage: 1 };
    const [stopLossPct = 0] = grid.stopsPct;
    const [takeProfitPct = 0] = grid.targetsPct;
    this.#market = market;
    this.#maxHold = trade.maxHold;
    this.#stopRules = grid.stopsPct.map((pct) => exitRule({ stopLossPct: pct, takeProfitPct }, terms));
    this.#targetRules = grid.targetsPct.map((pct) => exitRule({ stopLossPct, takeProfitPct: pct }, terms));
    this.#stopPrices = new Float64Array(grid.stopsPct.length);
    this.stops = meetings(grid.stopsPct.length);
    this.targets = meetings(grid.targetsPct.length);
  }

  /** Walks the entry at candle `entry` until one side of the grid is used up or the hold ends. */
  walk(entry: number): void {
    const market = this.#market;
    const { candles, decimals } = market;
    const { side, fee } = this.#targetRules[0] as ExitRule;
    const long = side === 'LONG';
    const openRate = freqtradeEntry(market, entry);
    const profitAt = (rate: number) => profitRatio(side, { open: openRate, close: rate }, fee);
    const stopPrices = this.#stopPrices;
    for (let stop = 0; stop < stopPrices.length; stop += 1) {
      stopPrices[stop] = freqtradeStop(this.#stopRules[stop] as ExitRule, openRate, decimals[entry] as number);
    }
    const { stops, targets } = this;
    stops.candle.fill(NEVER);
    targets.candle.fill(NEVER);
    const last = candles.open.length - 1;
    const end = Math.min(last, entry + this.#maxHold - 1);
    let stop = 0;
    let target = 0;
    let bestYet = Number.NEGATIVE_INFINITY;
    for (
      let candle = entry;
      candle <= end && stop < stopPrices.length && target < this.#targetRules.length;
      candle += 1
    ) {
      const at = { entry, candle };
      const worst = (long ? candles.low[candle] : candles.high[candle]) as number;
      while (stop < stopPrices.length) {
        const price = stopPrices[stop] as number;
        if (long ? price < worst : price > worst) break;
        const rate = stopRate(market, at, { long, price });
        stops.candle[stop] = candle;
        stops.profit[stop] = fillsIn(candles, candle, rate) ? profitAt(rate) : Number.NaN;
        stop += 1;
      }
      const best = profitAt((long ? candles.high[candle] : candles.low[candle]) as number);
      if (best <= bestYet) continue;
      // What the entry candle refused, a later one no better may reach.
      if (candle > entry) bestYet = best;
      while (target < this.#targetRules.length) {
        const rule = this.#targetRules[target] as ExitRule;
        if (best < rule.reachedAt) break;
        const rate = targetRate(market, at, { long, openRate, price: targetPrice(rule, openRate) });
        if (rate === undefined) break;
        targets.candle[target] = candle;
        targets.profit[target] = fillsIn(candles, candle, rate) ? profitAt(rate) : Number.NaN;
        target += 1;
      }
    }
    this.timeout = this.#timeoutOf(entry, openRate);
  }

  /** The end of the cell of levels `stop` and `target`, walked for it alone: for those that a mark says must be. */
  alone(entry: number, stop: number, target: number): { readonly candle: number; readonly profit: number } {
    const { targetRatio, reachedAt } = this.#targetRules[target] as ExitRule;
    const rule = { ...(this.#stopRules[stop] as ExitRule), targetRatio, reachedAt };
    const { candle, rate } = freqtradeExit(this.#market, { entry, maxHold: this.#maxHold }, rule);
    return {
      candle,
      profit: profitRatio(rule.side, { open: freqtradeEntry(this.#market, entry), close: rate }, rule.fee),
    };
  }

  #timeoutOf(entry: number, openRate: number): Timeout {
    const market = this.#market;
    const { open } = market.candles;
    const { side, fee } = this.#targetRules[0] as ExitRule;
    const last = open.length - 1;
    const afterLevels = entry + this.#maxHold > last;
    const candle = afterLevels ? last : entry + this.#maxHold;
    const rate = nearestTick(open[candle] as number, market.decimals[entry] as number);
    const filled = afterLevels || fillsIn(market.candles, candle, rate);
    return {
      afterLevels,
      candle,
      profit: filled ? profitRatio(side, { open: openRate, close: rate }, fee) : Number.NaN,
    };
  }
}

function meetings(levels: number): Meetings {
  return { candle: new Int32Array(levels), profit: new Float64Array(levels) };
}
