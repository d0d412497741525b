// How far apart candles are. Two of one timeframe are never nearer to each other than its length: a series that mostly is nearer is of another timeframe, or its
// dates are of another unit, and is refused; a few that are nearer are counted and told.
import { Fault } from '#domain/fault.ts';
import { INSTANT_ALLOWED } from '#domain/instant.ts';
import type { CandleReport, CloseCandles } from '#domain/market.ts';
import { isoTime } from '#domain/time.ts';

/** What is known of the distances between candles, ascending and unique in time. */
export interface Spacing {
  /** Holes, and candles lacking in them. */
  readonly gaps: number;
  readonly missing: number;
  /** Candles exactly one timeframe after the one before. */
  readonly regular: number;
  /** Candles nearer to the one before than the timeframe, and where the first of them stands; -1 without any. */
  readonly close: number;
  readonly firstClose: number;
}

/** The distances of `times` (epoch ms, ascending), in one pass. */
export function spacingOf(times: Float64Array, timeframeMs: number): Spacing {
  let [gaps, missing, regular, close, firstClose] = [0, 0, 0, 0, -1];
  for (let index = 1; index < times.length; index += 1) {
    const apartMs = (times[index] as number) - (times[index - 1] as number);
    if (apartMs === timeframeMs) {
      regular += 1;
      continue;
    }
    const steps = Math.round(apartMs / timeframeMs);
    if (steps > 1) {
      gaps += 1;
      missing += steps - 1;
    }
    if (apartMs >= timeframeMs) continue;
    close += 1;
    if (firstClose < 0) firstClose = index;
  }
  return { gaps, missing, regular, close, firstClose };
}

/** The candles of `times` that are too close, with the first one's row among `rowTimes`, the rows of the file; undefined without any. */
export function closeCandles(
  { close, firstClose }: Spacing,
  times: Float64Array,
  rowTimes: Float64Array,
): CloseCandles | undefined {
  if (close === 0) return undefined;
  const timeMs = times[firstClose] as number;
  return { count: close, row: rowTimes.indexOf(timeMs) + 1, timeMs, beforeMs: times[firstClose - 1] as number };
}

/** Before it no candles of these markets were ever made: what seems older is of another unit. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);

/** Throws UNUSABLE_INPUT naming file, row and both times when more candles are too close than are one timeframe apart. */
export function requireSpacing(
  spacing: Spacing,
  times: Float64Array,
  of: { readonly timeframe: string; readonly file: string; readonly rowTimes: Float64Array },
): void {
  const close = closeCandles(spacing, times, of.rowTimes);
  if (close === undefined || close.count <= spacing.regular) return;
  const { file, timeframe } = of;
  const oldMs = times.at(-1) as number;
  const why =
    oldMs < EARLIEST_MS
      ? `the dates are probably in seconds; allowed: ${INSTANT_ALLOWED}`
      : `most are ${spanText(mostFrequent(times))} apart: these are candles of another timeframe`;
  const found = `${file}, row ${close.row}: ${closeText(close)}, but candles of ${timeframe} are ${timeframe} apart`;
  throw new Fault('UNUSABLE_INPUT', `${found}; so are ${close.count} of ${times.length}; ${why}`, { field: file });
}

/** What a reader should know of candles of `timeframe` that can be used, each as a sentence without its end. */
export function candleWarnings({ count, gaps, tooClose }: CandleReport, timeframe: string): readonly string[] {
  const warnings: string[] = [];
  if (tooClose !== undefined) {
    const some = tooClose.count === 1 ? '1 candle is' : `${tooClose.count} candles are`;
    warnings.push(`${some} nearer to the one before than ${timeframe}: row ${tooClose.row}, ${closeText(tooClose)}`);
  }
  // A market that trades seldom has holes, but not between any two of many candles.
  if (count >= SEVERAL && gaps === count - 1) {
    warnings.push(`no two of ${count} candles are ${timeframe} apart: they are probably of a longer timeframe`);
  }
  return warnings;
}

const SEVERAL = 20;

function closeText({ timeMs, beforeMs }: CloseCandles): string {
  return `${isoTime(timeMs)} is ${spanText(timeMs - beforeMs)} after ${isoTime(beforeMs)}`;
}

function mostFrequent(times: Float64Array): number {
  const counts = new Map<number, number>();
  for (let index = 1; index < times.length; index += 1) {
    const apartMs = (times[index] as number) - (times[index - 1] as number);
    counts.set(apartMs, (counts.get(apartMs) ?? 0) + 1);
  }
  let [most, found] = [0, 0];
  for (const [apartMs, count] of counts) if (count > most) [most, found] = [count, apartMs];
  return found;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** In the largest unit that it is a whole number of, as timeframes are written. */
function spanText(spanMs: number): string {
  const unit = UNITS.find(([, ms]) => spanMs % ms === 0);
  return unit === undefined ? `${spanMs} ms` : `${spanMs / unit[1]}${unit[0]}`;
}
