// Annotated CSV as InfluxDB answers queries with: text in pieces in, rows out. Several tables, CRLF or LF, quoted values with commas, quotes and newlines.
// An error that arrives after data is recognised by its columns, exactly [error, reference], and thrown.

import { FluxRow, type FluxTable, fluxTable } from './flux-row.ts';
import { failureOfFluxError, InfluxFailure } from './influx-failure.ts';

/** Takes the answer piece by piece. */
export interface FluxReader {
  /** Hands over the rows that `piece` completes. Throws an InfluxFailure for a Flux error or a text that is no annotated CSV. */
  take(piece: string): void;
  /** Hands over what is left; the answer is complete. */
  end(): void;
  /** Rows handed over so far. */
  readonly rows: number;
}

/** A reader that calls `onRow` for every row, in order; the row it hands over is the same object each time. */
export function fluxReader(onRow: (row: FluxRow) => void): FluxReader {
  const row = new FluxRow();
  let rest = '';
  let rows = 0;
  let annotations: Partial<Record<string, readonly string[]>> = {};
  let table: FluxTable | undefined;
  let isError = false;

  const header = (names: readonly string[]) => {
    table = fluxTable(names, annotations.datatype ?? [], annotations.default ?? []);
    annotations = {};
    row.table = table;
    const named = names.filter((name) => name !== '');
    isError = named.length === 2 && named[0] === 'error' && named[1] === 'reference';
    if (!isError && table.position('table') < 0)
      throw new InfluxFailure('broken', `not annotated CSV: a table with the columns ${named.slice(0, 5).join(', ')}`);
  };
  const values = (count: () => readonly string[]) => {
    if (table === undefined) return header(count());
    if (isError) throw failureOfFluxError(row.named('error'));
    rows += 1;
    onRow(row);
  };
  const annotation = (cells: readonly string[]) => {
    const [name = '', ...more] = cells;
    table = undefined;
    annotations[name.slice(1)] = ['', ...more];
  };
  const plain = (text: string, from: number, to: number) => {
    if (from === to) {
      table = undefined;
      annotations = {};
      return;
    }
    if (text.charCodeAt(from) === HASH) return annotation(text.slice(from, to).split(','));
    row.takePlain(text, from, to);
    values(() => text.slice(from, to).split(','));
  };
  const quoted = (cells: readonly string[]) => {
    if (cells[0]?.startsWith('#') === true) return annotation(cells);
    row.takeValues(cells);
    values(() => cells);
  };

  const walk = (text: string, complete: boolean): number => {
    let at = 0;
    let quote = text.indexOf('"');
    while (at < text.length) {
      const newline = text.indexOf('\n', at);
      if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
      if (quote >= 0 && (newline < 0 || quote < newline)) {
        const line = quotedLine(text, at, complete);
        if (line === undefined) return at;
        quoted(line.cells);
        at = line.end;
        continue;
      }
      if (newline < 0 && !complete) return at;
      const end = newline < 0 ? text.length : newline;
      plain(text, at, end > at && text.charCodeAt(end - 1) === CR ? end - 1 : end);
      at = end + 1;
    }
    return text.length;
  };
  return {
    take: (piece) => {
      const text = rest === '' ? piece : rest + piece;
      rest = text.slice(walk(text, false));
    },
    end: () => {
      if (rest !== '' && walk(rest, true) < rest.length)
        throw new InfluxFailure('broken', 'the answer ends inside a quoted value');
      rest = '';
    },
    get rows() {
      return rows;
    },
  };
}

const HASH = 35;
const CR = 13;

/** The line that starts at `from` with its quoted values unquoted, and where the next one starts; undefined when its end is not there yet. */
function quotedLine(
  text: string,
  from: number,
  complete: boolean,
): { readonly cells: readonly string[]; readonly end: number } | undefined {
  const cells: string[] = [];
  let at = from;
  for (;;) {
    let value = '';
    if (text[at] === '"') {
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) return undefined;
        value += text.slice(at + 1, close);
        at = close + 1;
        // The piece ends here: another quote may follow.
        if (at >= text.length && !complete) return undefined;
        if (text[at] !== '"') break;
        value += '"';
      }
    }
    const comma = text.indexOf(',', at);
    const newline = text.indexOf('\n', at);
    if (newline < 0 && !complete) return undefined;
    const lineEnd = newline < 0 ? text.length : newline;
    const end = comma >= 0 && comma < lineEnd ? comma : lineEnd;
    const tail = text.slice(at, end);
    cells.push(value + (end === lineEnd && tail.endsWith('\r') ? tail.slice(0, -1) : tail));
    if (end === lineEnd) return { cells, end: lineEnd + 1 };
    at = end + 1;
  }
}
