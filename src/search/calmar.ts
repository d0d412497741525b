// Calmar of every cell. Drawdown depends on the order in which trades end, so it is no sum over trades: each cell's profits are laid on their exit
// candles and added up in time. First touches are found once per entry and level, so that the walk over candles is not repeated per cell.
import { type Ends, endAt, noEnds } from './ends.ts';
import { profitRatio, ratioE6 } from './levels.ts';
import { deepestFall, yearlyRatio } from './metrics.ts';
import type { Population } from './objective.ts';
import type { PlaneInput } from './plane.ts';
import { sideLevels, Walker } from './touch.ts';

/** Bytes the touch tables of one tile of levels may take. */
const TILE_BYTES = 64 * 2 ** 20;

/**
 * The metric calmar of every cell over the first `population.trades` entries, NaN where it does not exist. `onRow` is told the share of rows done
 * (0..1) after each; this may take seconds.
 */
export function calmarValues(input: PlaneInput, population: Population, onRow: (share: number) => void): Float64Array {
  const { stopsPct, targetsPct } = input.grid;
  const values = new Float64Array(stopsPct.length * targetsPct.length).fill(Number.NaN);
  if (population.trades === 0) return values;
  const tileLevels = Math.max(8, Math.floor(TILE_BYTES / (16 * population.trades)));
  let cellsDone = 0;
  for (let firstStop = 0; firstStop < stopsPct.length; firstStop += tileLevels) {
    const stops = stopsPct.slice(firstStop, firstStop + tileLevels);
    for (let firstTarget = 0; firstTarget < targetsPct.length; firstTarget += tileLevels) {
      const targets = targetsPct.slice(firstTarget, firstTarget + tileLevels);
      const touches = touchesOf({ ...input, grid: { stopsPct: stops, targetsPct: targets } }, population.trades);
      for (let stop = 0; stop < stops.length; stop += 1) {
        const row = new Row(touches, stop, input.candles.open.length);
        for (let target = 0; target < targets.length; target += 1) {
          const { profit, relativeFall } = row.next(target);
          const ratio = yearlyRatio((100 * profit) / population.days, relativeFall);
          values[(firstStop + stop) * targetsPct.length + firstTarget + target] = ratio ?? Number.NaN;
        }
        cellsDone += targets.length;
        onRow(cellsDone / values.length);
      }
    }
  }
  return values;
}

/** Where and how each entry meets each level, row per level, column per entry. Candles that are not reached are past the last one. */
interface Touches {
  readonly trades: number;
  /** The candle of the stop, or of the exit at neither level. An exit at the open of the last candle ranks behind its target: it is kept as one past it. */
  readonly stopCandle: readonly Int32Array[];
  readonly stopProfit: readonly Float64Array[];
  readonly targetCandle: readonly Int32Array[];
  readonly targetProfit: Float64Array;
}

function touchesOf({ candles, entries, grid, feePct, maxHold }: PlaneInput, trades: number): Touches {
  const pastLast = candles.open.length;
  const walkers = (['LONG', 'SHORT'] as const).map(
    (side) => new Walker(candles, sideLevels(grid, side, feePct), maxHold),
  );
  const touches: Touches = {
    trades,
    stopCandle: grid.stopsPct.map(() => new Int32Array(trades)),
    stopProfit: grid.stopsPct.map(() => new Float64Array(trades)),
    targetCandle: grid.targetsPct.map(() => new Int32Array(trades).fill(pastLast + 1)),
    targetProfit: Float64Array.from(grid.targetsPct, (pct) => ratioE6(pct, 1) / 1e6),
  };
  for (let index = 0; index < trades; index += 1) {
    const entry = entries.candle[index] as number;
    const walker = walkers[entries.short[index] as number] as Walker;
    const { side, fee, stopFactors } = walker.levels;
    const open = candles.open[entry] as number;
    const steps = walker.walk(entry);
    let stop = 0;
    let target = 0;
    for (let step = 0; step < steps; step += 1) {
      const candle = walker.candle[step] as number;
      const gapEnd = walker.gapEnd[step] as number;
      for (; stop < (walker.stopEnd[step] as number); stop += 1) {
        const close = stop < gapEnd ? (candles.open[candle] as number) : open * (stopFactors[stop] as number);
        (touches.stopCandle[stop] as Int32Array)[index] = candle;
        (touches.stopProfit[stop] as Float64Array)[index] = profitRatio(side, { open, close }, fee);
      }
      for (; target < (walker.targetEnd[step] as number); target += 1) {
        (touches.targetCandle[target] as Int32Array)[index] = candle;
      }
    }
    const close = candles.open[walker.timeoutCandle] as number;
    const left = profitRatio(side, { open, close }, fee);
    const leftAt = entry + maxHold < pastLast ? walker.timeoutCandle : pastLast;
    for (; stop < stopFactors.length; stop += 1) {
      (touches.stopCandle[stop] as Int32Array)[index] = leftAt;
      (touches.stopProfit[stop] as Float64Array)[index] = left;
    }
  }
  return touches;
}

