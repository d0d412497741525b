// Every stop x target cell with freqtrade's fills. Each level's own end is found once per entry; a cell takes the earlier of its two. Levels are met in
// order, so that the cells a level ends are a run, entered into tables in one addition; only cells whose order must wait are walked one by one.

import type { TickedCandles } from './freqtrade-exit.ts';
import { FreqtradeWalker, NEVER } from './freqtrade-touch.ts';
import { type CellSums, CONTRIBUTION, type Statistic } from './objective.ts';
import type { CellTables, PlaneInput } from './plane.ts';

/** One statistic's sums, row per stop, column per target. */
interface StatisticTables {
  readonly statistic: Statistic;
  readonly of: (r: number) => number;
  /** Holds for its column and all after it: stops, which win against all targets not reached before. */
  readonly rightwards: Float64Array;
  /** Holds for its row and all after it: targets, which win against all stops not touched before or with them. */
  readonly downwards: Float64Array;
  /** Holds for its row and column and all after them: exits at neither level. */
  readonly corners: Float64Array;
  /** Holds for the cell alone. */
  readonly single: Float64Array;
}

/** Takes entries in any portions; `addTo` hands over what the entries since the last call sum up to. */
export class FreqtradePlane implements CellTables {
  readonly #entries: PlaneInput['entries'];
  readonly #stops: number;
  readonly #targets: number;
  /** Long and short. */
  readonly #walkers: readonly [FreqtradeWalker, FreqtradeWalker];
  readonly #statistics: readonly StatisticTables[];

  constructor(input: PlaneInput, market: TickedCandles, statistics: readonly Statistic[]) {
    const { entries, grid } = input;
    const cells = grid.stopsPct.length * grid.targetsPct.length;
    this.#entries = entries;
    this.#stops = grid.stopsPct.length;
    this.#targets = grid.targetsPct.length;
    this.#walkers = [
      new FreqtradeWalker(market, grid, { ...input, side: 'LONG' }),
      new FreqtradeWalker(market, grid, { ...input, side: 'SHORT' }),
    ];
    this.#statistics = statistics.map((statistic) => ({
      statistic,
      of: CONTRIBUTION[statistic],
      rightwards: new Float64Array(cells),
      downwards: new Float64Array(cells),
      corners: new Float64Array(cells),
      single: new Float64Array(cells),
    }));
  }

  /** Takes up the entries from <= index < to. */
  take(from: number, to: number): void {
    for (let index = from; index < to; index += 1) {
      this.#enter(this.#walkers[this.#entries.short[index] === 1 ? 1 : 0], this.#entries.candle[index] as number);
    }
  }

  #enter(walker: FreqtradeWalker, entry: number): void {
    walker.walk(entry);
    const { stops, targets, timeout } = walker;
    const width = this.#targets;
    let reached = 0;
    let touched = 0;
    for (; touched < this.#stops && stops.candle[touched] !== NEVER; touched += 1) {
      while (reached < width && (targets.candle[reached] as number) < (stops.candle[touched] as number)) reached += 1;
      const r = stops.profit[touched] as number;
      if (reached === width) break;
      if (Number.isNaN(r)) this.#enterAlone(walker, entry, [touched, touched + 1, reached, width]);
      else for (const { rightwards, of } of this.#statistics) bump(rightwards, touched * width + reached, of(r));
    }
    let stop = 0;
    let target = 0;
    for (; target < width && targets.candle[target] !== NEVER; target += 1) {
      while (stop < this.#stops && (stops.candle[stop] as number) <= (targets.candle[target] as number)) stop += 1;
      const r = targets.profit[target] as number;
      if (stop === this.#stops) break;
      if (Number.isNaN(r)) this.#enterAlone(walker, entry, [stop, this.#stops, target, target + 1]);
      else for (const { downwards, of } of this.#statistics) bump(downwards, stop * width + target, of(r));
    }
    while (touched < this.#stops && stops.candle[touched] !== NEVER) touched += 1;
    while (target < width && targets.candle[target] !== NEVER) target += 1;
    if (touched === this.#stops || target === width) return;
    if (Number.isNaN(timeout.profit)) this.#enterAlone(walker, entry, [touched, this.#stops, target, width]);
    else for (const { corners, of } of this.#statistics) bump(corners, touched * width + target, of(timeout.profit));
  }

  /** The cells of stops from <= index < to and targets from <= index < to, each walked for itself. */
  #enterAlone(
    walker: FreqtradeWalker,
    entry: number,
    [fromStop, toStop, fromTarget, toTarget]: readonly [number, number, number, number],
  ): void {
    for (let stop = fromStop; stop < toStop; stop += 1) {
      for (let target = fromTarget; target < toTarget; target += 1) {
        const { profit } = walker.alone(entry, stop, target);
        for (const { single, of } of this.#statistics) bump(single, stop * this.#targets + target, of(profit));
      }
    }
  }

  /** Adds the sums of what was taken up since the last call to each of `receivers` that keeps the statistic, and forgets it. */
  addTo(...receivers: readonly CellSums[]): void {
    for (const tables of this.#statistics) {
      const sums = this.#settle(tables);
      for (const receiver of receivers) {
        const into = receiver.get(tables.statistic);
        if (into !== undefined)
          for (let cell = 0; cell < sums.length; cell += 1) bump(into, cell, sums[cell] as number);
      }
    }
  }

  #settle({ rightwards, downwards, corners, single }: StatisticTables): Float64Array {
    const width = this.#targets;
    const sums = new Float64Array(single.length);
    for (let row = 0; row < this.#stops; row += 1) {
      let stopped = 0;
      let cornered = 0;
      for (let cell = row * width; cell < (row + 1) * width; cell += 1) {
        stopped += rightwards[cell] as number;
        cornered += corners[cell] as number;
        if (row > 0) bump(downwards, cell, downwards[cell - width] as number);
        const held = cornered + (row === 0 ? 0 : (corners[cell - width] as number));
        corners[cell] = held;
        sums[cell] = stopped + (downwards[cell] as number) + held + (single[cell] as number);
      }
    }
    for (const table of [rightwards, downwards, corners, single]) table.fill(0);
    return sums;
  }
}

function bump(table: Float64Array, at: number, by: number): void {
  table[at] = (table[at] as number) + by;
}
