// DOOR of market: candles from a freqtrade data folder, and historical entries from CSV. Files are read once, whole, and checked before use.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { badInput, Fault } from '#domain/fault.ts';
import { type Candles, type HistoricalSignal, requirePair, timeframeMs } from '#domain/market.ts';
import {
  type CandleFormat,
  FORMATS,
  type NamedCandles,
  namedCandles,
  nearestPairs,
  pickFormat,
  placeBeside,
  placeOf,
  timeframesOf,
} from './file-names.ts';
import { readJson } from './json.ts';
import { type CandleRows, type CandleSeries, candlesFrom, cutSeries } from './series.ts';
import { parseSignals } from './signals-csv.ts';

export { nearestNames } from './file-names.ts';
export { withinFolder } from './folder-name.ts';
export { candleWarnings } from './spacing.ts';

/** A series and the file it came from. */
export interface CandleFile extends CandleSeries {
  readonly file: string;
}

/**
 * The candles of `pair` and `timeframe` in a freqtrade data folder: of several files the first of feather,
 * parquet, json.gz, json and csv. Throws BAD_USER_INPUT for a
 * malformed pair or timeframe, and UNUSABLE_INPUT naming the file (and data row) when there is none or it cannot be used; a file without rows
 * has no candles and cannot be used.
 */
export async function readCandles(folder: string, pair: string, timeframe: string): Promise<CandleFile> {
  requirePair(pair, 'pair');
  const timeframeLength = timeframeMs(timeframe);
  if (timeframeLength === undefined) {
    throw badInput('timeframe', `${JSON.stringify(timeframe)} is none`, 'a number and s, m, h, d or w, e.g. 5m');
  }
  const { file, format } = await findFile(folder, pair, timeframe);
  const rows = await decode(await contentOf(file), file, format);
  const series = candlesFrom(rows, { pair, timeframe, timeframeMs: timeframeLength, file });
  if (series.report.count === 0) throw new Fault('UNUSABLE_INPUT', `${file}: holds no candles`, { field: file });
  return { ...series, file };
}

/**
 * What tells whether the candles of `pair` and `timeframe` have changed since: their file, its time of change and its size. Throws UNUSABLE_INPUT when
 * there is no such file.
 */
export async function candlesStamp(folder: string, pair: string, timeframe: string): Promise<string> {
  const { file } = await findFile(folder, pair, timeframe);
  const { mtimeMs, size } = await stat(file).catch((error: unknown) => {
    throw new Fault('UNUSABLE_INPUT', `${file}: cannot be read (${reasonOf(error)})`, { field: file, cause: error });
  });
  return `${file} ${mtimeMs} ${size}`;
}

/** What a folder has instead of the candles asked for. */
export interface LackingCandles {
  /** Of the same pair. */
  readonly timeframes: readonly string[];
  /** Other pairs with their timeframes, e.g. `BTC/USDT (5m, 1h)`, the nearest name first, at most 5; spot only where there are no futures, and the other way round. A guess, as names are. */
  readonly nearest: readonly string[];
}

/** What the folder has instead of candles of `pair` and `timeframe`, by the names of its files; undefined: it has them. Throws UNUSABLE_INPUT when it cannot be read. */
export async function lackingCandles(
  folder: string,
  pair: string,
  timeframe: string,
): Promise<LackingCandles | undefined> {
  const place = placeOf(pair, timeframe);
  const names = await namesIn(folder, place.folder);
  if (pickFormat(place, names) !== undefined) return undefined;
  const near = nearestPairs(place, names, 5);
  const other = placeBeside(pair, timeframe);
  const nearest = near.length > 0 ? near : nearestPairs(other, await namesIn(folder, other.folder), 5);
  return { timeframes: timeframesOf(pair, names), nearest };
}

/** Candles that are in no file, checked as a file's are; `from` names them in error messages. Throws UNUSABLE_INPUT naming the first that cannot be one. */
export function seriesCandles(candles: Candles, from: string): CandleFile {
  const { pair, timeframe, timeframeMs } = candles;
  return { ...candlesFrom(candles, { pair, timeframe, timeframeMs, file: from }), file: from };
}

