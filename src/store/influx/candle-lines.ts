// Candles as points, one per candle at its open time.
import type { Candles } from '#domain/market.ts';
import { floatField, lineOf, nsOfMs, optional } from './line-protocol.ts';

/** One candle; `volume` null: nobody recorded it. */
export interface OneCandle {
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number | null;
}

/** The line of one candle of a series. Throws UNUSABLE_INPUT as `lineOf`. */
export function candleLine(one: OneCandle, series: Pick<Candles, 'pair' | 'timeframe'>, measurement: string): string {
  return lineOf({
    measurement,
    tags: { pair: series.pair, timeframe: series.timeframe },
    fields: {
      open: floatField(one.open),
      high: floatField(one.high),
      low: floatField(one.low),
      close: floatField(one.close),
      volume: optional(one.volume, floatField),
    },
    timeNs: nsOfMs(one.openTimeMs),
  });
}

/** The lines of candles `from` <= index < `to`. A volume that was not recorded (NaN) is left out. Throws UNUSABLE_INPUT as `lineOf`. */
export function candleLines(
  candles: Candles,
  measurement: string,
  { from, to }: { readonly from: number; readonly to: number },
): readonly string[] {
  const lines: string[] = [];
  for (let index = from; index < to; index += 1) {
    const at = (column: Float64Array) => column[index] as number;
    const traded = at(candles.volume);
    const one = {
      openTimeMs: at(candles.openTimeMs),
      open: at(candles.open),
      high: at(candles.high),
      low: at(candles.low),
      close: at(candles.close),
      volume: Number.isNaN(traded) ? null : traded,
    };
    lines.push(candleLine(one, candles, measurement));
  }
  return lines;
}
