// Which fields a measurement has, and of which type on which day: the last value of each field, day by day, for a field has one type per shard.
import type { HubPlace } from './bucket-names.ts';
import type { DayPart } from './flux-days.ts';
import { fluxEquals, fluxFilter, fluxRange, fluxRangeInside, fluxString } from './flux-text.ts';

/** Flux with one row per field and part; its type is that of the row's `_value`. */
export function fieldTypesFlux({ bucket, measurement }: HubPlace, parts: readonly DayPart[]): string {
  return parts
    .map(({ fromMs, stopMs }, index) =>
      [
        `from(bucket: ${fluxString(bucket)})`,
        fluxRangeInside(fromMs, stopMs),
        fluxFilter(fluxEquals('_measurement', measurement)),
        '|> group(columns: ["_field"])',
        '|> last()',
        '|> keep(columns: ["_field", "_time", "_value"])',
        `|> yield(name: ${fluxString(`fields ${index}`)})`,
      ].join('\n  '),
    )
    .join('\n');
}

/** Flux that reads next to nothing: whether the token may read the bucket, and whether it is there. */
export function readableFlux(bucket: string, nowMs: number): string {
  return [
    `from(bucket: ${fluxString(bucket)})`,
    fluxRange(nowMs - 1_000, nowMs),
    '|> last()',
    '|> keep(columns: ["_time"])',
  ].join('\n  ');
}
