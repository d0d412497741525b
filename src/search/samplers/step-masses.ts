// What a cut normal kernel on a grid gives to each value: by its width and by the distance in steps, worked out once. Only a memory of figures that follow from
// their arguments: forgetting it costs time and changes nothing.
import { logMass } from './normal.ts';

/** Widths kept before all are forgotten: with few observations each trial has new ones. */
const MOST_WIDTHS = 2_000;

/** The masses of one grid: `values` values, `step` apart. */
export class StepMasses {
  readonly values: number;
  readonly step: number;
  readonly #byWidth = new Map<number, WidthMasses>();

  constructor(values: number, step: number) {
    this.values = values;
    this.step = step;
  }

  ofWidth(width: number): WidthMasses {
    const known = this.#byWidth.get(width);
    if (known !== undefined) return known;
    if (this.#byWidth.size >= MOST_WIDTHS) this.#byWidth.clear();
    const made = new WidthMasses(width, this);
    this.#byWidth.set(width, made);
    return made;
  }
}

/** The masses of kernels of one width, on the values of a grid. */
export class WidthMasses {
  readonly width: number;
  /** The log mass of the value so many steps from the centre; NaN where `at` was not yet asked. */
  readonly byDistance: Float64Array;
  readonly #byPlace: Float64Array;
  readonly #step: number;

  constructor(width: number, { values, step }: { readonly values: number; readonly step: number }) {
    this.width = width;
    this.byDistance = new Float64Array(values).fill(Number.NaN);
    this.#byPlace = new Float64Array(values).fill(Number.NaN);
    this.#step = step;
  }

  /** The log mass of the value `distance` steps (whole, >= 0) from the centre. */
  at(distance: number): number {
    const nearer = (0.5 - distance) * this.#step;
    const mass = logMass((nearer - this.#step) / this.width, nearer / this.width);
    this.byDistance[distance] = mass;
    return mass;
  }

  /** The log mass of the whole grid for a kernel centred on the value `place` (steps from the lowest). */
  whole(place: number): number {
    const known = this.#byPlace[place] as number;
    if (!Number.isNaN(known)) return known;
    const after = this.#byPlace.length - place - 0.5;
    const mass = logMass(((-0.5 - place) * this.#step) / this.width, (after * this.#step) / this.width);
    this.#byPlace[place] = mass;
    return mass;
  }
}
