// How a study's space looks to samplers and pruners: whole-number dimensions, one per axis, whose values are indexes into its levels.
import type { StudySpec } from '#domain/study.ts';
import { hyperbandPruner } from './samplers/hyperband-pruner.ts';
import { medianPruner } from './samplers/median-pruner.ts';
import { randomSampler } from './samplers/random.ts';
import type { Pruner, Sampler } from './samplers/sampler.ts';
import { intDimension, type Space as SampledSpace } from './samplers/space.ts';
import { tpeSampler } from './samplers/tpe.ts';
import { wilcoxonPruner } from './samplers/wilcoxon-pruner.ts';
import type { Space } from './space.ts';

/** The dimensions of `space`; every point of them is a cell. */
export function dimensionsOf({ grid, holds, searchesHold, axes }: Space): SampledSpace {
  return [
    intDimension('stop', [0, grid.stopsPct.length - 1]),
    intDimension('target', [0, grid.targetsPct.length - 1]),
    ...(searchesHold ? [intDimension('maxHold', [0, holds.length - 1])] : []),
    ...axes.map(({ name, values }) => intDimension(name, [0, values.length - 1])),
  ];
}

/** The cell at a point of `dimensionsOf(space)`. */
export function cellAt({ grid, holds, axes }: Space, point: Readonly<Record<string, number>>): number {
  const { stop = 0, target = 0, maxHold = 0 } = point;
  const held = (stop * grid.targetsPct.length + target) * holds.length + maxHold;
  return axes.reduce((cell, { name, values }) => cell * values.length + (point[name] ?? 0), held);
}

/** Whoever draws the points. */
export function samplerOf({ sampler }: Pick<StudySpec, 'sampler'>): Sampler {
  return sampler === 'TPE' ? tpeSampler() : randomSampler;
}

/** What a study is called where it is told to Optuna, and where hyperband shares its trials out to brackets: nothing of it is random. */
export function studyName({ pair, timeframe, side, objective, seed }: StudySpec): string {
  return [
    pair,
    timeframe,
    ...(side === null ? [] : [side.toLowerCase()]),
    objective.toLowerCase(),
    `seed ${seed}`,
  ].join(' ');
}

/** Whoever gives trials up; undefined: nobody does. */
export function prunerOf(spec: StudySpec, search: number): Pruner | undefined {
  switch (spec.pruner) {
    case 'NONE':
      return undefined;
    case 'MEDIAN':
      return medianPruner();
    case 'WILCOXON':
      return wilcoxonPruner();
    case 'HYPERBAND':
      return hyperbandPruner({ studyName: search === 0 ? studyName(spec) : `${studyName(spec)} fold ${search}` });
  }
}
