// Draws points from a mixture of kernels, using up chance in numpy's order (optuna/samplers/_tpe/probability_distributions.py): first which kernel
// each point comes from, then the categorical dimensions in order, then the numerical ones in order.
import type { Uniform } from './chance.ts';
import { cutQuantile } from './normal.ts';
import type { CategoricalKernels, Mixture, NumericalKernels } from './parzen.ts';
import { roundHalfEven } from './rounding.ts';

/** `count` points of `mixture` as columns, one per dimension. */
export function drawPoints({ weights, kernels }: Mixture, count: number, uniform: Uniform): readonly Float64Array[] {
  const origins = drawKernels(weights, count, uniform);
  const columns = kernels.map(() => new Float64Array(count));
  for (const kind of ['categorical', 'numerical'] as const) {
    kernels.forEach((of, dimension) => {
      const column = columns[dimension] as Float64Array;
      if (of.kind !== kind) return;
      for (let point = 0; point < count; point += 1) {
        const origin = origins[point] as number;
        column[point] =
          of.kind === 'categorical' ? drawChoice(of, origin, uniform()) : drawNumber(of, origin, uniform());
      }
    });
  }
  return columns;
}

function drawKernels(weights: Float64Array, count: number, uniform: Uniform): Int32Array {
  const upTo = new Float64Array(weights.length);
  let sum = 0;
  for (let kernel = 0; kernel < upTo.length; kernel += 1) {
    sum += weights[kernel] as number;
    upTo[kernel] = sum;
  }
  return Int32Array.from({ length: count }, () => {
    const drawn = uniform();
    const kernel = upTo.findIndex((share) => share / sum > drawn);
    return kernel < 0 ? upTo.length - 1 : kernel;
  });
}

function drawChoice({ choices, own, peak, base }: CategoricalKernels, kernel: number, drawn: number): number {
  const choice = own[kernel];
  let sum = 0;
  for (let index = 0; index < choices - 1; index += 1) {
    sum += choice === undefined ? 1 / choices : index === choice ? peak : base;
    if (sum >= drawn) return index;
  }
  return choices - 1;
}

function drawNumber(kernels: NumericalKernels, kernel: number, drawn: number): number {
  const { low, high, step, log } = kernels.distribution;
  const mu = kernels.mu[kernel] as number;
  const sigma = kernels.sigma[kernel] as number;
  const raw = cutQuantile(drawn, (kernels.low - mu) / sigma, (kernels.high - mu) / sigma) * sigma + mu;
  const value = log ? Math.exp(raw) : raw;
  const onGrid = step === null ? value : low + roundHalfEven((value - low) / step) * step;
  return Math.min(Math.max(onGrid, low), high);
}
