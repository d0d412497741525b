// One row of a Flux answer and the table it belongs to. A row is only valid inside the call that hands it over: the next one takes its place.
// Values are cut out of the text when they are asked for, so that columns nobody reads cost nothing.

/** The columns of a table, by their position in its lines; the first position is the unnamed column of annotated CSV. */
export interface FluxTable {
  readonly names: readonly string[];
  /** `string`, `long`, `unsignedLong`, `double`, `boolean`, `dateTime:RFC3339`, ... */
  readonly types: readonly string[];
  /** What stands for an empty value; empty: there is no value. */
  readonly defaults: readonly string[];
  /** The name of the yield that most of its rows belong to. */
  readonly result: string;
  /** Where `name` stands; -1 when there is no such column. */
  position(name: string): number;
}

/** A table of columns; short annotations are filled with empty text. */
export function fluxTable(names: readonly string[], types: readonly string[], defaults: readonly string[]): FluxTable {
  const positions = new Map(names.map((name, position) => [name, position]));
  return {
    names,
    types: names.map((_, position) => types[position] ?? ''),
    defaults: names.map((_, position) => defaults[position] ?? ''),
    result: defaults[positions.get('result') ?? -1] ?? '',
    position: (name) => positions.get(name) ?? -1,
  };
}

export class FluxRow {
  table: FluxTable = fluxTable([], [], []);
  #text = '';
  /** Start and end of each value in the text, one after the other. */
  #bounds = new Int32Array(64);
  #count = 0;
  /** Values that were quoted, already unquoted; undefined when the line had none. */
  #unquoted: (string | undefined)[] | undefined;

  /** The value at `position`; empty when there is none. */
  text(position: number): string {
    if (position < 0 || position >= this.#count) return '';
    const found =
      this.#unquoted?.[position] ??
      this.#text.slice(this.#bounds[2 * position] as number, this.#bounds[2 * position + 1] as number);
    return found === '' ? (this.table.defaults[position] ?? '') : found;
  }

  /** The number at `position`; NaN when there is none. */
  number(position: number): number {
    const text = this.text(position);
    return text === '' ? Number.NaN : Number(text);
  }

  /** The value named `name`; empty when there is no such column or value. */
  named(name: string): string {
    return this.text(this.table.position(name));
  }

  /** Used by the reader: takes a line without quotes, `text[from, to)`. */
  takePlain(text: string, from: number, to: number): void {
    this.#text = text;
    this.#unquoted = undefined;
    let count = 0;
    let start = from;
    for (;;) {
      const comma = text.indexOf(',', start);
      const end = comma < 0 || comma > to ? to : comma;
      if (2 * count + 2 > this.#bounds.length) this.#grow();
      this.#bounds[2 * count] = start;
      this.#bounds[2 * count + 1] = end;
      count += 1;
      if (end === to) break;
      start = end + 1;
    }
    this.#count = count;
  }

  /** Used by the reader: takes values that are cut out already. */
  takeValues(values: readonly string[]): void {
    this.#unquoted = [...values];
    this.#count = values.length;
  }

  #grow(): void {
    const wider = new Int32Array(2 * this.#bounds.length);
    wider.set(this.#bounds);
    this.#bounds = wider;
  }
}
