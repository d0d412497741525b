// What a simulation stands on: the candles as its fills see them, and the entries placed on them.
import type { Candles, HistoricalSignal, Side } from '#domain/market.ts';
import type { Fills } from '#domain/study.ts';
import { everyCandle, firstAtOrAfter, type PlacedEntries, placeSignals } from './entries.ts';
import { withoutHoles } from './holes.ts';
import { entriesWithin } from './trades.ts';

/** Candles and entries that belong together: the entries' indexes are of these candles. */
export interface Stage extends PlacedEntries {
  readonly candles: Candles;
}

/**
 * The stage for `signals` (null: an entry at every candle) of one side (null: both), which came from `source`. freqtrade fills holes, so entries may fall on the candles it
 * makes up, and it never enters in the first candle of a period, since it moves every signal on by one (optimize/backtesting.py,
 * _get_ohlcv_as_lists): such entries count as skipped.
 */
export function stage(
  candles: Candles,
  signals: readonly HistoricalSignal[] | null,
  {
    side,
    fills,
    source = 'file',
  }: { readonly side: Side | null; readonly fills: Fills; readonly source?: 'file' | 'hub' | undefined },
): Stage {
  const seen = fills === 'FREQTRADE' ? withoutHoles(candles) : candles;
  const placed = signals === null ? everyCandle(seen, side) : placeSignals(seen, signals, { side, source });
  if (fills === 'CONSERVATIVE') return { ...placed, candles: seen };
  const { entries, report } = placed;
  const inFirst = firstAtOrAfter(entries.candle, 1);
  return {
    candles: seen,
    entries: entriesWithin(entries, inFirst, entries.candle.length),
    report: { ...report, skipped: report.skipped + inFirst },
  };
}
