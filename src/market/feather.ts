// Reads freqtrade's feather files: Arrow IPC with LZ4 or ZSTD buffers, one or several record batches, the unit of `date` taken from the schema.
import { zstdDecompressSync } from 'node:zlib';
import {
  CompressionType,
  compressionRegistry,
  DataType,
  type Table,
  TimeUnit,
  tableFromIPC,
  type Vector,
} from 'apache-arrow';
import { decompress } from 'lz4js';
import { Fault } from '#domain/fault.ts';
import { type CandleRows, emptyRows } from './series.ts';

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decompress });
compressionRegistry.set(CompressionType.ZSTD, { decode: zstdDecompressSync });

const MAGIC = 'ARROW1';
const PRICES_AND_VOLUME = ['open', 'high', 'low', 'close', 'volume'] as const;

/** The rows of `bytes` in file order; absent figures are NaN. Throws UNUSABLE_INPUT naming `file`. */
export function readFeather(bytes: Buffer, file: string): CandleRows {
  const unusable = (found: string, cause?: unknown) =>
    new Fault('UNUSABLE_INPUT', `${file}: ${found}`, { field: file, cause });
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw unusable('not a feather file (it does not begin with ARROW1)');
  if (bytes.toString('latin1', bytes.length - MAGIC.length) !== MAGIC || bytes.length < 4 * MAGIC.length) {
    throw unusable('truncated (it does not end with ARROW1)');
  }
  try {
    return rowsOf(tableFromIPC(bytes), unusable);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unusable(`damaged (${error instanceof Error ? error.message : String(error)})`, error);
  }
}

/** How many units make a millisecond: divided by, since 1e6 is a double and 1e-6 is none. */
const UNITS_PER_MS: Readonly<Record<TimeUnit, number>> = {
  [TimeUnit.SECOND]: 1e-3,
  [TimeUnit.MILLISECOND]: 1,
  [TimeUnit.MICROSECOND]: 1e3,
  [TimeUnit.NANOSECOND]: 1e6,
};

function rowsOf(table: Table, unusable: (found: string) => Fault): CandleRows {
  const rows = emptyRows(table.numRows);
  const column = (name: string): Vector => {
    const found = table.getChild(name);
    if (found !== null) return found;
    const there = table.schema.fields.map((field) => field.name).join(', ');
    throw unusable(`has no column ${name} (there are: ${there})`);
  };
  const date = column('date');
  const unitsPerMs = DataType.isTimestamp(date.type)
    ? UNITS_PER_MS[date.type.unit]
    : DataType.isInt(date.type)
      ? 1
      : undefined;
  if (unitsPerMs === undefined) {
    throw unusable(`column date is ${date.type}; allowed: timestamp, or int64 epoch milliseconds`);
  }
  copyColumn(date, rows.openTimeMs);
  for (let row = 0; row < table.numRows; row += 1) {
    rows.openTimeMs[row] = Math.round((rows.openTimeMs[row] as number) / unitsPerMs);
  }
  for (const name of PRICES_AND_VOLUME) {
    const figures = column(name);
    const numeric = DataType.isFloat(figures.type) || DataType.isInt(figures.type) || DataType.isNull(figures.type);
    if (!numeric) throw unusable(`column ${name} is ${figures.type}; allowed: float64`);
    copyColumn(figures, rows[name]);
  }
  return rows;
}

/** Copies all batches of `column` as doubles; null becomes NaN. */
function copyColumn(column: Vector, to: Float64Array): void {
  let at = 0;
  for (const chunk of column.data) {
    const values: ArrayLike<number | bigint> = chunk.values ?? [];
    if (chunk.nullCount === 0 && values instanceof Float64Array) {
      to.set(values.subarray(0, chunk.length), at);
    } else {
      for (let row = 0; row < chunk.length; row += 1) {
        to[at + row] = chunk.getValid(row) ? Number(values[row] ?? Number.NaN) : Number.NaN;
      }
    }
    at += chunk.length;
  }
}
