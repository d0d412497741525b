// Candles on InfluxDB: one point per candle, read day by day and put together by open time.
import { type Candles, isPair, timeframeMs } from '#domain/market.ts';
import type { CandleStore } from '#store/hub.ts';
import { emptyCandles } from '#store/sqlite/candles.ts';
import type { HubNames } from './bucket-names.ts';
import { candleLines } from './candle-lines.ts';
import { candleListFlux } from './candles-flux.ts';
import { fluxAnyOf, fluxEquals } from './flux-text.ts';
import { msOf, nsOf } from './flux-time.ts';
import type { Influx } from './influx.ts';
import { readSpan } from './span-read.ts';
import { writeAll } from './write-all.ts';

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
type Field = (typeof FIELDS)[number];

/** As `CandleStore`; rejects with HUB_UNAVAILABLE. A candle that lacks a price is left out. */
export function influxCandles(influx: Pick<Influx, 'query' | 'write'>, names: Pick<HubNames, 'candles'>): CandleStore {
  const place = names.candles;
  return {
    write: (candles) =>
      writeAll(influx, place.bucket, candles.openTimeMs.length, (index) => {
        const [line] = candleLines(candles, place.measurement, { from: index, to: index + 1 });
        return line ?? '';
      }),
    read: async ({ pair, timeframe, fromMs, toMs }, signal = new AbortController().signal) => {
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
      await readSpan(influx, span, {
        onRow: (row) => {
          const timeMs = msOf(nsOf(row.named('_time')));
          const candle = rows.get(timeMs) ?? {};
          rows.set(timeMs, candle);
          candle[row.named('_field') as Field] = row.number(row.table.position('_value'));
        },
        signal,
      });
      return seriesOf(pair, timeframe, rows);
    },
    list: async (signal = new AbortController().signal) => {
      const found = new Map<string, { readonly pair: string; readonly timeframe: string }>();
      await influx.query(
        candleListFlux(place),
        (row) => {
          const [pair, timeframe] = [row.named('pair'), row.named('timeframe')];
          if (isPair(pair) && timeframeMs(timeframe) !== undefined)
            found.set(JSON.stringify([pair, timeframe]), { pair, timeframe });
        },
        signal,
      );
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
