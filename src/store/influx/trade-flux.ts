// What closed trades are asked for in Flux. Narrow tables as they lie in the hub, never put together there: leverage is a field, and rows made by the
// hub cost seconds. No range crosses a UTC day, for a field may have changed its type between shards, and then half of it would be missing.
import type { HubPlace } from './bucket-names.ts';
import { fluxAnyOf, fluxEquals, fluxFilter, fluxRange, fluxString } from './flux-text.ts';
import { NUMBER_FIELDS } from './trade-columns.ts';

/** from <= time < to, epoch ms; within one UTC day. */
export interface TradeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Every value of `fields` in `range`, a table per series, field and type. */
export function tradesFlux(place: HubPlace, fields: readonly string[], range: TradeRange): string {
  return `${selected(place, fields, range)}
  |> drop(columns: ["_start", "_stop", "_measurement"])`;
}

/** How many values the numeric `fields` have in each of `ranges`, and unless told not to their sums: one row per field, in yields named `count 0`, `sum 0`, ... */
export function printsFlux(
  place: HubPlace,
  fields: readonly string[],
  { ranges, sums }: { readonly ranges: readonly TradeRange[]; readonly sums: boolean },
): string {
  const numeric = fields.filter((field) => NUMBER_FIELDS.some((name) => name === field));
  const one = (range: TradeRange, index: number, how: 'count' | 'sum') => `${selected(place, numeric, range)}
  |> group(columns: ["_field"])
  |> ${how}()
  |> yield(name: ${fluxString(`${how} ${index}`)})`;
  return ranges
    .flatMap((range, index) => [one(range, index, 'count'), ...(sums ? [one(range, index, 'sum')] : [])])
    .join('\n');
}

/** How many points in `range`, which here may be of any length, are superseded: one row, or none. */
export function supersededFlux(place: HubPlace, range: TradeRange): string {
  return `${selected(place, ['superseded'], range)}
  |> group(columns: ["_field"])
  |> count()`;
}

/**
 * The last value of `field` in `range`, which here may be of any length, per series. Nothing where the field has another type in the last shard of the range
 * than where its points are: then `firstsFlux` tells.
 */
export function lastFlux(place: HubPlace, field: string, range: TradeRange): string {
  return `${selected(place, [field], range)}
  |> last()
  |> drop(columns: ["_start", "_stop", "_measurement"])`;
}

/** The first time of `field` in each of `ranges`, per series: which of these days, none of which crosses a UTC day, have any. */
export function firstsFlux(place: HubPlace, field: string, ranges: readonly TradeRange[]): string {
  return ranges
    .map(
      (range, index) => `${selected(place, [field], range)}
  |> first()
  |> keep(columns: ["_time"])
  |> yield(name: ${fluxString(`first ${index}`)})`,
    )
    .join('\n');
}

function selected({ bucket, measurement }: HubPlace, fields: readonly string[], { fromMs, toMs }: TradeRange): string {
  return `from(bucket: ${fluxString(bucket)})
  ${fluxRange(fromMs, toMs)}
  ${fluxFilter(fluxEquals('_measurement', measurement))}
  ${fluxFilter(fluxAnyOf('_field', fields))}`;
}
