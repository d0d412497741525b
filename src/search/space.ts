// The space a study searches: the stop x target grid and what was asked beside it, each dimension as its levels. Every point is named by indexes.
import { badInput } from '#domain/fault.ts';
import type { Dimension, StudySpec } from '#domain/study.ts';
import { CELLS_ALLOWED, countOf, type Grid, gridOf, MAX_CELLS, megabytesOf } from './grid.ts';
import type { Point } from './walk-forward.ts';

/** The space of a study. Cell (stop, target, hold) has the index (stop x targets + target) x holds + hold. */
export interface Space {
  readonly grid: Grid;
  /** Ascending; the spec's own when it is no dimension. */
  readonly holds: readonly number[];
  /** Whether `holds` is a dimension. */
  readonly searchesHold: boolean;
}

/** The space of a checked spec. */
export function spaceOf(spec: Pick<StudySpec, 'stop' | 'target' | 'space' | 'maxHold'>): Space {
  const grid = gridOf(spec.stop, spec.target);
  const hold = holdOf(spec);
  return { grid, holds: hold === undefined ? [spec.maxHold] : valuesOf(hold), searchesHold: hold !== undefined };
}

/** How many points the space of a checked spec has. */
export function cellsOf(spec: Pick<StudySpec, 'stop' | 'target' | 'space'>): number {
  const hold = holdOf(spec);
  return countOf(spec.stop) * countOf(spec.target) * (hold === undefined ? 1 : valuesIn(hold));
}

/** The point of the cell with this index. */
export function pointAt({ grid, holds, searchesHold }: Space, cell: number): Point {
  const hold = holds[cell % holds.length] as number;
  const level = Math.floor(cell / holds.length);
  const targets = grid.targetsPct.length;
  return {
    stopLossPct: grid.stopsPct[Math.floor(level / targets)] as number,
    takeProfitPct: grid.targetsPct[level % targets] as number,
    ...(searchesHold ? { space: { maxHold: hold } } : {}),
  };
}

/** Throws BAD_USER_INPUT for levels that cannot be, dimensions that cannot be or are named twice, and more cells than a study may have. */
export function requireSpace(
  spec: Pick<StudySpec, 'stop' | 'target' | 'space' | 'maxHold'>,
  name: (field: string) => string,
): void {
  gridOf(spec.stop, spec.target, name);
  const names = spec.space.map((dimension) => dimension.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) throw badInput(name('space'), `${twice} is named twice`, 'each dimension once');
  const hold = holdOf(spec);
  if (hold === undefined) return;
  const { min, max, step } = hold;
  if (![min, max, step].every((value) => Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000)) {
    const allowed = 'MIN:MAX:STEP in whole candles from 1 to 1000000, or one number';
    throw badInput(name('maxHolds'), `${min}:${max}:${step}`, allowed);
  }
  const grid = gridOf(spec.stop, spec.target);
  const [stops, targets, holds] = [grid.stopsPct.length, grid.targetsPct.length, valuesIn(hold)];
  const cells = stops * targets * holds;
  if (cells <= MAX_CELLS) return;
  const found = `${stops} stops x ${targets} targets x ${holds} holds are ${cells} cells, about ${megabytesOf(cells)} MB`;
  throw badInput(name('maxHolds'), found, CELLS_ALLOWED);
}

function holdOf(spec: Pick<StudySpec, 'space'>): Dimension | undefined {
  return spec.space.find(({ name }) => name === 'maxHold');
}

function valuesIn({ min, max, step }: Dimension): number {
  return Math.floor(Math.abs(max - min) / step) + 1;
}

/** Ascending, from the smaller end on. */
function valuesOf(dimension: Dimension): readonly number[] {
  const least = Math.min(dimension.min, dimension.max);
  return Array.from({ length: valuesIn(dimension) }, (_, index) => least + index * dimension.step);
}
