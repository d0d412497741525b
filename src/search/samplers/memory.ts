// What a sampler remembers from one trial to the next so as not to work it out again. Only ever a memory of what follows from the trials and the space:
// without it, or after another study, the same params are drawn.
import type { Dimension, Space } from './space.ts';
import { type Standings, standingOf } from './split.ts';
import { StepMasses } from './step-masses.ts';
import type { Direction, Trial } from './trial.ts';

/** A grid of more values than this is not worth tables. */
const MOST_VALUES = 2_000;

/** Trials as columns. */
export interface Digest extends Standings {
  /** By dimension the values; NaN where a trial has none. */
  readonly values: readonly Float64Array[];
}

export class Memory {
  #study = '';
  #known: Trial[] = [];
  #digest: Digest = emptyDigest(0, 0);
  readonly #masses = new Map<string, StepMasses>();
  #table = new Float64Array();

  /** `trials` as columns, valid until the next call. A trial that is the very same object as the one that stood there before is not read again. */
  digest(trials: readonly Trial[], space: Space, direction: Direction): Digest {
    const study = JSON.stringify([direction, ...space.map(({ name }) => name)]);
    if (study !== this.#study) {
      this.#study = study;
      this.#known = [];
      this.#digest = emptyDigest(space.length, 64);
    }
    const count = trials.length;
    if (count > this.#digest.kind.length) this.#digest = longer(this.#digest, 2 * count);
    const { kind, first, second, values } = this.#digest;
    for (let index = 0; index < count; index += 1) {
      const trial = trials[index] as Trial;
      if (trial === this.#known[index]) continue;
      this.#known[index] = trial;
      const standing = standingOf(trial, direction);
      kind[index] = standing.kind;
      first[index] = standing.first;
      second[index] = standing.second;
      space.forEach(({ name }, dimension) => {
        (values[dimension] as Float64Array)[index] = trial.params[name] ?? Number.NaN;
      });
    }
    return {
      kind: kind.subarray(0, count),
      first,
      second,
      values,
    };
  }

  /** A table of so many numbers to write on, whatever stands in it; the next one is the same. A new one for every trial would cost more than its figures. */
  table(length: number): Float64Array {
    if (length > this.#table.length) this.#table = new Float64Array(2 * length);
    return this.#table.subarray(0, length);
  }

  /** The masses on the grid of `distribution`, ready for a trial; undefined where there is none, or one too fine for tables. */
  massesOf({ distribution }: Dimension): StepMasses | undefined {
    if (distribution.kind === 'categorical' || distribution.step === null || distribution.log) return undefined;
    const { low, high, step } = distribution;
    const values = Math.round((high - low) / step) + 1;
    if (values > MOST_VALUES) return undefined;
    const key = `${values} ${step}`;
    const known = this.#masses.get(key) ?? new StepMasses(values, step);
    known.begin();
    this.#masses.set(key, known);
    return known;
  }
}

function emptyDigest(dimensions: number, length: number): Digest {
  return {
    kind: new Uint8Array(length),
    first: new Float64Array(length),
    second: new Float64Array(length),
    values: Array.from({ length: dimensions }, () => new Float64Array(length)),
  };
}

function longer(digest: Digest, length: number): Digest {
  const grown = emptyDigest(digest.values.length, length);
  grown.kind.set(digest.kind);
  grown.first.set(digest.first);
  grown.second.set(digest.second);
  grown.values.forEach((column, dimension) => {
    column.set(digest.values[dimension] as Float64Array);
  });
  return grown;
}
