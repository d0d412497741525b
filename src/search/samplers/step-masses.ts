// What a cut normal kernel on a grid gives to each value: by its width and by the distance in steps, worked out once. Only a memory of figures that follow from
// their arguments: forgetting it costs time and changes nothing.
import { logMass } from './normal.ts';

/** Numbers kept for one grid before all are forgotten: with few observations each trial has new widths. */
const MOST_KEPT = 1_000_000;

/** The masses of one grid: `values` values, `step` apart. */
export class StepMasses {
  readonly values: number;
  readonly step: number;
  /** By slot and distance: the log mass of the value so many steps from the centre; NaN where not yet worked out. */
  masses = new Float64Array();
  /** By slot and place: the log mass of the whole grid for a kernel centred on the value at that place. */
  #wholes = new Float64Array();
  #widths: number[] = [];
  readonly #slots = new Map<number, number>();
  #last = Number.NaN;
  #lastSlot = 0;

  constructor(values: number, step: number) {
    this.values = values;
    this.step = step;
  }

  /** Begins a trial: after it slots stay as they are until the next one. */
  begin(): void {
    if (this.#widths.length * this.values < MOST_KEPT) return;
    this.#slots.clear();
    this.#widths = [];
    this.masses.fill(Number.NaN);
    this.#wholes.fill(Number.NaN);
    this.#last = Number.NaN;
  }

  /** Where what is known of kernels of `width` begins: slot x values. */
  slotOf(width: number): number {
    if (width === this.#last) return this.#lastSlot;
    const slot = this.#slots.get(width) ?? this.#widths.length;
    if (slot === this.#widths.length) {
      this.#widths.push(width);
      this.#slots.set(width, slot);
      const needed = this.#widths.length * this.values;
      if (needed > this.masses.length) {
        this.masses = longer(this.masses, 2 * needed);
        this.#wholes = longer(this.#wholes, 2 * needed);
      }
    }
    this.#last = width;
    this.#lastSlot = slot;
    return slot;
  }

  /** Works out `masses[index]`. */
  workOut(index: number): number {
    const width = this.#widths[Math.floor(index / this.values)] as number;
    const nearer = (0.5 - (index % this.values)) * this.step;
    const mass = logMass((nearer - this.step) / width, nearer / width);
    this.masses[index] = mass;
    return mass;
  }

  /** The log mass of the whole grid for a kernel of the slot centred on the value `place` (steps from the lowest). */
  whole(slot: number, place: number): number {
    const index = slot * this.values + place;
    const known = this.#wholes[index] as number;
    if (!Number.isNaN(known)) return known;
    const width = this.#widths[slot] as number;
    const after = this.values - place - 0.5;
    const mass = logMass(((-0.5 - place) * this.step) / width, (after * this.step) / width);
    this.#wholes[index] = mass;
    return mass;
  }
}

function longer(kept: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length).fill(Number.NaN);
  grown.set(kept);
  return grown;
}
