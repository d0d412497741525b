// Rows of a candle file become a series: every row checked, rows of one open time merged as freqtrade merges them, sorted, counted, and as far apart as they say.
// A series is ascending and unique in open time, and holds no row that cannot be a candle: corrupt data is worse than none.
import { Fault } from '#domain/fault.ts';
import type { CandleReport, Candles } from '#domain/market.ts';
import { closeCandles, requireSpacing, type Spacing, spacingOf } from './spacing.ts';

/** Rows in file order as columns of equal length; a price that is absent is NaN. Made by `emptyRows`, so that threads can share them. */
export interface CandleRows {
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** A series with what was found while making it. */
export interface CandleSeries {
  readonly candles: Candles;
  readonly report: CandleReport;
  /** Open times of all rows in file order; null when the rows were ascending and unique already. */
  readonly rowTimesMs: Float64Array | null;
}

/** What rows are candles of, and how their origin is called in error messages. */
export interface CandleOrigin {
  readonly pair: string;
  readonly timeframe: string;
  readonly timeframeMs: number;
  readonly file: string;
}

const COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;
const PRICES = ['open', 'high', 'low', 'close'] as const;
const LAST_MS = Date.UTC(9999, 11, 31);

/** `count` rows of zeros, backed by shared memory. */
export function emptyRows(count: number): CandleRows {
  const column = () => new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
  return { openTimeMs: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}

/**
 * The series of `rows`. Throws UNUSABLE_INPUT naming the file and data row (from 1) of the first row that cannot be a candle, or that shows
 * the rows to be of another timeframe.
 */
export function candlesFrom(rows: CandleRows, origin: CandleOrigin): CandleSeries {
  checkRows(rows, origin.file);
  const { pair, timeframe, timeframeMs } = origin;
  const ascending = isAscending(rows.openTimeMs);
  const candles = { pair, timeframe, timeframeMs, ...(ascending ? rows : mergeRows(rows)) };
  const rowTimesMs = ascending ? null : rows.openTimeMs;
  const spacing = spacingOf(candles.openTimeMs, timeframeMs);
  requireSpacing(spacing, candles.openTimeMs, { timeframe, file: origin.file, rowTimes: rows.openTimeMs });
  return { candles, rowTimesMs, report: reportOf(candles, rowTimesMs, { spacing, fileTimes: rows.openTimeMs }) };
}

/**
 * The candles with from <= open time < to (null: no limit), sharing the columns' memory, with the report of the rows used: as if the file held
 * nothing else, but for the numbers of rows: they are those of `series`.
 */
export function cutSeries(series: CandleSeries, fromMs: number | null, toMs: number | null): CandleSeries {
  const from = fromMs ?? Number.NEGATIVE_INFINITY;
  const to = toMs ?? Number.POSITIVE_INFINITY;
  const { candles } = series;
  const inside = (timeMs: number) => timeMs >= from && timeMs < to;
  let first = 0;
  while (first < candles.openTimeMs.length && (candles.openTimeMs[first] as number) < from) first += 1;
  let end = first;
  while (end < candles.openTimeMs.length && (candles.openTimeMs[end] as number) < to) end += 1;
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, candles[name].subarray(first, end)]));
  const cut: Candles = { ...candles, ...columns };
  const rowTimesMs = series.rowTimesMs?.filter(inside) ?? null;
  const spacing = spacingOf(cut.openTimeMs, cut.timeframeMs);
  const fileTimes = series.rowTimesMs ?? candles.openTimeMs;
  return { candles: cut, rowTimesMs, report: reportOf(cut, rowTimesMs, { spacing, fileTimes }) };
}

function checkRows(rows: CandleRows, file: string): void {
  const { openTimeMs, open, high, low, close, volume } = rows;
  for (let row = 0; row < openTimeMs.length; row += 1) {
    const timeMs = openTimeMs[row] as number;
    const highest = high[row] as number;
    const lowest = low[row] as number;
    const sound =
      timeMs >= 0 &&
      timeMs <= LAST_MS &&
      lowest > 0 &&
      highest >= lowest &&
      highest < Number.POSITIVE_INFINITY &&
      (open[row] as number) > 0 &&
      (open[row] as number) < Number.POSITIVE_INFINITY &&
      (close[row] as number) > 0 &&
      (close[row] as number) < Number.POSITIVE_INFINITY &&
      Math.abs(volume[row] as number) !== Number.POSITIVE_INFINITY;
    if (!sound)
      throw new Fault('UNUSABLE_INPUT', `${file}, row ${row + 1}: ${whatIsWrong(rows, row)}`, { field: file });
  }
}

function whatIsWrong(rows: CandleRows, row: number): string {
  const timeMs = rows.openTimeMs[row] as number;
  if (!(timeMs >= 0 && timeMs <= LAST_MS)) return `date is ${timeMs}; allowed: a time from 1970 to 9999`;
  for (const name of PRICES) {
    const price = rows[name][row] as number;
    if (!(price > 0 && price < Number.POSITIVE_INFINITY)) return `${name} is ${price}; allowed: a finite price above 0`;
  }
  if (Math.abs(rows.volume[row] as number) === Number.POSITIVE_INFINITY) return 'volume is infinite';
  return `high ${rows.high[row]} is below low ${rows.low[row]}`;
}

function isAscending(times: Float64Array): boolean {
  for (let row = 1; row < times.length; row += 1) {
    if ((times[row] as number) <= (times[row - 1] as number)) return false;
  }
  return true;
}

/** First open, highest high, lowest low, last close and greatest volume of the rows of each open time, in file order; then by time. */
function mergeRows(rows: CandleRows): CandleRows {
  const { openTimeMs, high, low, close, volume } = rows;
  const order = Uint32Array.from(openTimeMs, (_, row) => row);
  order.sort((a, b) => (openTimeMs[a] as number) - (openTimeMs[b] as number) || a - b);
  const merged = emptyRows(new Set(openTimeMs).size);
  let at = -1;
  for (const row of order) {
    if (at < 0 || merged.openTimeMs[at] !== openTimeMs[row]) {
      at += 1;
      for (const name of COLUMNS) merged[name][at] = rows[name][row] as number;
      continue;
    }
    merged.high[at] = Math.max(merged.high[at] as number, high[row] as number);
    merged.low[at] = Math.min(merged.low[at] as number, low[row] as number);
    merged.close[at] = close[row] as number;
    merged.volume[at] = greatestVolume(merged.volume[at] as number, volume[row] as number);
  }
  return merged;
}

/** An unrecorded volume (NaN) gives way to a recorded one. */
function greatestVolume(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return b > a ? b : a;
}

function reportOf(
  { openTimeMs: times }: Candles,
  rowTimesMs: Float64Array | null,
  { spacing, fileTimes }: { readonly spacing: Spacing; readonly fileTimes: Float64Array },
): CandleReport {
  const { gaps, missing } = spacing;
  const tooClose = closeCandles(spacing, times, fileTimes);
  let unordered = 0;
  const rowTimes = rowTimesMs ?? times;
  for (let row = 1; row < rowTimes.length; row += 1) {
    if ((rowTimes[row] as number) < (rowTimes[row - 1] as number)) unordered += 1;
  }
  return {
    count: times.length,
    fromMs: times[0] ?? null,
    toMs: times[times.length - 1] ?? null,
    gaps,
    missing,
    duplicates: rowTimes.length - times.length,
    unordered,
    ...(tooClose === undefined ? {} : { tooClose }),
  };
}
