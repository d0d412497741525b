// Tables of trades whose staircases have been walked: a run of cells that a level ends is entered in two additions, and prefix sums turn the tables into
// per-cell sums of any additive statistic.
import type { Grid } from './grid.ts';
import { profitRatio, ratioE6 } from './levels.ts';
import { CONTRIBUTION, type Statistic } from './objective.ts';
import type { SideLevels, Walker } from './touch.ts';

/** The sums of one statistic over what was entered, one per cell: of trades ended by a level, and of those ended by time. */
export interface StaircaseSums {
  readonly statistic: Statistic;
  readonly closed: Float64Array;
  readonly held: Float64Array;
}

/** A part of an entry's staircase: the steps from <= step < to of its walk, begun where `stop` stops and `target` targets were used up. */
export interface Stair {
  readonly entryPrice: number;
  readonly from: number;
  readonly to: number;
  readonly stop: number;
  readonly target: number;
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
  /** Long and short. */
  readonly atStop: readonly [Float64Array, Float64Array];
}

/** The tables of one grid. `settle` hands over what was entered since the last call and forgets it. */
export class Staircases {
  readonly #open: Float64Array;
  readonly #stops: number;
  readonly #targets: number;
  /** Long and short: row per target, column per stop (one more): +1 where a run of stops begins, -1 where it ends. A row holds for its target and all after it. */
  readonly #stopRuns: readonly [Int32Array, Int32Array];
  /** Row per stop, column per target (one more): +1 where a run of targets begins, -1 where it ends. A row holds for its stop and all after it. */
  readonly #targetRuns: Int32Array;
  readonly #statistics: readonly StatisticTables[];

  constructor(
    open: Float64Array,
    { grid, sides }: { readonly grid: Grid; readonly sides: readonly [SideLevels, SideLevels] },
    statistics: readonly Statistic[],
  ) {
    const stops = grid.stopsPct.length;
    const targets = grid.targetsPct.length;
    const stopRuns = () => new Int32Array(targets * (stops + 1));
    this.#open = open;
    this.#stops = stops;
    this.#targets = targets;
    this.#stopRuns = [stopRuns(), stopRuns()];
    this.#targetRuns = new Int32Array(stops * (targets + 1));
    this.#statistics = statistics.map((statistic) => {
      const of = CONTRIBUTION[statistic];
      const atStop = ({ side, stopFactors, fee }: SideLevels) =>
        stopFactors.map((factor) => of(profitRatio(side, { open: 1, close: factor }, fee)));
      return {
        statistic,
        of,
        gaps: new Float64Array(stops * targets),
        timeouts: new Float64Array(stops * targets),
        atTarget: Float64Array.from(grid.targetsPct, (pct) => of(ratioE6(pct, 1) / 1e6)),
        atStop: [atStop(sides[0]), atStop(sides[1])],
      };
    });
  }

  /** Enters the cells that the levels end in a part of the walk `walker` made last. */
  enter(walker: Walker, { entryPrice, from, to, ...begun }: Stair): void {
    const { side, fee } = walker.levels;
    const stopRuns = this.#stopRuns[side === 'SHORT' ? 1 : 0];
    const targetRuns = this.#targetRuns;
    const stops = this.#stops;
    const targets = this.#targets;
    let { stop, target } = begun;
    for (let step = from; step < to; step += 1) {
      const gapEnd = walker.gapEnd[step] as number;
      const stopEnd = walker.stopEnd[step] as number;
      const targetEnd = walker.targetEnd[step] as number;
      if (gapEnd > stop) {
        const r = profitRatio(
          side,
          { open: entryPrice, close: this.#open[walker.candle[step] as number] as number },
          fee,
        );
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
  }

  /** Enters the cells that no level has ended: a trade of profit `r` for the stops and targets from these on. */
  enterHeld(r: number, stop: number, target: number): void {
    for (const { timeouts, of } of this.#statistics) bump(timeouts, stop * this.#targets + target, of(r));
  }

  /** The sums of what was entered since the last call, a new array each. */
  settle(): readonly StaircaseSums[] {
    const reached = this.#settleTargets();
    const long = this.#settleStops(this.#stopRuns[0]);
    const short = this.#settleStops(this.#stopRuns[1]);
    return this.#statistics.map((tables) => this.#settleStatistic(tables, { reached, long, short }));
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
  #settleStops(stopRuns: Int32Array): Int32Array {
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

  #settleStatistic(
    { statistic, gaps, timeouts, atTarget, atStop }: StatisticTables,
    { reached, long, short }: Readonly<Record<'reached' | 'long' | 'short', Int32Array>>,
  ): StaircaseSums {
    const targets = this.#targets;
    const closed = new Float64Array(reached.length);
    const held = new Float64Array(reached.length);
    for (let stop = 0; stop < this.#stops; stop += 1) {
      const stoppedLong = atStop[0][stop] as number;
      const stoppedShort = atStop[1][stop] as number;
      let gapped = 0;
      let timedOut = 0;
      for (let target = 0; target < targets; target += 1) {
        const cell = stop * targets + target;
        gapped += gaps[cell] as number;
        timedOut += timeouts[cell] as number;
        held[cell] = timedOut + (stop === 0 ? 0 : (held[cell - targets] as number));
        closed[cell] =
          (reached[cell] as number) * (atTarget[target] as number) +
          (long[cell] as number) * stoppedLong +
          (short[cell] as number) * stoppedShort +
          gapped;
      }
    }
    gaps.fill(0);
    timeouts.fill(0);
    return { statistic, closed, held };
  }
}

function bump(table: Float64Array | Int32Array, at: number, by: number): void {
  table[at] = (table[at] as number) + by;
}
