// Reads historical entries from CSV text: a header with the columns `time` and `side`, then one entry a row.
import { parse } from 'csv-parse/sync';
import { Fault } from '#domain/fault.ts';
import { INSTANT_ALLOWED, parseInstant } from '#domain/instant.ts';
import type { HistoricalSignal, Side } from '#domain/market.ts';

/** The entries in file order. Other columns are ignored. Throws UNUSABLE_INPUT naming `file` and data row (from 1). */
export function parseSignals(text: string, file: string): readonly HistoricalSignal[] {
  const unusable = (found: string, cause?: unknown) =>
    new Fault('UNUSABLE_INPUT', `${file}${found}`, { field: file, cause });
  const [header, ...rows] = recordsOf(text, unusable);
  if (header === undefined) throw unusable(': empty; allowed: a header time,side and one entry a row');
  const names = header.map((name) => name.toLowerCase());
  const time = names.indexOf('time');
  const side = names.indexOf('side');
  if (time < 0 || side < 0) throw unusable(`: the header is ${JSON.stringify(header.join(','))}; allowed: time,side`);
  return rows.map((cells, index) => {
    const timeMs = parseInstant(cells[time] ?? '');
    if (timeMs === undefined) {
      throw unusable(`, row ${index + 1}: time ${quoted(cells[time])} is none; allowed: ${INSTANT_ALLOWED}`);
    }
    const found = sideOf(cells[side] ?? '');
    if (found === undefined) {
      throw unusable(`, row ${index + 1}: side ${quoted(cells[side])} is none; allowed: long, short`);
    }
    return { timeMs, side: found };
  });
}

function recordsOf(text: string, unusable: (found: string, cause: unknown) => Fault): readonly string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true });
  } catch (error) {
    const found = error instanceof Error ? error.message.replace(/\s+/g, ' ') : 'unreadable';
    throw unusable(`: not CSV (${found})`, error);
  }
}

function sideOf(text: string): Side | undefined {
  const side = text.toUpperCase();
  return side === 'LONG' || side === 'SHORT' ? side : undefined;
}

function quoted(cell: string | undefined): string {
  return JSON.stringify((cell ?? '').slice(0, 40));
}