/**
 * The candles of `from` with fromMs <= open time < toMs (null: no limit), with the report of what is left. Throws UNUSABLE_INPUT naming the file
 * when nothing is.
 */
export function cutCandles(from: CandleFile, fromMs: number | null, toMs: number | null): CandleFile {
  const cut = cutSeries(from, fromMs, toMs);
  if (cut.report.count > 0) return { ...cut, file: from.file };
  throw new Fault('UNUSABLE_INPUT', `${from.file}: holds no candles in the period asked for`, { field: from.file });
}

/** The pairs and timeframes of a freqtrade data folder, spot before futures, each by name. Throws UNUSABLE_INPUT when the folder cannot be read or has none. */
export async function listCandles(folder: string): Promise<readonly [NamedCandles, ...NamedCandles[]]> {
  const spot = namedCandles(await namesIn(folder, ''), '');
  const [first, ...others] = [...spot, ...namedCandles(await namesIn(folder, 'futures'), 'futures')];
  if (first !== undefined) return [first, ...others];
  throw new Fault('UNUSABLE_INPUT', `${folder}: holds no candle files as freqtrade names them`, { field: folder });
}

/** The entries of a CSV `file` (`time,side`; ISO 8601 or epoch ms; long or short), in file order. Throws UNUSABLE_INPUT naming file and data row. */
export async function readEntries(file: string): Promise<readonly HistoricalSignal[]> {
  return parseSignals((await contentOf(file)).toString('utf8'), file);
}

async function findFile(
  folder: string,
  pair: string,
  timeframe: string,
): Promise<{ file: string; format: CandleFormat }> {
  const place = placeOf(pair, timeframe);
  const names = await namesIn(folder, place.folder);
  const format = pickFormat(place, names);
  if (format !== undefined) return { file: join(folder, place.folder, `${place.stem}.${format}`), format };
  const looked = FORMATS.map((each) => join(place.folder, `${place.stem}.${each}`)).join(', ');
  const near = nearestPairs(place, names, 5);
  const there = near.length === 0 ? 'there are no candle files of such pairs' : `nearest there: ${near.join(', ')}`;
  const found = `no candles of ${pair} ${timeframe} in ${folder}: looked for ${looked}; ${there}`;
  throw new Fault('UNUSABLE_INPUT', found, { field: folder });
}

/** Files of the data folder, or of its `inside`; none when only `inside` is missing. */
async function namesIn(folder: string, inside: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return inside === '' ? names : names.includes(inside) ? await readdir(join(folder, inside)) : [];
  } catch (error) {
    throw new Fault('UNUSABLE_INPUT', `${folder}: cannot be read as a folder of candles (${reasonOf(error)})`, {
      field: folder,
      cause: error,
    });
  }
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Fault('UNUSABLE_INPUT', `${file}: cannot be read (${reasonOf(error)})`, { field: file, cause: error });
  }
}

async function decode(bytes: Buffer, file: string, format: CandleFormat): Promise<CandleRows> {
  if (bytes.length === 0) throw new Fault('UNUSABLE_INPUT', `${file}: empty`, { field: file });
  // Decoders are loaded only by who reads their format: Arrow costs a service that never does several megabytes.
  if (format === 'feather') return (await import('./feather.ts')).readFeather(bytes, file);
  if (format === 'parquet') return (await import('./parquet.ts')).readParquet(bytes, file);
  if (format === 'csv') return (await import('./candles-csv.ts')).readCsv(bytes.toString('utf8'), file);
  return readJson((format === 'json' ? bytes : await unzipped(bytes, file)).toString('utf8'), file);
}

async function unzipped(bytes: Buffer, file: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    throw new Fault('UNUSABLE_INPUT', `${file}: not gzip, or damaged (${reasonOf(error)})`, {
      field: file,
      cause: error,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: 'it ends too early',
  Z_DATA_ERROR: 'its bytes do not fit',
  ENOENT: 'it does not exist',
  EACCES: 'no permission',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is no folder',
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code === undefined ? error.message : (REASONS[code] ?? code);
}
