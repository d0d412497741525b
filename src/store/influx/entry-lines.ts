// A historical entry as a point: that it is there is all it says.
import type { HistoricalSignal } from '#domain/market.ts';
import { lineOf, nsOfMs, textField } from './line-protocol.ts';

/** The line of an entry of `pair`. Throws UNUSABLE_INPUT as `lineOf`. */
export function entryLine(pair: string, { timeMs, side }: HistoricalSignal, measurement: string): string {
  return lineOf({
    measurement,
    tags: { pair },
    fields: { direction: textField(side.toLowerCase()) },
    timeNs: nsOfMs(timeMs),
  });
}
