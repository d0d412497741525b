// What tpe makes of observed params: a mixture of kernels, one per observation and a broad last one that stands for knowing nothing. A kernel is a product
// over the dimensions. Formulas and defaults of Optuna 5 (optuna/samplers/_tpe/parzen_estimator.py).
import { kernelWidths } from './kernel-widths.ts';
import { sum } from './log-sums.ts';
import type { CategoricalDistribution, Dimension, NumericalDistribution } from './space.ts';

/** Cut normals, in the dimension's own unit or its logarithm. `low` and `high` cut; with a step half a step beyond the ends. */
export interface NumericalKernels {
  readonly kind: 'numerical';
  readonly distribution: NumericalDistribution;
  readonly low: number;
  readonly high: number;
  readonly mu: Float64Array;
  readonly sigma: Float64Array;
}

/** Each kernel gives `peak` to its own choice and `base` to every other; the last gives all the same. */
export interface CategoricalKernels {
  readonly kind: 'categorical';
  readonly choices: number;
  /** By kernel, without the last. */
  readonly own: Float64Array;
  readonly peak: number;
  readonly base: number;
}

export type Kernels = NumericalKernels | CategoricalKernels;

export interface Mixture {
  /** By kernel; they add up to 1. */
  readonly weights: Float64Array;
  /** By dimension. */
  readonly kernels: readonly Kernels[];
}

/** The mixture over `columns`, one per dimension: the observed values of each, oldest first. */
export function mixtureOf(dimensions: readonly Dimension[], columns: readonly Float64Array[]): Mixture {
  return {
    weights: weightsOf(columns[0]?.length ?? 0),
    kernels: dimensions.map(({ distribution }, index) => {
      const observed = columns[index] as Float64Array;
      return distribution.kind === 'categorical'
        ? categoricalKernels(distribution, observed)
        : numericalKernels(distribution, observed);
    }),
  };
}

/** The newest so many count fully, older ones less and less. */
const FULL = 25;

/** The weights of `observed` kernels, oldest first, and of the last one. */
export function weightsOf(observed: number): Float64Array {
  const weights = new Float64Array(observed + 1).fill(1);
  const ramp = observed - FULL;
  const oldest = 1 / observed;
  for (let index = 0; index < ramp; index += 1) {
    weights[index] = ramp === 1 ? oldest : oldest + index * ((1 - oldest) / (ramp - 1));
  }
  if (ramp > 1) weights[ramp - 1] = 1;
  const total = sum(weights, 0, weights.length);
  for (let index = 0; index < weights.length; index += 1) weights[index] = (weights[index] as number) / total;
  return weights;
}

function categoricalKernels({ choices }: CategoricalDistribution, observed: Float64Array): CategoricalKernels {
  const share = 1 / (observed.length + 1);
  let total = share + 1;
  for (let other = 1; other < choices.length; other += 1) total += share;
  return {
    kind: 'categorical',
    choices: choices.length,
    own: observed,
    peak: (1 + share) / total,
    base: share / total,
  };
}

function numericalKernels(distribution: NumericalDistribution, observed: Float64Array): NumericalKernels {
  const half = (distribution.step ?? 0) / 2;
  const scale = distribution.log ? Math.log : (value: number) => value;
  const low = scale(distribution.low - half);
  const high = scale(distribution.high + half);
  const count = observed.length;
  const mu = new Float64Array(count + 1);
  if (!distribution.log) mu.set(observed);
  else for (let index = 0; index < count; index += 1) mu[index] = Math.log(observed[index] as number);
  const sigma = kernelWidths(mu.subarray(0, count), low, high);
  mu[count] = 0.5 * (low + high);
  return { kind: 'numerical', distribution, low, high, mu, sigma };
}
