// The logarithm of a mixture's density at given points; of its mass in a dimension with steps. Hot: points x kernels x dimensions for every trial.
import { logSum } from './log-sums.ts';
import { logDensity, logMass } from './normal.ts';
import type { CategoricalKernels, Mixture, NumericalKernels } from './parzen.ts';
import type { StepMasses } from './step-masses.ts';

/** What is at hand for the work. */
export interface Workplace {
  /** What is remembered of the grid of each dimension; undefined where nothing is. */
  readonly masses: readonly (StepMasses | undefined)[];
  /** A table of so many numbers to write on, whatever stands in it; the next one asked for may be the same. */
  readonly table: (length: number) => Float64Array;
}

const BARE: Workplace = { masses: [], table: (length) => new Float64Array(length) };

/** Adds to a row of terms, one per kernel, what one dimension says of them at a point. */
type Add = (row: Float64Array, point: number) => void;

/** The log density of `mixture` at each of the points given as columns, one per dimension. */
export function logDensities(
  { weights, kernels }: Mixture,
  columns: readonly Float64Array[],
  { masses, table }: Workplace = BARE,
): Float64Array {
  const count = weights.length;
  // What a kernel's term has at every point.
  const base = weights.map(Math.log);
  const smooth: Parabolas[] = [];
  const others: Add[] = [];
  kernels.forEach((of, dimension) => {
    const column = columns[dimension] as Float64Array;
    if (of.kind === 'categorical') others.push(choices(base, of, column));
    else if (of.distribution.step === null) smooth.push(densities(base, of, column));
    else others.push(stepMasses(base, of, { column, step: of.distribution.step, known: masses[dimension] }));
  });
  // One row for all points, so that it stays in the processor's nearest memory.
  const row = table(count);
  return Float64Array.from(columns[0] ?? [], (_, point) => {
    row.set(base);
    for (let index = 0; index < smooth.length; index += 2)
      addParabolas(row, point, [smooth[index] as Parabolas, smooth[index + 1]]);
    for (const add of others) add(row, point);
    return logSum(row, 0, count);
  });
}

function choices(base: Float64Array, of: CategoricalKernels, column: Float64Array): Add {
  const { own } = of;
  const logPeak = Math.log(of.peak);
  const logBase = Math.log(of.base);
  base[own.length] = (base[own.length] as number) + Math.log(1 / of.choices);
  return (row, point) => {
    const choice = column[point];
    for (let kernel = 0; kernel < own.length; kernel += 1)
      row[kernel] = (row[kernel] as number) + (own[kernel] === choice ? logPeak : logBase);
  };
}

const AT_CENTRE = logDensity(0);

/** Normal kernels in one dimension, without what they have at every point. */
interface Parabolas {
  /** By point. */
  readonly scaled: Float64Array;
  /** By kernel. */
  readonly mu: Float64Array;
  readonly perWidth: Float64Array;
}

function densities(base: Float64Array, of: NumericalKernels, column: Float64Array): Parabolas {
  const { mu, sigma, low, high } = of;
  const scaled = of.distribution.log ? column.map(Math.log) : column;
  const perWidth = new Float64Array(mu.length);
  let width = Number.NaN;
  let logWidth = Number.NaN;
  for (let kernel = 0; kernel < mu.length; kernel += 1) {
    const centre = mu[kernel] as number;
    if (sigma[kernel] !== width) {
      width = sigma[kernel] as number;
      logWidth = Math.log(width);
    }
    perWidth[kernel] = 1 / width;
    const cut = logMass((low - centre) / width, (high - centre) / width);
    base[kernel] = (base[kernel] as number) + (AT_CENTRE - cut - logWidth);
  }
  return { scaled, mu, perWidth };
}

/** Two dimensions in one walk over the kernels cost hardly more than one. */
function addParabolas(
  row: Float64Array,
  point: number,
  [one, other]: readonly [Parabolas, Parabolas | undefined],
): void {
  const a = one.mu;
  const pa = one.perWidth;
  const xa = one.scaled[point] as number;
  if (other === undefined) {
    for (let kernel = 0; kernel < row.length; kernel += 1) {
      const z = (xa - (a[kernel] as number)) * (pa[kernel] as number);
      row[kernel] = (row[kernel] as number) - 0.5 * z * z;
    }
    return;
  }
  const b = other.mu;
  const pb = other.perWidth;
  const xb = other.scaled[point] as number;
  for (let kernel = 0; kernel < row.length; kernel += 1) {
    const y = (xa - (a[kernel] as number)) * (pa[kernel] as number);
    const z = (xb - (b[kernel] as number)) * (pb[kernel] as number);
    row[kernel] = (row[kernel] as number) - 0.5 * (y * y + z * z);
  }
}

function stepMasses(
  base: Float64Array,
  { mu, sigma, low, high, distribution }: NumericalKernels,
  of: { readonly column: Float64Array; readonly step: number; readonly known: StepMasses | undefined },
): Add {
  const { column, step, known } = of;
  const scale = distribution.log ? Math.log : (value: number) => value;
  const lowest = low + step / 2;
  const places = new Int32Array(mu.length).fill(-1);
  const offsets = new Int32Array(mu.length);
  const others: number[] = [];
  for (let kernel = 0; kernel < mu.length; kernel += 1) {
    const centre = mu[kernel] as number;
    const width = sigma[kernel] as number;
    const steps = (centre - lowest) / step;
    const place = Math.round(steps);
    // The last kernel's centre may lie between two values, and a value given from outside anywhere.
    if (known !== undefined && place >= 0 && place < known.values && Math.abs(steps - place) < 1e-9) {
      places[kernel] = place;
      const slot = known.slotOf(width);
      offsets[kernel] = slot * known.values;
      base[kernel] = (base[kernel] as number) - known.whole(slot, place);
    } else {
      others.push(kernel);
      base[kernel] = (base[kernel] as number) - logMass((low - centre) / width, (high - centre) / width);
    }
  }
  return (row, point) => {
    const value = column[point] as number;
    if (known !== undefined) addKnown(row, Math.round((value - lowest) / step), { places, offsets, known });
    const left = scale(value - step / 2);
    const right = scale(value + step / 2);
    for (const kernel of others) {
      const centre = mu[kernel] as number;
      const width = sigma[kernel] as number;
      row[kernel] = (row[kernel] as number) + logMass((left - centre) / width, (right - centre) / width);
    }
  };
}

function addKnown(
  row: Float64Array,
  at: number,
  of: { readonly places: Int32Array; readonly offsets: Int32Array; readonly known: StepMasses },
): void {
  const { places, offsets, known } = of;
  const { masses } = known;
  for (let kernel = 0; kernel < row.length; kernel += 1) {
    const place = places[kernel] as number;
    if (place < 0) continue;
    const index = (offsets[kernel] as number) + Math.abs(at - place);
    let mass = masses[index] as number;
    if (Number.isNaN(mass)) mass = known.workOut(index);
    row[kernel] = (row[kernel] as number) + mass;
  }
}
