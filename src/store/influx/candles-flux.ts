// The question which candles there are: the last close of every series, however old.
import type { HubPlace } from './bucket-names.ts';
import { fluxEquals, fluxFilter, fluxRange, fluxString } from './flux-text.ts';

/** 2200-01-01. */
const FAR_MS = 7_258_118_400_000;

/** Flux with one row per pair and timeframe. */
export function candleListFlux({ bucket, measurement }: HubPlace): string {
  return [
    `from(bucket: ${fluxString(bucket)})`,
    fluxRange(0, FAR_MS),
    fluxFilter(`${fluxEquals('_measurement', measurement)} and ${fluxEquals('_field', 'close')}`),
    '|> last()',
    '|> keep(columns: ["pair", "timeframe"])',
  ].join('\n  ');
}
