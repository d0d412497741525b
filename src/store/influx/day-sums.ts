// Sums over the trades of one day (or of any part of it) per group, kept as numbers in one block. Sums are pairs of doubles that carry 106 bits: whatever
// the order of adding, and however the trades are split over days, they round to the same double.

/** How a column of two sets of sums is put together. `high` and `low` are the two halves of one sum, side by side. */
export type Column = 'add' | 'high' | 'low' | 'least' | 'most';

/** Sums by group that are only read: the columns of `groups[i]` stand at i times as many as there are. */
export interface PackedSums {
  readonly groups: ArrayLike<number>;
  readonly values: Float64Array;
}

/** Sums by group, a group being any whole number >= 0. */
export class DaySums {
  readonly layout: readonly Column[];
  readonly groups: number[] = [];
  values: Float64Array;
  readonly #rowOf = new Map<number, number>();

  constructor(layout: readonly Column[], size = 16) {
    this.layout = layout;
    this.values = new Float64Array(size * layout.length);
  }

  /** Where the columns of `group` start in `values`; made, empty, when there are none. */
  at(group: number): number {
    const stride = this.layout.length;
    const known = this.#rowOf.get(group);
    if (known !== undefined) return known;
    const start = this.groups.length * stride;
    this.groups.push(group);
    this.#rowOf.set(group, start);
    if (start === this.values.length) {
      const wider = new Float64Array(Math.max(stride, 2 * this.values.length));
      wider.set(this.values);
      this.values = wider;
    }
    for (let column = 0; column < stride; column += 1) {
      const how = this.layout[column];
      this.values[start + column] =
        how === 'least' ? Number.POSITIVE_INFINITY : how === 'most' ? Number.NEGATIVE_INFINITY : 0;
    }
    return start;
  }

  /** Adds everything of `other`, which has the same layout. */
  add(other: PackedSums): void {
    const stride = this.layout.length;
    for (let index = 0; index < other.groups.length; index += 1) {
      const from = index * stride;
      const to = this.at(other.groups[index] as number);
      const values = this.values;
      for (let column = 0; column < stride; column += 1) {
        const value = other.values[from + column] as number;
        const before = values[to + column] as number;
        const how = this.layout[column];
        if (how === 'add') values[to + column] = before + value;
        else if (how === 'high') {
          addTo(values, to + column, value);
          addTo(values, to + column, other.values[from + column + 1] as number);
        } else if (how === 'least') values[to + column] = Math.min(before, value);
        else if (how === 'most') values[to + column] = Math.max(before, value);
      }
    }
  }

  /** The same sums in no more memory than they need, for keeping. */
  packed(): PackedSums {
    const { length } = this.groups;
    return { groups: Float64Array.from(this.groups), values: this.values.slice(0, length * this.layout.length) };
  }
}

/** Adds `value` to the sum at `place` (high) and `place + 1` (low): Knuth's two-sum, then the low half is carried over. */
export function addTo(values: Float64Array, place: number, value: number): void {
  const high = values[place] as number;
  const sum = high + value;
  const part = sum - high;
  const error = high - (sum - part) + (value - part);
  const low = (values[place + 1] as number) + error;
  const total = sum + low;
  values[place] = total;
  values[place + 1] = low - (total - sum);
}
