// Annotated CSV of narrow tables (one series and field each) walked as bytes, for a million trades: within a table everything but time and value
// repeats, so a line is its first line's bytes around those two. What looks different in any way is read the careful way instead.
import { failureOfFluxError, InfluxFailure } from './influx-failure.ts';
import { AT, closingQuote, decimalAt, lineEndAt, nsAt } from './trade-bytes.ts';

/** Whose values follow: one field of one series. */
export interface NarrowTable {
  /** The yield it belongs to. */
  readonly result: string;
  readonly field: string;
  /** As annotated: `double`, `long`, `string`, ... */
  readonly type: string;
  /** The tags of the series, and nothing else. */
  readonly tags: ReadonlyMap<string, string>;
}

/** Who takes what is found. Times are nanoseconds since the scan's base. */
export interface NarrowSink {
  table(table: NarrowTable): void;
  number(ns: number, value: number): void;
  /** The value is bytes [from, to) of `bytes`, valid inside the call only. */
  text(ns: number, bytes: Uint8Array, span: { readonly from: number; readonly to: number }): void;
}

const NO_TAGS = new Set(['', 'result', 'table', '_start', '_stop', '_time', '_value', '_field', '_measurement']);
const NUMBERS = new Set(['double', 'long', 'unsignedLong']);
/** Longer than any time and number together. */
const MARGIN = 80;
const [QUOTE, HASH, CR, LF] = [34, 35, 13, 10];

interface Header {
  readonly names: readonly string[];
  readonly types: readonly string[];
  readonly defaults: readonly string[];
  readonly time: number;
  readonly value: number;
  /** Whether everything but time and value is the same in all lines of a table, and these two stand side by side. */
  readonly isPlain: boolean;
}

export class NarrowScan {
  readonly #baseMs: number;
  readonly #sink: NarrowSink;
  readonly #decoder = new TextDecoder();
  #rest = new Uint8Array(0);
  #annotations = new Map<string, readonly string[]>();
  #header: Header | undefined;
  #isError = false;
  #isNumber = true;
  #tableKey = '';
  /** The bytes of the table's lines before the time; empty: the next line is the first of its table. */
  #head = new Uint8Array(0);
  #tailLength = 0;
  #span = { from: 0, to: 0 };
  /** Values handed over. */
  rows = 0;

  constructor(baseMs: number, sink: NarrowSink) {
    this.#baseMs = baseMs;
    this.#sink = sink;
  }

  /** Hands over what `piece` completes. Throws an InfluxFailure for a Flux error or what is no annotated CSV. */
  push(piece: Uint8Array): void {
    let at = 0;
    while (this.#rest.length > 0 && at < piece.length) {
      const newline = piece.indexOf(LF, at);
      const to = newline < 0 ? piece.length : newline + 1;
      const line = Buffer.concat([this.#rest, piece.subarray(at, to)]);
      this.#rest = Uint8Array.from(line.subarray(this.#walk(line)));
      at = to;
    }
    if (this.#rest.length > 0) return;
    const whole = piece.subarray(at);
    this.#rest = Uint8Array.from(whole.subarray(this.#walk(whole)));
  }

  /** The answer is complete. */
  end(): void {
    if (this.#rest.length > 0) this.push(Uint8Array.of(LF));
    if (this.#rest.length > 0) throw new InfluxFailure('broken', 'the answer ends inside a quoted value');
  }

  /** Takes whole lines; returns where the first unfinished one starts. */
  #walk(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length) {
      const next = this.#known(bytes, at) ? this.#quickLine(bytes, at) : this.#carefulLine(bytes, at);
      if (next < 0) break;
      at = next;
    }
    return at;
  }

  /** Whether the line at `at` is another one of the table that is known. */
  #known(bytes: Uint8Array, at: number): boolean {
    const head = this.#head;
    if (head.length === 0 || bytes[at] !== head[0]) return false;
    for (let index = 1; index < head.length; index += 1) if (bytes[at + index] !== head[index]) return false;
    return true;
  }

  /** Hands over the value of a line of the known table. Returns where the next line starts, -1 when this one is unfinished. */
  #quickLine(bytes: Uint8Array, at: number): number {
    const isShort = bytes.length - at < this.#head.length + this.#tailLength + MARGIN;
    if (isShort && lineEndAt(bytes, at) < 0) return -1;
    const ns = nsAt(bytes, at + this.#head.length, this.#baseMs);
    let to = AT.end + 1;
    if (this.#isNumber) {
      const value = decimalAt(bytes, to);
      to = AT.end;
      const end = to + this.#tailLength;
      if (end > bytes.length) return -1;
      if (bytes[end - 1] !== LF) return this.#carefulLine(bytes, at);
      this.#sink.number(ns, value);
      this.rows += 1;
      return end;
    }
    const from = to;
    if (bytes[from] === QUOTE) return this.#carefulLine(bytes, at);
    while (to < bytes.length && bytes[to] !== 44 && bytes[to] !== CR && bytes[to] !== LF) to += 1;
    const end = to + this.#tailLength;
    if (end > bytes.length) return -1;
    if (bytes[end - 1] !== LF) return this.#carefulLine(bytes, at);
    this.#handOver(ns, bytes, { from, to });
    return end;
  }

  #handOver(ns: number, bytes: Uint8Array, span: { readonly from: number; readonly to: number }): void {
    this.#span.from = span.from;
    this.#span.to = span.to;
    this.#sink.text(ns, bytes, this.#span);
    this.rows += 1;
  }

  /** Any line: an annotation, a header, an empty one, or a row, with quoted values or without. Returns as `#quickLine`. */
  #carefulLine(bytes: Uint8Array, at: number): number {
    const end = lineEndAt(bytes, at);
    if (end < 0) return -1;
    const text = this.#decoder.decode(bytes.subarray(at, end)).replace(/\r?\n$/, '');
    if (text === '') {
      this.#annotations = new Map();
      this.#forget();
    } else if (bytes[at] === HASH || text.startsWith('"#')) {
      const [name = '', ...cells] = cellsOf(text);
      this.#annotations.set(name, ['', ...cells]);
      this.#forget();
    } else if (this.#header === undefined) {
      this.#takeHeader(cellsOf(text));
    } else {
      this.#takeRow(bytes, at, cellsOf(text));
    }
    return end;
  }

