// Candles on InfluxDB: one point per candle, read day by day and put together by open time, and what was imported here and waits for the hub over them.
import { type Candles, isPair, timeframeMs } from '#domain/market.ts';
import type { CandleListing, CandleStore } from '#store/hub.ts';
import { emptyCandles } from '#store/sqlite/candles.ts';
import type { HubNames } from './bucket-names.ts';
import { candleListFlux } from './candles-flux.ts';
import type { FluxRow } from './flux-row.ts';
import { fluxAnyOf, fluxEquals } from './flux-text.ts';
import { msOf, nsOf } from './flux-time.ts';
import type { ImportedHere } from './imported-here.ts';
import type { Influx } from './influx.ts';
import { readSpan } from './span-read.ts';

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
type Field = (typeof FIELDS)[number];

/**
 * As `CandleStore`; rejects with HUB_UNAVAILABLE. A candle that lacks a price is left out. What `own` says that waits for the hub replaces what the hub has;
 * while the hub cannot be asked, a series of which something waits is what was imported here.
 */
export function influxCandles(
  influx: Pick<Influx, 'query'>,
  names: Pick<HubNames, 'candles'>,
  own: ImportedHere,
): Omit<CandleStore, 'write'> {
  const place = names.candles;
  return {
    read: async (query, signal = new AbortController().signal) => {
      const { pair, timeframe, fromMs, toMs } = query;
      // Looked at before the hub is: what leaves the outbox meanwhile is in both, never in neither.
      const waiting = await own.waiting(query);
      const condition = `${fluxEquals('pair', pair)} and ${fluxEquals('timeframe', timeframe)} and ${fluxAnyOf('_field', FIELDS)}`;
      const rows = new Map<number, Partial<Record<Field, number>>>();
      const span = {
        name: 'candles',
        kind: 'candles',
        place,
        condition,
        keep: ['_time', '_value', '_field'],
        fromMs,
        toMs,
      };
      const onRow = (row: FluxRow) => {
        const timeMs = msOf(nsOf(row.named('_time')));
        const candle = rows.get(timeMs) ?? {};
        rows.set(timeMs, candle);
        candle[row.named('_field') as Field] = row.number(row.table.position('_value'));
      };
      try {
        await readSpan(influx, span, { onRow, signal });
      } catch (error) {
        if (waiting.length === 0) throw error;
        return own.candles.read(query);
      }
      for (const part of waiting) {
        part.openTimeMs.forEach((timeMs, index) => {
          rows.set(timeMs, Object.fromEntries(FIELDS.map((field) => [field, part[field][index]])));
        });
      }
      return seriesOf(pair, timeframe, rows);
    },
    list: async (signal = new AbortController().signal) => {
      const waiting = own.listWaiting();
      const found = new Map<string, { readonly pair: string; readonly timeframe: string }>();
      const note = ({ pair, timeframe }: CandleListing) => {
        if (isPair(pair) && timeframeMs(timeframe) !== undefined)
          found.set(JSON.stringify([pair, timeframe]), { pair, timeframe });
      };
      const onRow = (row: FluxRow) => note({ pair: row.named('pair'), timeframe: row.named('timeframe') });
      await influx.query(candleListFlux(place), onRow, signal).catch((error: unknown) => {
        if (waiting.length === 0) throw error;
      });
      waiting.forEach(note);
      return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, listing]) => listing);
    },
  };
}

function seriesOf(pair: string, timeframe: string, rows: ReadonlyMap<number, Partial<Record<Field, number>>>): Candles {
  const prices = FIELDS.slice(0, 4);
  const whole = [...rows]
    .filter(([, candle]) => prices.every((field) => Number.isFinite(candle[field])))
    .sort(([a], [b]) => a - b);
  const series = emptyCandles(pair, timeframe, whole.length);
  whole.forEach(([timeMs, candle], index) => {
    series.openTimeMs[index] = timeMs;
    for (const field of FIELDS) series[field][index] = candle[field] ?? Number.NaN;
  });
  return series;
}
