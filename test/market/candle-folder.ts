// Temporary freqtrade data folders, and candle files written for one test.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DataType, Float64, Int64, Table, type Timestamp, tableToIPC, vectorFromArray } from 'apache-arrow';

/** [open time in ms, open, high, low, close, volume], as freqtrade's json holds it; null as pandas writes NaN. */
export type Row = readonly (number | null)[];

/** A new folder with `files` (path: content). */
export async function folderOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = await mkdtemp(join(tmpdir(), 'candles-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** A feather file of `rows` with one record batch for every `batch` rows; dates as `date` says, e.g. new Int64(). */
export function feather(rows: readonly Row[], date: Timestamp | Int64, batch = rows.length): Uint8Array {
  const tables: Table[] = [];
  for (let first = 0; first < rows.length; first += batch) {
    const part = rows.slice(first, first + batch);
    const column = (index: number) => part.map((row) => row[index] ?? null);
    const dates = date instanceof Int64 ? column(0).map((ms) => BigInt(ms ?? 0)) : column(0);
    const figures = (index: number) => vectorFromArray<DataType>(column(index), new Float64());
    tables.push(
      new Table({
        date: vectorFromArray<DataType>(dates, date),
        open: figures(1),
        high: figures(2),
        low: figures(3),
        close: figures(4),
        volume: figures(5),
      }),
    );
  }
  const [first, ...others] = tables;
  if (first === undefined) throw new Error('a feather file of this test holds rows');
  return tableToIPC(first.concat(...others), 'file');
}
