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
  /** NaN where it depends on the levels. */
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
    this.timeout = this.#timeoutOf(entry, openRate, { stop, target });
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

  /** `left` are the nearest levels that were not met. */
  #timeoutOf(entry: number, openRate: number, left: { readonly stop: number; readonly target: number }): Timeout {
    const { candles, decimals } = this.#market;
    const { side, fee } = this.#targetRules[0] as ExitRule;
    const profitAt = (rate: number) => profitRatio(side, { open: openRate, close: rate }, fee);
    const last = candles.open.length - 1;
    const holdEnd = entry + this.#maxHold;
    let waiting = Number.NaN;
    for (let candle = holdEnd; candle <= last; candle += 1) {
      const rate = nearestTick(candles.open[candle] as number, decimals[entry] as number);
      // The same rate again lets the levels be asked, which differ by cell: see freqtradeExit. Whether the order is too old by then is not looked at.
      if (rate === waiting && this.#meets(candle, openRate, left))
        return { afterLevels: false, candle, profit: Number.NaN };
      if (fillsIn(candles, candle, rate)) return { afterLevels: false, candle, profit: profitAt(rate) };
      waiting = rate;
    }
    const rate = nearestTick(candles.open[last] as number, decimals[entry] as number);
    return { afterLevels: holdEnd > last, candle: last, profit: profitAt(rate) };
  }

  /** Whether `candle` meets any of the levels from `left` on. */
  #meets(candle: number, openRate: number, left: { readonly stop: number; readonly target: number }): boolean {
    const { low, high } = this.#market.candles;
    const stop = this.#stopPrices[left.stop];
    const rule = this.#targetRules[left.target];
    // With one side of the grid used up no cell gets here.
    if (stop === undefined || rule === undefined) return false;
    const { side, fee } = rule;
    const long = side === 'LONG';
    if (long ? stop >= (low[candle] as number) : stop <= (high[candle] as number)) return true;
    const best = (long ? high[candle] : low[candle]) as number;
    return profitRatio(side, { open: openRate, close: best }, fee) >= rule.reachedAt;
  }
}

function meetings(levels: number): Meetings {
  return { candle: new Int32Array(levels), profit: new Float64Array(levels) };
}
