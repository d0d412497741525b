// The tree-structured Parzen estimator with the algorithm and the defaults of Optuna 5: two mixtures of kernels, one over the good trials and one over
// all others; of 24 points drawn from the first the one where it exceeds the second most is tried next. Equal to Optuna for the same chance, but
// that ties between equal observations are always broken by age (numpy's sort leaves them to the processor).
import { chanceOf, type Uniform } from './chance.ts';
import { type Digest, Memory } from './memory.ts';
import { logDensities, type Workplace } from './mixture-density.ts';
import { drawPoints } from './mixture-draw.ts';
import { type Mixture, mixtureOf } from './parzen.ts';
import { drawAlone } from './random.ts';
import type { Asked, Sampler } from './sampler.ts';
import { type Dimension, isSingle, onlyValue, type Space } from './space.ts';
import { goodCount, RUNNING, splitStandings } from './split.ts';
import type { Params } from './trial.ts';

export interface TpeOptions {
  /** All dimensions in one draw, kernels being products; false: each dimension as if it were alone. */
  readonly multivariate: boolean;
  /** Running trials count as bad ones. */
  readonly constantLiar: boolean;
  /** Until so many trials have finished, values are drawn at random. */
  readonly startupTrials: number;
  /** Points drawn of which the most promising is taken. */
  readonly candidates: number;
}

/** Optuna 5's for one objective. */
export const TPE_DEFAULTS: TpeOptions = { multivariate: true, constantLiar: true, startupTrials: 10, candidates: 24 };

/** The sampler with these options. */
export function tpeSampler(options: Partial<TpeOptions> = {}): Sampler {
  const rule = { ...TPE_DEFAULTS, ...options };
  const memory = new Memory();
  return { suggest: (asked) => suggestTpe(asked, { rule, memory }, chanceOf(asked.seed, asked.number)) };
}

/** The params tpe draws with the chance `uniform`; `asked.seed` and `asked.number` are not looked at. */
export function suggestTpe(
  asked: Omit<Asked, 'seed' | 'number'>,
  { rule, memory }: { readonly rule: TpeOptions; readonly memory: Memory },
  uniform: Uniform,
): Params {
  const { space, direction, trials } = asked;
  const digest = memory.digest(trials, space, direction);
  let finished = 0;
  for (const kind of digest.kind) if (kind < RUNNING) finished += 1;
  if (finished < rule.startupTrials) {
    return Object.fromEntries(space.map(({ name, distribution }) => [name, drawAlone(distribution, uniform)]));
  }
  const split = splitStandings(digest, { good: goodCount(finished), countRunning: rule.constantLiar });
  const values = new Float64Array(space.length);
  const table = (length: number) => memory.table(length);
  const draw = (dimensions: readonly number[]) => {
    if (dimensions.length === 0) return;
    const masses = dimensions.map((dimension) => memory.massesOf(space[dimension] as Dimension));
    const drawn = drawBest(mixtures(dimensions), { masses, table, count: rule.candidates }, uniform);
    dimensions.forEach((dimension, index) => {
      values[dimension] = drawn[index] as number;
    });
  };
  const mixtures = (dimensions: readonly number[]) => {
    const over = (rows: Int32Array) =>
      mixtureOf(pick(space, dimensions), valuesAt(pick(digest.values, dimensions), rows));
    return { good: over(split.below), bad: over(split.above) };
  };
  const joint = rule.multivariate ? jointDimensions(space, digest) : [];
  draw(joint);
  space.forEach(({ distribution }, dimension) => {
    if (joint.includes(dimension)) return;
    if (isSingle(distribution)) values[dimension] = onlyValue(distribution);
    else draw([dimension]);
  });
  return Object.fromEntries(space.map(({ name }, dimension) => [name, values[dimension] as number]));
}

function pick<T>(of: readonly T[], indexes: readonly number[]): readonly T[] {
  return indexes.map((index) => of[index] as T);
}

/** The dimensions that every finished trial has, by name, but for those of a single value. */
function jointDimensions(space: Space, { kind, values }: Digest): readonly number[] {
  const hasAll = (column: Float64Array) => {
    for (let index = 0; index < kind.length; index += 1)
      if (Number.isNaN(column[index]) && (kind[index] as number) < RUNNING) return false;
    return true;
  };
  return space
    .map((_, index) => index)
    .filter((index) => !isSingle((space[index] as Dimension).distribution) && hasAll(values[index] as Float64Array))
    .sort((a, b) => ((space[a] as Dimension).name < (space[b] as Dimension).name ? -1 : 1));
}

/** The values of the trials `rows` that have all of the dimensions, as columns. */
function valuesAt(observed: readonly Float64Array[], rows: Int32Array): readonly Float64Array[] {
  const columns = observed.map(() => new Float64Array(rows.length));
  let kept = 0;
  for (const row of rows) {
    let whole = true;
    for (let dimension = 0; dimension < columns.length; dimension += 1) {
      const value = (observed[dimension] as Float64Array)[row] as number;
      if (Number.isNaN(value)) whole = false;
      (columns[dimension] as Float64Array)[kept] = value;
    }
    if (whole) kept += 1;
  }
  return columns.map((column) => column.subarray(0, kept));
}

/** One value per dimension: of `count` points drawn from the good mixture the first where good most exceeds bad. */
function drawBest(
  { good, bad }: { readonly good: Mixture; readonly bad: Mixture },
  workplace: Workplace & { readonly count: number },
  uniform: Uniform,
): readonly number[] {
  const points = distinct(drawPoints(good, workplace.count, uniform));
  const goodAt = logDensities(good, points, workplace);
  const badAt = logDensities(bad, points, workplace);
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  goodAt.forEach((density, point) => {
    const excess = density - (badAt[point] as number);
    if (excess <= most) return;
    most = excess;
    best = point;
  });
  return points.map((column) => column[best] as number);
}

/** The points without repetitions, each where it was first: on a grid many of the good ones are the same. */
function distinct(columns: readonly Float64Array[]): readonly Float64Array[] {
  const count = columns[0]?.length ?? 0;
  const kept: number[] = [];
  for (let point = 0; point < count; point += 1) {
    if (!kept.some((other) => columns.every((column) => column[point] === column[other]))) kept.push(point);
  }
  return kept.length === count
    ? columns
    : columns.map((column) => Float64Array.from(kept, (point) => column[point] as number));
}
