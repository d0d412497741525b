// Every stop x target cell at once, with conservative fills: each entry's staircase is entered into difference tables in a few additions, and prefix sums turn the tables into
// per-cell sums of any additive statistic. A cell's sum equals that of simulating its levels, but for the noise of a different order of addition.
import type { Candles } from '#domain/market.ts';
import type { Entries } from './entries.ts';
import type { Grid } from './grid.ts';
import { profitRatio, ratioE6 } from './levels.ts';
import { type CellSums, CONTRIBUTION, type Statistic } from './objective.ts';
import { type SideLevels, sideLevels, Walker } from './touch.ts';

/** What a plane is computed from. */
export interface PlaneInput {
  readonly candles: Candles;
  readonly entries: Entries;
  readonly grid: Grid;
  readonly feePct: number;
  /** Candles, at least 1. */
  readonly maxHold: number;
}

/** Zeros for every cell of `grid` and each statistic. */
export function noSums(grid: Grid, statistics: readonly Statistic[]): CellSums {
  const cells = grid.stopsPct.length * grid.targetsPct.length;
  return new Map(statistics.map((statistic) => [statistic, new Float64Array(cells)]));
}

/** Sums over trades for every cell, whatever the fills. */
export interface CellTables {
  /** Takes up the entries from <= index < to; each entry once. */
  take(from: number, to: number): void;
  /** Adds the sums of what was taken up since the last call to each of `receivers` that keeps the statistic, and forgets it. */
  addTo(...receivers: readonly CellSums[]): void;
}

/** The tables of one side of the market. */
interface SideTables {
  readonly walker: Walker;
  readonly levels: SideLevels;
  /** Row per target, column per stop (one more): +1 where a run of stops begins, -1 where it ends. A row holds for its target and all after it. */
  readonly stopRuns: Int32Array;
}

/** One statistic's tables, row per stop, and what an exit at a level adds to it. */
interface StatisticTables {
  readonly statistic: Statistic;
  readonly of: (r: number) => number;
  /** Stops filled at an open: holds from its target on. */
  readonly gaps: Float64Array;
  /** Exits at neither level: hold from their stop and target on. */
  readonly timeouts: Float64Array;
  readonly atTarget: Float64Array;
  readonly atStop: readonly [Float64Array, Float64Array];
}

/** Takes entries in any portions; `addTo` hands over what the entries since the last call sum up to. */
export class PlaneTables implements CellTables {
  readonly #input: PlaneInput;
  readonly #stops: number;
  readonly #targets: number;
  /** Long and short. */
  readonly #sides: readonly [SideTables, SideTables];
  readonly #statistics: readonly StatisticTables[];
  /** Row per stop, column per target (one more): +1 where a run of targets begins, -1 where it ends. A row holds for its stop and all after it. */
  readonly #targetRuns: Int32Array;

  constructor(input: PlaneInput, statistics: readonly Statistic[]) {
    const { candles, grid, feePct, maxHold } = input;
    const stops = grid.stopsPct.length;
    const targets = grid.targetsPct.length;
    const tables = (side: 'LONG' | 'SHORT'): SideTables => {
      const levels = sideLevels(grid, side, feePct);
      return { levels, walker: new Walker(candles, levels, maxHold), stopRuns: new Int32Array(targets * (stops + 1)) };
    };
    this.#input = input;
    this.#stops = stops;
    this.#targets = targets;
    this.#sides = [tables('LONG'), tables('SHORT')];
    this.#targetRuns = new Int32Array(stops * (targets + 1));
    this.#statistics = statistics.map((statistic) => {
      const of = CONTRIBUTION[statistic];
      const atStop = ({ levels }: SideTables) =>
        levels.stopFactors.map((factor) => of(profitRatio(levels.side, { open: 1, close: factor }, levels.fee)));
      return {
        statistic,
        of,
        gaps: new Float64Array(stops * targets),
        timeouts: new Float64Array(stops * targets),
        atTarget: Float64Array.from(grid.targetsPct, (pct) => of(ratioE6(pct, 1) / 1e6)),
        atStop: [atStop(this.#sides[0]), atStop(this.#sides[1])],
      };
    });
  }

  /** Takes up the entries from <= index < to. */
  take(from: number, to: number): void {
    const { entries } = this.#input;
    for (let index = from; index < to; index += 1) {
      const side = this.#sides[entries.short[index] === 1 ? 1 : 0];
      this.#enter(side, entries.candle[index] as number);
    }
  }

