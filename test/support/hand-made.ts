// Candles written out by hand, row by row, for cases computed on paper.
import type { Candles } from '#domain/market.ts';
import { candlesFrom, emptyRows } from '#market/series.ts';

export const HOUR_MS = 3_600_000;

/** Hourly candles [open, high, low, close] from the epoch's hour 0 on; `hours` says when each opens when there are holes. */
export function handMade(
  rows: readonly (readonly [number, number, number, number])[],
  hours?: readonly number[],
): Candles {
  const columns = emptyRows(rows.length);
  rows.forEach(([open, high, low, close], index) => {
    columns.openTimeMs[index] = (hours?.[index] ?? index) * HOUR_MS;
    columns.open[index] = open;
    columns.high[index] = high;
    columns.low[index] = low;
    columns.close[index] = close;
    columns.volume[index] = 1;
  });
  return candlesFrom(columns, { pair: 'BTC/USDT', timeframe: '1h', timeframeMs: HOUR_MS, file: 'by hand' }).candles;
}
