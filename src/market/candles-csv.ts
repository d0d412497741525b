// Reads candles from CSV: a header with the columns date, open, high, low, close and volume in any order, then one candle a row.
import { Fault } from '#domain/fault.ts';
import { INSTANT_ALLOWED, parseInstant } from '#domain/instant.ts';
import { columnOf, csvTable, quoted } from './csv-table.ts';
import { type CandleRows, emptyRows } from './series.ts';

const FIGURES = ['open', 'high', 'low', 'close', 'volume'] as const;
const HEADER = `date,${FIGURES.join(',')}`;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The rows of `text` in file order; dates are ISO 8601 (without a zone: UTC) or epoch ms, an empty volume is NaN, other columns are ignored. Throws
 * UNUSABLE_INPUT naming `file` and data row (from 1).
 */
export function readCsv(text: string, file: string): CandleRows {
  const unusable = (found: string, cause?: unknown) =>
    new Fault('UNUSABLE_INPUT', `${file}${found}`, { field: file, cause });
  const table = csvTable(text, unusable);
  if (table === undefined) throw unusable(`: empty; allowed: a header ${HEADER} and one candle a row`);
  const place = (name: string): number => {
    const at = columnOf(table, name);
    if (at < 0) throw unusable(`: the header is ${JSON.stringify(table.header.join(','))}; allowed: ${HEADER}`);
    return at;
  };
  const date = place('date');
  const figures = FIGURES.map((name) => ({ name, at: place(name) }));
  const rows = emptyRows(table.rows.length);
  table.rows.forEach((cells, row) => {
    const timeMs = parseInstant(cells[date] ?? '');
    if (timeMs === undefined) {
      throw unusable(`, row ${row + 1}: date ${quoted(cells[date])} is none; allowed: ${INSTANT_ALLOWED}`);
    }
    rows.openTimeMs[row] = timeMs;
    for (const { name, at } of figures) {
      const cell = cells[at] ?? '';
      if (!NUMBER.test(cell) && !(name === 'volume' && cell === '')) {
        throw unusable(`, row ${row + 1}: ${name} ${quoted(cell)} is not a number`);
      }
      rows[name][row] = cell === '' ? Number.NaN : Number(cell);
    }
  });
  return rows;
}