  #enter({ walker, levels, stopRuns }: SideTables, entry: number): void {
    const { open } = this.#input.candles;
    const entryPrice = open[entry] as number;
    const stops = this.#stops;
    const targets = this.#targets;
    const targetRuns = this.#targetRuns;
    const steps = walker.walk(entry);
    let stop = 0;
    let target = 0;
    for (let step = 0; step < steps; step += 1) {
      const gapEnd = walker.gapEnd[step] as number;
      const stopEnd = walker.stopEnd[step] as number;
      const targetEnd = walker.targetEnd[step] as number;
      if (gapEnd > stop) {
        const close = open[walker.candle[step] as number] as number;
        const r = profitRatio(levels.side, { open: entryPrice, close }, levels.fee);
        for (const { gaps, of } of this.#statistics) {
          for (let at = stop; at < gapEnd; at += 1) bump(gaps, at * targets + target, of(r));
        }
      }
      if (stopEnd > gapEnd) {
        bump(stopRuns, target * (stops + 1) + gapEnd, 1);
        bump(stopRuns, target * (stops + 1) + stopEnd, -1);
      }
      if (targetEnd > target && stopEnd < stops) {
        bump(targetRuns, stopEnd * (targets + 1) + target, 1);
        bump(targetRuns, stopEnd * (targets + 1) + targetEnd, -1);
      }
      stop = stopEnd;
      target = targetEnd;
    }
    if (stop === stops || target === targets) return;
    const close = open[walker.timeoutCandle] as number;
    const r = profitRatio(levels.side, { open: entryPrice, close }, levels.fee);
    for (const { timeouts, of } of this.#statistics) bump(timeouts, stop * targets + target, of(r));
  }

  /** Adds the sums of what was taken up since the last call to each of `receivers` that keeps the statistic, and forgets it. */
  addTo(...receivers: readonly CellSums[]): void {
    const reached = this.#settleTargets();
    const stopped = this.#sides.map((side) => this.#settleStops(side)) as [Int32Array, Int32Array];
    for (const tables of this.#statistics) {
      const sums = this.#settle(tables, { reached, stopped });
      for (const receiver of receivers) {
        const into = receiver.get(tables.statistic);
        if (into !== undefined)
          for (let cell = 0; cell < sums.length; cell += 1) bump(into, cell, sums[cell] as number);
      }
    }
  }

  /** How many trades of each cell reach the target. */
  #settleTargets(): Int32Array {
    const stops = this.#stops;
    const targets = this.#targets;
    const counts = new Int32Array(stops * targets);
    for (let stop = 0; stop < stops; stop += 1) {
      let inRow = 0;
      for (let target = 0; target < targets; target += 1) {
        const cell = stop * targets + target;
        inRow += this.#targetRuns[stop * (targets + 1) + target] as number;
        counts[cell] = inRow + (stop === 0 ? 0 : (counts[cell - targets] as number));
      }
    }
    this.#targetRuns.fill(0);
    return counts;
  }

  /** How many trades of each cell are stopped at the stop's own price, on one side. */
  #settleStops({ stopRuns }: SideTables): Int32Array {
    const stops = this.#stops;
    const targets = this.#targets;
    const counts = new Int32Array(stops * targets);
    for (let target = 0; target < targets; target += 1) {
      let inRow = 0;
      for (let stop = 0; stop < stops; stop += 1) {
        const cell = stop * targets + target;
        inRow += stopRuns[target * (stops + 1) + stop] as number;
        counts[cell] = inRow + (target === 0 ? 0 : (counts[cell - 1] as number));
      }
    }
    stopRuns.fill(0);
    return counts;
  }

  #settle(
    { gaps, timeouts, atTarget, atStop }: StatisticTables,
    { reached, stopped }: { reached: Int32Array; stopped: readonly [Int32Array, Int32Array] },
  ): Float64Array {
    const targets = this.#targets;
    const sums = new Float64Array(reached.length);
    const [long, short] = stopped;
    for (let stop = 0; stop < this.#stops; stop += 1) {
      const stoppedLong = atStop[0][stop] as number;
      const stoppedShort = atStop[1][stop] as number;
      let gapped = 0;
      let timedOut = 0;
      for (let target = 0; target < targets; target += 1) {
        const cell = stop * targets + target;
        gapped += gaps[cell] as number;
        timedOut += timeouts[cell] as number;
        const held = timedOut + (stop === 0 ? 0 : (timeouts[cell - targets] as number));
        timeouts[cell] = held;
        sums[cell] =
          (reached[cell] as number) * (atTarget[target] as number) +
          (long[cell] as number) * stoppedLong +
          (short[cell] as number) * stoppedShort +
          gapped +
          held;
      }
    }
    gaps.fill(0);
    timeouts.fill(0);
    return sums;
  }
}

function bump(table: Float64Array | Int32Array, at: number, by: number): void {
  table[at] = (table[at] as number) + by;
}
