// The logarithm of a mixture's density at given points; of its mass in a dimension with steps. Hot: points x kernels x dimensions for every trial.
import { logSum } from './log-sums.ts';
import { logDensity, logMass } from './normal.ts';
import type { CategoricalKernels, Mixture, NumericalKernels } from './parzen.ts';
import type { StepMasses, WidthMasses } from './step-masses.ts';

/** What is at hand for the work. */
export interface Workplace {
  /** What is remembered of the grid of each dimension; undefined where nothing is. */
  readonly masses: readonly (StepMasses | undefined)[];
  /** A table of so many numbers to write on, whatever stands in it; the next one asked for may be the same. */
  readonly table: (length: number) => Float64Array;
}

const BARE: Workplace = { masses: [], table: (length) => new Float64Array(length) };

/** Point by point a term for every kernel. */
interface Terms {
  readonly terms: Float64Array;
  readonly kernels: number;
}

/** The log density of `mixture` at each of the points given as columns, one per dimension. */
export function logDensities(
  { weights, kernels }: Mixture,
  columns: readonly Float64Array[],
  { masses, table }: Workplace = BARE,
): Float64Array {
  const points = columns[0]?.length ?? 0;
  const count = weights.length;
  const terms = table(count * points);
  terms.set(weights.map(Math.log));
  for (let point = 1; point < points; point += 1) terms.copyWithin(point * count, 0, count);
  const to = { terms, kernels: count };
  kernels.forEach((of, dimension) => {
    const column = columns[dimension] as Float64Array;
    if (of.kind === 'categorical') addChoices(to, of, column);
    else if (of.distribution.step === null) addDensities(to, of, column);
    else addMasses(to, of, { column, step: of.distribution.step, known: masses[dimension] });
  });
  return Float64Array.from(columns[0] ?? [], (_, point) => logSum(terms, point * count, (point + 1) * count));
}

function addChoices({ terms }: Terms, { choices, own, peak, base }: CategoricalKernels, column: Float64Array): void {
  const logPeak = Math.log(peak);
  const logBase = Math.log(base);
  const same = Math.log(1 / choices);
  let at = 0;
  for (let point = 0; point < column.length; point += 1) {
    for (let kernel = 0; kernel < own.length; kernel += 1, at += 1)
      terms[at] = (terms[at] as number) + (own[kernel] === column[point] ? logPeak : logBase);
    terms[at] = (terms[at] as number) + same;
    at += 1;
  }
}

const AT_CENTRE = logDensity(0);

function addDensities({ terms, kernels }: Terms, of: NumericalKernels, column: Float64Array): void {
  const { mu, sigma, low, high } = of;
  const points = column.length;
  const scaled = of.distribution.log ? column.map(Math.log) : column;
  let width = Number.NaN;
  let logWidth = Number.NaN;
  for (let kernel = 0; kernel < kernels; kernel += 1) {
    const centre = mu[kernel] as number;
    if (sigma[kernel] !== width) {
      width = sigma[kernel] as number;
      logWidth = Math.log(width);
    }
    const most = AT_CENTRE - logMass((low - centre) / width, (high - centre) / width) - logWidth;
    const perWidth = 1 / width;
    let at = kernel;
    for (let point = 0; point < points; point += 1, at += kernels) {
      const z = ((scaled[point] as number) - centre) * perWidth;
      terms[at] = (terms[at] as number) + (most - 0.5 * z * z);
    }
  }
}

function addMasses(
  { terms, kernels }: Terms,
  { mu, sigma, low, high, distribution }: NumericalKernels,
  of: { readonly column: Float64Array; readonly step: number; readonly known: StepMasses | undefined },
): void {
  const { column, step, known } = of;
  const points = column.length;
  const scale = distribution.log ? Math.log : (value: number) => value;
  const left = column.map((value) => scale(value - step / 2));
  const right = column.map((value) => scale(value + step / 2));
  const lowest = low + step / 2;
  const places = Int32Array.from(column, (value) => Math.round((value - lowest) / step));
  let masses: WidthMasses | undefined;
  for (let kernel = 0; kernel < kernels; kernel += 1) {
    const centre = mu[kernel] as number;
    const width = sigma[kernel] as number;
    const steps = (centre - lowest) / step;
    const place = Math.round(steps);
    let at = kernel;
    // The last kernel's centre may lie between two values, and a value given from outside anywhere.
    if (known !== undefined && place >= 0 && place < known.values && Math.abs(steps - place) < 1e-9) {
      if (masses?.width !== width) masses = known.ofWidth(width);
      const { byDistance } = masses;
      const cut = masses.whole(place);
      for (let point = 0; point < points; point += 1, at += kernels) {
        const distance = Math.abs((places[point] as number) - place);
        let mass = byDistance[distance] as number;
        if (Number.isNaN(mass)) mass = masses.at(distance);
        terms[at] = (terms[at] as number) + (mass - cut);
      }
      continue;
    }
    const cut = logMass((low - centre) / width, (high - centre) / width);
    for (let point = 0; point < points; point += 1, at += kernels) {
      const mass = logMass(((left[point] as number) - centre) / width, ((right[point] as number) - centre) / width);
      terms[at] = (terms[at] as number) + (mass - cut);
    }
  }
}
