// The space a study searches: the stop x target grid and what was asked beside it, each dimension as its levels. Every point is named by indexes.
import { badInput } from '#domain/fault.ts';
import type { Dimension, StudySpec } from '#domain/study.ts';
import { type Axis, axesOf, requireAxes, valuesIn, valuesOf } from './axes.ts';
import { CELLS_ALLOWED, countOf, type Grid, gridOf, MAX_CELLS, megabytesOf } from './grid.ts';
import type { Point } from './walk-forward.ts';

/**
 * The space of a study. Cell (stop, target, hold) has the index (stop x targets + target) x holds + hold; with axes each cell has one index for every
 * combination of their values, that of the last axis running fastest.
 */
export interface Space {
  readonly grid: Grid;
  /** Ascending; the spec's own when it is no dimension. */
  readonly holds: readonly number[];
  /** Whether `holds` is a dimension. */
  readonly searchesHold: boolean;
  /** Beyond; each has a value at least. */
  readonly axes: readonly Axis[];
}

/** The space of a checked spec. */
export function spaceOf(spec: Pick<StudySpec, 'stop' | 'target' | 'space' | 'maxHold'>): Space {
  const grid = gridOf(spec.stop, spec.target);
  const hold = holdOf(spec);
  const holds = hold === undefined ? [spec.maxHold] : valuesOf(hold);
  return { grid, holds, searchesHold: hold !== undefined, axes: axesOf(spec.space) };
}

/** How many points the space of a checked spec has. */
export function cellsOf(spec: Pick<StudySpec, 'stop' | 'target' | 'space'>): number {
  return spec.space.reduce(
    (cells, dimension) => cells * valuesIn(dimension),
    countOf(spec.stop) * countOf(spec.target),
  );
}

/** How many cells there are for each pair of levels. */
export function cellsPerLevels({ holds, axes }: Space): number {
  return axes.reduce((cells, { values }) => cells * values.length, holds.length);
}

/** The point of the cell with this index. */
export function pointAt({ grid, holds, searchesHold, axes }: Space, cell: number): Point {
  let rest = cell;
  const take = (values: readonly number[]) => {
    const value = values[rest % values.length] as number;
    rest = Math.floor(rest / values.length);
    return value;
  };
  const beyond = axes.toReversed().map(({ name, values }) => [name, take(values)] as const);
  const hold = take(holds);
  const takeProfitPct = take(grid.targetsPct);
  const chosen = [...(searchesHold ? [['maxHold', hold] as const] : []), ...beyond.toReversed()];
  return {
    stopLossPct: take(grid.stopsPct),
    takeProfitPct,
    ...(chosen.length === 0 ? {} : { space: Object.fromEntries(chosen) }),
  };
}

/** Throws BAD_USER_INPUT for levels that cannot be, dimensions that cannot be or are named twice, and more cells than a study may have. */
export function requireSpace(
  spec: Pick<StudySpec, 'stop' | 'target' | 'space' | 'maxHold' | 'sampler'>,
  name: (field: string) => string,
): void {
  gridOf(spec.stop, spec.target, name);
  const names = spec.space.map((dimension) => dimension.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) throw badInput(name('space'), `${twice} is named twice`, 'each dimension once');
  requireHold(spec, name);
  requireBeyond(spec, name);
}

function requireHold(
  spec: Pick<StudySpec, 'stop' | 'target' | 'space' | 'sampler'>,
  name: (field: string) => string,
): void {
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
  if (cells <= MAX_CELLS || samplesAxes(spec)) return;
  const found = `${stops} stops x ${targets} targets x ${holds} holds are ${cells} cells, about ${megabytesOf(cells)} MB`;
  throw badInput(name('maxHolds'), found, CELLS_ALLOWED);
}

/** Axes are for those who judge points one by one, and all points together must still have numbers. */
function requireBeyond(
  spec: Pick<StudySpec, 'stop' | 'target' | 'space' | 'sampler'>,
  name: (field: string) => string,
): void {
  const first = spec.space.find((dimension) => dimension.name !== 'maxHold');
  if (first === undefined) return;
  requireAxes(spec.space, name('space'));
  if (!samplesAxes(spec)) {
    const found = `${first.name} with the sampler ${spec.sampler.toLowerCase()}, which judges planes`;
    throw badInput(name('space'), found, 'the sampler tpe or random');
  }
  const cells = cellsOf(spec);
  if (cells > Number.MAX_SAFE_INTEGER)
    throw badInput(name('space'), `${cells} points`, 'at most 9007199254740991 points');
}

function samplesAxes({ sampler }: Pick<StudySpec, 'sampler'>): boolean {
  return sampler === 'TPE' || sampler === 'RANDOM';
}

function holdOf(spec: Pick<StudySpec, 'space'>): Dimension | undefined {
  return spec.space.find(({ name }) => name === 'maxHold');
}
