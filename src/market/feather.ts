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
import { Fault } from '#domain/fault.ts';
import { decodeLz4 } from './lz4-frame.ts';
import { type CandleRows, emptyRows } from './series.ts';

compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4 });
compressionRegistry.set(CompressionType.ZSTD, { decode: zstdDecompressSync });

const MAGIC = 'ARROW1';
const FIGURES = ['open', 'high', 'low', 'close', 'volume'] as const;

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
  const column = (name: string, allowed: string, fits: (type: DataType) => boolean): Vector => {
    const found = table.getChild(name);
    if (found === null) {
      const there = table.schema.fields.map((field) => field.name).join(', ');
      throw unusable(`has no column ${name} (there are: ${there})`);
    }
    if (!fits(found.type)) throw unusable(`column ${name} is ${found.type}; allowed: ${allowed}`);
    if (!isComplete(found)) throw unusable(`damaged (column ${name} has fewer values than rows)`);
    return found;
  };
  const date = column('date', 'timestamp, or int64 epoch milliseconds', isTime);
  const figures = FIGURES.map((name) => ({ name, values: column(name, 'float64', isFigure) }));
  const rows = emptyRows(date.length);
  copyColumn(date, rows.openTimeMs);
  const unitsPerMs = DataType.isTimestamp(date.type) ? UNITS_PER_MS[date.type.unit] : 1;
  for (let row = 0; row < date.length; row += 1) {
    rows.openTimeMs[row] = Math.round((rows.openTimeMs[row] as number) / unitsPerMs);
  }
  for (const { name, values } of figures) copyColumn(values, rows[name]);
  return rows;
}

function isTime(type: DataType): boolean {
  return DataType.isTimestamp(type) || DataType.isInt(type);
}

function isFigure(type: DataType): boolean {
  return DataType.isFloat(type) || DataType.isInt(type) || DataType.isNull(type);
}

/** Whether every batch holds as many values as it says; a column of nothing but nulls holds none. */
function isComplete(column: Vector): boolean {
  return DataType.isNull(column.type) || column.data.every((chunk) => (chunk.values?.length ?? 0) >= chunk.length);
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
