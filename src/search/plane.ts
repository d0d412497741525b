// Every cell of a study's space at once, with conservative fills: one walk per entry serves every stop, target and longest hold. A cell's sum equals that
// of simulating its levels, but for the noise of a different order of addition.
import type { Candles } from '#domain/market.ts';
import type { Entries } from './entries.ts';
import type { Grid } from './grid.ts';
import { profitRatio } from './levels.ts';
import type { CellSums, Statistic } from './objective.ts';
import { Staircases } from './staircase.ts';
import { sideLevels, Walker } from './touch.ts';

/** What a plane is computed from. */
export interface PlaneInput {
  readonly candles: Candles;
  readonly entries: Entries;
  readonly grid: Grid;
  readonly feePct: number;
  /** Candles, at least 1. */
  readonly maxHold: number;
  /** The longest holds that are a dimension of their own, ascending; absent: `maxHold` alone. */
  readonly holds?: readonly number[];
}

/** The longest holds of `input`, at least one. */
export function holdsOf({ holds, maxHold }: Pick<PlaneInput, 'holds' | 'maxHold'>): readonly number[] {
  return holds ?? [maxHold];
}

/** Zeros for every cell of `grid` (and each of `holds` longest holds, next to one another) and each statistic. */
export function noSums(grid: Grid, statistics: readonly Statistic[], holds = 1): CellSums {
  const cells = grid.stopsPct.length * grid.targetsPct.length * holds;
  return new Map(statistics.map((statistic) => [statistic, new Float64Array(cells)]));
}

/** Sums over trades for every cell, whatever the fills. */
export interface CellTables {
  /** Takes up the entries from <= index < to; each entry once. */
  take(from: number, to: number): void;
  /** Adds the sums of what was taken up since the last call to each of `receivers` that keeps the statistic, and forgets it. */
  addTo(...receivers: readonly CellSums[]): void;
}

/** Takes entries in any portions; `addTo` hands over what the entries since the last call sum up to. */
export class PlaneTables implements CellTables {
  readonly #input: PlaneInput;
  readonly #holds: readonly number[];
  /** Long and short, to the longest hold of all. */
  readonly #walkers: readonly [Walker, Walker];
  /** One for each hold: trades that a level ends within it and not within the one before it, and those that its own end ends. */
  readonly #slices: readonly Staircases[];

  constructor(input: PlaneInput, statistics: readonly Statistic[]) {
    const { candles, grid, feePct } = input;
    this.#input = input;
    this.#holds = holdsOf(input);
    const sides = [sideLevels(grid, 'LONG', feePct), sideLevels(grid, 'SHORT', feePct)] as const;
    const longest = this.#holds.at(-1) as number;
    this.#walkers = [new Walker(candles, sides[0], longest), new Walker(candles, sides[1], longest)];
    this.#slices = this.#holds.map(() => new Staircases(candles.open, { grid, sides }, statistics));
  }

  /** Takes up the entries from <= index < to. */
  take(from: number, to: number): void {
    const { entries } = this.#input;
    for (let index = from; index < to; index += 1) {
      this.#enter(this.#walkers[entries.short[index] === 1 ? 1 : 0], entries.candle[index] as number);
    }
  }

  #enter(walker: Walker, entry: number): void {
    const { candles, grid } = this.#input;
    const { side, fee } = walker.levels;
    const entryPrice = candles.open[entry] as number;
    const last = candles.open.length - 1;
    const steps = walker.walk(entry);
    let [step, stop, target] = [0, 0, 0];
    for (let slice = 0; slice < this.#holds.length; slice += 1) {
      const end = entry + (this.#holds[slice] as number);
      const tables = this.#slices[slice] as Staircases;
      let next = step;
      while (next < steps && (walker.candle[next] as number) < end) next += 1;
      if (next > step) {
        tables.enter(walker, { entryPrice, from: step, to: next, stop, target });
        stop = walker.stopEnd[next - 1] as number;
        target = walker.targetEnd[next - 1] as number;
        step = next;
      }
      if (stop === grid.stopsPct.length || target === grid.targetsPct.length) return;
      const close = candles.open[Math.min(last, end)] as number;
      tables.enterHeld(profitRatio(side, { open: entryPrice, close }, fee), stop, target);
    }
  }

  /** Adds the sums of what was taken up since the last call to each of `receivers` that keeps the statistic, and forgets it. */
  addTo(...receivers: readonly CellSums[]): void {
    const ended = new Map<Statistic, Float64Array>();
    for (const [slice, tables] of this.#slices.entries()) {
      for (const { statistic, closed, held } of tables.settle()) {
        const before = ended.get(statistic);
        if (before !== undefined) addAll(closed, before);
        ended.set(statistic, closed);
        for (let cell = 0; cell < held.length; cell += 1)
          held[cell] = (closed[cell] as number) + (held[cell] as number);
        for (const receiver of receivers) {
          const into = receiver.get(statistic);
          if (into !== undefined) addSlice(into, held, { slice, slices: this.#slices.length });
        }
      }
    }
  }
}

/** Tables for each of several longest holds, filled apart: for fills whose walks cannot be shared. */
export function heldApart(
  holds: readonly number[],
  tablesOf: (maxHold: number) => CellTables,
  shape: Shape,
): CellTables {
  const slices = holds.map(tablesOf);
  return {
    take: (from, to) => {
      for (const tables of slices) tables.take(from, to);
    },
    addTo: (...receivers) => {
      for (const [slice, tables] of slices.entries()) {
        const sums = noSums(shape.grid, shape.statistics);
        tables.addTo(sums);
        for (const receiver of receivers) {
          for (const [statistic, into] of receiver)
            addSlice(into, sums.get(statistic) as Float64Array, { slice, slices: slices.length });
        }
      }
    },
  };
}

/** The values of each longest hold's cells laid next to one another, as the cells of a space lie. */
export function sideBySide(
  holds: readonly number[],
  valuesOf: (maxHold: number, slice: number) => Float64Array,
): Float64Array {
  const parts = holds.map(valuesOf);
  const [first = new Float64Array()] = parts;
  if (parts.length === 1) return first;
  const all = new Float64Array(first.length * parts.length);
  for (const [slice, values] of parts.entries()) addSlice(all, values, { slice, slices: parts.length });
  return all;
}

interface Shape {
  readonly grid: Grid;
  readonly statistics: readonly Statistic[];
}

/** Adds the sums of one longest hold to where its cells lie among those of all. */
function addSlice(into: Float64Array, sums: Float64Array, { slice, slices }: { slice: number; slices: number }): void {
  for (let cell = 0, at = slice; cell < sums.length; cell += 1, at += slices) {
    into[at] = (into[at] as number) + (sums[cell] as number);
  }
}

function addAll(into: Float64Array, more: Float64Array): void {
  for (let cell = 0; cell < into.length; cell += 1) into[cell] = (into[cell] as number) + (more[cell] as number);
}
