// The stop x target grid: levels as exact decimals from the one nearest zero outward, so that a range and its reverse name the same cells.
import { badInput } from '#domain/fault.ts';
import type { LevelRange } from '#domain/study.ts';

/** The most cells a study may have. */
export const MAX_CELLS = 1_000_000;
/** About what judging a cell beside all others takes: its sums of the blocks of the overfitting test and the tables they are made in. */
const BYTES_PER_CELL = 200;

/** About how much memory judging `cells` at once takes, MB. */
export function megabytesOf(cells: number): number {
  return Math.ceil((cells * BYTES_PER_CELL) / 1e6);
}

/** The limit in words for error messages. */
export const CELLS_ALLOWED = `at most ${MAX_CELLS} cells (about ${megabytesOf(MAX_CELLS)} MB)`;

/** Levels are kept to this many decimals of a percent; a step may not be finer. */
const FINEST_PCT = 0.0001;

/** Stops (negative) and targets (positive) in percent, nearest zero first. Cell (i, j) has index i x targets + j. */
export interface Grid {
  readonly stopsPct: readonly number[];
  readonly targetsPct: readonly number[];
}

/**
 * The grid of two ranges. `name` turns `stop.step` and the like into what the caller's error shall name.
 * Throws BAD_USER_INPUT for a level of the wrong sign, a step that cannot be taken, or more than `MAX_CELLS` cells.
 */
export function gridOf(stop: LevelRange, target: LevelRange, name: (field: string) => string = (field) => field): Grid {
  const stopCount = requireRange(stop, {
    field: name('stop'),
    allowed: 'MIN:MAX:STEP with -100 < MIN and MAX < 0',
    negative: true,
  });
  const targetCount = requireRange(target, {
    field: name('target'),
    allowed: 'MIN:MAX:STEP with levels > 0',
    negative: false,
  });
  const cells = stopCount * targetCount;
  if (cells > MAX_CELLS) {
    throw badInput(
      name(stopCount >= targetCount ? 'stop' : 'target'),
      `${stopCount} stops x ${targetCount} targets are ${cells} cells, about ${megabytesOf(cells)} MB`,
      CELLS_ALLOWED,
    );
  }
  return { stopsPct: levelsOf(stop).map((level) => -level), targetsPct: levelsOf(target) };
}

/** How many levels the range has; throws when it has none or they are not all on the right side of zero. */
function requireRange(range: LevelRange, rule: { field: string; allowed: string; negative: boolean }): number {
  const { min, max, step } = range;
  const shown = `${min}:${max}:${step}`;
  const right = (level: number) =>
    Number.isFinite(level) && (rule.negative ? level <= -FINEST_PCT && level > -100 : level >= FINEST_PCT);
  if (!right(min) || !right(max)) throw badInput(rule.field, `${shown} has a level out of range`, rule.allowed);
  if (!(step >= FINEST_PCT && Number.isFinite(step))) {
    throw badInput(rule.field, `${shown} has the step ${step}`, `a step of at least ${FINEST_PCT}`);
  }
  return countOf(range);
}

const SCALE = 1e8;
const scaled = (pct: number) => Math.round(Math.abs(pct) * SCALE);

/** How many levels a range of percentages has. */
export function countOf({ min, max, step }: LevelRange): number {
  return Math.floor(Math.abs(scaled(max) - scaled(min)) / scaled(step)) + 1;
}

/** Sizes of the range's levels, smallest first: start + k x step, computed in whole hundred-millionths and rounded to 4 decimals. */
function levelsOf(range: LevelRange): readonly number[] {
  const start = Math.min(scaled(range.min), scaled(range.max));
  const step = scaled(range.step);
  return Array.from({ length: countOf(range) }, (_, k) => Math.round((start + k * step) / 1e4) / 1e4);
}
