// What a sampler remembers from one trial to the next so as not to work it out again. Only ever a memory of what follows from the trials and the space:
// without it, or after another study, the same params are drawn.
import type { Dimension, Space } from './space.ts';
import { StepMasses } from './step-masses.ts';
import type { Params, Trial } from './trial.ts';

/** A grid of more values than this is not worth tables. */
const MOST_VALUES = 2_000;

export class Memory {
  #names = '';
  #known: Params[] = [];
  #columns: readonly Float64Array[] = [];
  readonly #masses = new Map<string, StepMasses>();
  #table = new Float64Array();

  /**
   * The values of `trials` as columns, one per dimension, NaN where a trial has none. Valid until the next call. Params that stand where the very
   * same stood before are not read again.
   */
  valuesOf(trials: readonly Trial[], space: Space): readonly Float64Array[] {
    const names = JSON.stringify(space.map(({ name }) => name));
    if (names !== this.#names) {
      this.#names = names;
      this.#known = [];
      this.#columns = space.map(() => new Float64Array(64));
    }
    const count = trials.length;
    if (count > (this.#columns[0]?.length ?? count))
      this.#columns = this.#columns.map((column) => longer(column, count));
    for (let index = 0; index < count; index += 1) {
      const { params } = trials[index] as Trial;
      if (params === this.#known[index]) continue;
      this.#known[index] = params;
      space.forEach(({ name }, dimension) => {
        (this.#columns[dimension] as Float64Array)[index] = params[name] ?? Number.NaN;
      });
    }
    return this.#columns.map((column) => column.subarray(0, count));
  }

  /** A table of so many numbers to write on, whatever stands in it; the next one is the same. A new one for every trial would cost more than its figures. */
  table(length: number): Float64Array {
    if (length > this.#table.length) this.#table = new Float64Array(2 * length);
    return this.#table.subarray(0, length);
  }

  /** The masses on the grid of `distribution`; undefined where there is none, or one too fine for tables. */
  massesOf({ distribution }: Dimension): StepMasses | undefined {
    if (distribution.kind === 'categorical' || distribution.step === null || distribution.log) return undefined;
    const { low, high, step } = distribution;
    const values = Math.round((high - low) / step) + 1;
    if (values > MOST_VALUES) return undefined;
    const key = `${values} ${step}`;
    const known = this.#masses.get(key) ?? new StepMasses(values, step);
    this.#masses.set(key, known);
    return known;
  }
}

function longer(column: Float64Array, least: number): Float64Array {
  const grown = new Float64Array(2 * least);
  grown.set(column);
  return grown;
}
