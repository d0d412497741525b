// Reads freqtrade's json candle files: one array of [date in epoch ms, open, high, low, close, volume].
import { Fault } from '#domain/fault.ts';
import { type CandleRows, emptyRows } from './series.ts';

const COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;

/** The rows of `text` in file order; a figure that is null is NaN. Throws UNUSABLE_INPUT naming `file` and data row (from 1). */
export function readJson(text: string, file: string): CandleRows {
  const unusable = (found: string, cause?: unknown) =>
    new Fault('UNUSABLE_INPUT', `${file}${found}`, { field: file, cause });
  if (text.trim() === '') throw unusable(': empty');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw unusable(': truncated or not JSON', error);
  }
  if (!Array.isArray(parsed)) throw unusable(': not an array of candles');
  const rows = emptyRows(parsed.length);
  for (let row = 0; row < parsed.length; row += 1) {
    const candle: unknown = parsed[row];
    if (!Array.isArray(candle) || candle.length < COLUMNS.length) {
      throw unusable(`, row ${row + 1}: not [date, open, high, low, close, volume]`);
    }
    for (let index = 0; index < COLUMNS.length; index += 1) {
      const name = COLUMNS[index] as (typeof COLUMNS)[number];
      const figure: unknown = candle[index];
      if (typeof figure !== 'number' && figure !== null) {
        throw unusable(`, row ${row + 1}: ${index === 0 ? 'date' : name} is not a number`);
      }
      rows[name][row] = figure ?? Number.NaN;
    }
  }
  return rows;
}
