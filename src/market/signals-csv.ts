// Reads historical entries from CSV text: a header with the columns `time` and `side`, then one entry a row.
import { Fault } from '#domain/fault.ts';
import { INSTANT_ALLOWED, parseInstant } from '#domain/instant.ts';
import type { HistoricalSignal, Side } from '#domain/market.ts';
import { columnOf, csvTable, quoted } from './csv-table.ts';

/** The entries in file order. Other columns are ignored. Throws UNUSABLE_INPUT naming `file` and data row (from 1). */
export function parseSignals(text: string, file: string): readonly HistoricalSignal[] {
  const unusable = (found: string, cause?: unknown) =>
    new Fault('UNUSABLE_INPUT', `${file}${found}`, { field: file, cause });
  const table = csvTable(text, unusable);
  if (table === undefined) throw unusable(': empty; allowed: a header time,side and one entry a row');
  const { header, rows } = table;
  const time = columnOf(table, 'time');
  const side = columnOf(table, 'side');
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

function sideOf(text: string): Side | undefined {
  const side = text.toUpperCase();
  return side === 'LONG' || side === 'SHORT' ? side : undefined;
}
