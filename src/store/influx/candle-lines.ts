// Candles as points, one per candle at its open time.
import type { Candles } from '#domain/market.ts';
import { floatField, lineOf, nsOfMs } from './line-protocol.ts';

/** The lines of candles `from` <= index < `to`. A volume that was not recorded (NaN) is left out. Throws UNUSABLE_INPUT as `lineOf`. */
export function candleLines(
  candles: Candles,
  measurement: string,
  { from, to }: { readonly from: number; readonly to: number },
): readonly string[] {
  const { pair, timeframe, openTimeMs, open, high, low, close, volume } = candles;
  const lines: string[] = [];
  for (let index = from; index < to; index += 1) {
    const traded = volume[index] as number;
    lines.push(
      lineOf({
        measurement,
        tags: { pair, timeframe },
        fields: {
          open: floatField(open[index] as number),
          high: floatField(high[index] as number),
          low: floatField(low[index] as number),
          close: floatField(close[index] as number),
          volume: Number.isNaN(traded) ? null : floatField(traded),
        },
        timeNs: nsOfMs(openTimeMs[index] as number),
      }),
    );
  }
  return lines;
}
