// Reads freqtrade's parquet files, as pandas writes them: one or several row groups, any compression, the unit of `date` taken from the schema.
import { type DecodedArray, type FileMetaData, parquetMetadata, parquetRead, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { Fault } from '#domain/fault.ts';
import { type CandleRows, emptyRows } from './series.ts';

const MAGIC = 'PAR1';
const COLUMNS = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Timestamps as epoch milliseconds, rounded to the nearest; other columns are left as they are. */
const PARSERS = {
  timestampFromMilliseconds: (ms: bigint) => Number(ms),
  timestampFromMicroseconds: (us: bigint) => Math.round(Number(us) / 1e3),
  timestampFromNanoseconds: (ns: bigint) => Math.round(Number(ns) / 1e6),
};

/** The rows of `bytes` in file order; absent figures are NaN. Rejects with UNUSABLE_INPUT naming `file`. */
export async function readParquet(bytes: Buffer, file: string): Promise<CandleRows> {
  const unusable = (found: string, cause?: unknown) =>
    new Fault('UNUSABLE_INPUT', `${file}: ${found}`, { field: file, cause });
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw unusable(`not a parquet file (it does not begin with ${MAGIC})`);
  if (bytes.toString('latin1', bytes.length - MAGIC.length) !== MAGIC || bytes.length < 3 * MAGIC.length) {
    throw unusable(`truncated (it does not end with ${MAGIC})`);
  }
  try {
    return await rowsOf(new Uint8Array(bytes).buffer, unusable);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unusable(`damaged (${error instanceof Error ? error.message : String(error)})`, error);
  }
}

async function rowsOf(bytes: ArrayBuffer, unusable: (found: string) => Fault): Promise<CandleRows> {
  const metadata = parquetMetadata(bytes, { parsers: PARSERS });
  requireColumns(metadata, unusable);
  const count = Number(metadata.num_rows);
  if (!Number.isSafeInteger(count) || count < 0 || count > bytes.byteLength * 1_000) {
    throw unusable(`damaged (it says it holds ${metadata.num_rows} rows)`);
  }
  const rows = emptyRows(count);
  const filled = new Map<string, number>();
  await parquetRead({
    file: bytes,
    metadata,
    columns: [...COLUMNS],
    compressors,
    parsers: PARSERS,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = COLUMNS.find((name) => name === columnName);
      if (column === undefined) return;
      copyFigures(columnData, rows[column === 'date' ? 'openTimeMs' : column], rowStart);
      filled.set(column, (filled.get(column) ?? 0) + columnData.length);
    },
  });
  for (const name of COLUMNS) {
    if ((filled.get(name) ?? 0) !== count) throw unusable(`damaged (column ${name} has fewer values than rows)`);
  }
  return rows;
}

function requireColumns({ schema }: FileMetaData, unusable: (found: string) => Fault): void {
  const leaves = schema.filter(({ type }) => type !== undefined);
  for (const name of COLUMNS) {
    const found = leaves.find((leaf) => leaf.name === name);
    if (found === undefined) {
      throw unusable(`has no column ${name} (there are: ${leaves.map((leaf) => leaf.name).join(', ')})`);
    }
    const [fits, allowed] =
      name === 'date' ? [isTime, 'timestamp, or int64 epoch milliseconds'] : [isFigure, 'float64'];
    if (!fits(found)) throw unusable(`column ${name} is ${typeName(found)}; allowed: ${allowed}`);
  }
}

function isTime({ type, logical_type: logical, converted_type: converted }: SchemaElement): boolean {
  const plain = logical === undefined || logical.type === 'TIMESTAMP' || logical.type === 'INTEGER';
  return type === 'INT96' || (type === 'INT64' && plain && converted !== 'DECIMAL' && converted !== 'TIME_MICROS');
}

/** pandas writes a column of nothing but nulls as int32 of the logical type NULL. */
function isFigure({ type, logical_type: logical, converted_type: converted }: SchemaElement): boolean {
  const whole = type === 'INT32' || type === 'INT64';
  const plain = logical === undefined || logical.type === 'INTEGER' || logical.type === 'NULL';
  return (
    type === 'DOUBLE' || type === 'FLOAT' || (whole && plain && (converted === undefined || /^U?INT_/.test(converted)))
  );
}

function typeName({ type, logical_type: logical, converted_type: converted }: SchemaElement): string {
  return String(logical?.type ?? converted ?? type).toLowerCase();
}

function copyFigures(values: DecodedArray, to: Float64Array, from: number): void {
  for (let row = 0; row < values.length; row += 1) {
    const value: unknown = values[row];
    to[from + row] = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
  }
}