/**
 * Profits by candle of exit along one row: as targets move outward, a trade reaches its target until the stop (or the end of the hold) comes first, and
 * is stopped from then on. Stopped trades are laid down once; only those still at their target are laid anew for each cell. Only candles with an exit
 * are visited, so few trades in many candles stay cheap.
 */
class Row {
  readonly #touches: Touches;
  readonly #stopCandle: Int32Array;
  readonly #stopProfit: Float64Array;
  /** Trades that still reach their target. */
  readonly #open: Int32Array;
  #openCount: number;
  readonly #stopped: Ends;
  #stoppedProfit = 0;
  readonly #reached: Ends;
  readonly #changes: Float64Array;

  constructor(touches: Touches, stop: number, candles: number) {
    this.#touches = touches;
    this.#stopCandle = touches.stopCandle[stop] as Int32Array;
    this.#stopProfit = touches.stopProfit[stop] as Float64Array;
    this.#open = Int32Array.from({ length: touches.trades }, (_, index) => index);
    this.#openCount = touches.trades;
    this.#stopped = noEnds(candles);
    this.#reached = noEnds(candles);
    this.#changes = new Float64Array(candles);
  }

  /** The figures of the next cell of the row; targets are asked for in order, each once. */
  next(target: number): { readonly profit: number; readonly relativeFall: number } {
    const targetCandle = this.#touches.targetCandle[target] as Int32Array;
    const stopCandle = this.#stopCandle;
    const open = this.#open;
    const last = this.#changes.length - 1;
    let left = 0;
    for (let place = 0; place < this.#openCount; place += 1) {
      const trade = open[place] as number;
      const reached = targetCandle[trade] as number;
      const stopped = stopCandle[trade] as number;
      if (reached < stopped) {
        endAt(this.#reached, reached, 1);
        open[left] = trade;
        left += 1;
      } else {
        const r = this.#stopProfit[trade] as number;
        endAt(this.#stopped, stopped < last ? stopped : last, r);
        this.#stoppedProfit += r;
      }
    }
    this.#openCount = left;
    const perTarget = this.#touches.targetProfit[target] as number;
    return {
      profit: this.#stoppedProfit + left * perTarget,
      relativeFall: deepestFall(this.#changes, this.#collect(perTarget)).relative,
    };
  }

  /** Puts the changes of all candles with an exit in order and forgets who reached a target; returns how many changes there are. */
  #collect(perTarget: number): number {
    const changes = this.#changes;
    const { at: stoppedAt, marks: stoppedMarks } = this.#stopped;
    const { at: reachedAt, marks: reachedMarks } = this.#reached;
    let count = 0;
    for (let word = 0; word < stoppedMarks.length; word += 1) {
      for (let bits = (stoppedMarks[word] as number) | (reachedMarks[word] as number); bits !== 0; bits &= bits - 1) {
        const candle = (word << 5) + 31 - Math.clz32(bits & -bits);
        changes[count] = (stoppedAt[candle] as number) + (reachedAt[candle] as number) * perTarget;
        reachedAt[candle] = 0;
        count += 1;
      }
      reachedMarks[word] = 0;
    }
    return count;
  }
}