  #forget(): void {
    this.#header = undefined;
    this.#head = new Uint8Array(0);
    this.#tableKey = '';
  }

  #takeHeader(names: readonly string[]): void {
    const filled = (annotation: string) => names.map((_, index) => this.#annotations.get(annotation)?.[index] ?? '');
    const time = names.indexOf('_time');
    const value = names.indexOf('_value');
    const groups = filled('#group');
    const varies = names.filter((name, index) => !['', 'result', 'table'].includes(name) && groups[index] !== 'true');
    this.#header = {
      names,
      types: filled('#datatype'),
      defaults: filled('#default'),
      time,
      value,
      isPlain: value === time + 1 && names.indexOf('table') < time && varies.length === 2,
    };
    this.#annotations = new Map();
    const named = names.filter((name) => name !== '');
    this.#isError = named.length === 2 && named[0] === 'error' && named[1] === 'reference';
    if (!this.#isError && (time < 0 || value < 0))
      throw new InfluxFailure('broken', `not a table of values: ${named.slice(0, 8).join(', ')}`);
  }

  #takeRow(bytes: Uint8Array, at: number, read: readonly string[]): void {
    const { names, types, defaults, time, value, isPlain } = this.#header as Header;
    const cells = names.map((_, index) =>
      read[index] === '' || read[index] === undefined ? (defaults[index] ?? '') : read[index],
    );
    if (this.#isError) throw failureOfFluxError(cells[names.indexOf('error')] ?? '');
    const key = cells.with(time, '').with(value, '').join('\0');
    if (key !== this.#tableKey) {
      this.#tableKey = key;
      const type = types[value] ?? '';
      this.#isNumber = NUMBERS.has(type);
      const tags = new Map(
        names.flatMap((name, index) => (NO_TAGS.has(name) || cells[index] === '' ? [] : [[name, cells[index] ?? '']])),
      );
      const [result = '', field = ''] = [cells[names.indexOf('result')], cells[names.indexOf('_field')]];
      this.#sink.table({ result, field, type, tags });
      this.#head = isPlain ? headOf(bytes, at, time) : new Uint8Array(0);
      this.#tailLength = isPlain ? tailLengthOf(bytes, at, value) : 0;
    }
    const ns = nsAt(Buffer.from(cells[time] ?? ''), 0, this.#baseMs);
    const text = cells[value] ?? '';
    if (!this.#isNumber) {
      const own = Buffer.from(text);
      this.#handOver(ns, own, { from: 0, to: own.length });
    } else if (text !== '') {
      this.#sink.number(ns, Number(text));
      this.rows += 1;
    }
  }
}

/** Where the cell `index` of the line at `at` starts. */
function cellAt(bytes: Uint8Array, at: number, index: number): number {
  let cell = at;
  for (let passed = 0; passed < index; passed += 1) {
    if (bytes[cell] === QUOTE) cell = closingQuote(bytes, cell) + 1;
    while (bytes[cell] !== 44) cell += 1;
    cell += 1;
  }
  return cell;
}

function headOf(bytes: Uint8Array, at: number, time: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes.subarray(at, cellAt(bytes, at, time)));
}

/** How many bytes follow the value, the line's end with them. */
function tailLengthOf(bytes: Uint8Array, at: number, value: number): number {
  let to = cellAt(bytes, at, value);
  if (bytes[to] === QUOTE) to = closingQuote(bytes, to) + 1;
  while (bytes[to] !== 44 && bytes[to] !== CR && bytes[to] !== LF) to += 1;
  return lineEndAt(bytes, at) - to;
}

/** The values of one whole line, unquoted. */
function cellsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  return Array.from(line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gs), ([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
