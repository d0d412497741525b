// Reads that never cross a UTC day, many of them in one request. A field has one type per shard, shards begin with a day, and a read over two types
// silently brings points of one of them only.
import type { HubPlace } from './bucket-names.ts';
import { fluxEquals, fluxFilter, fluxRange, fluxString } from './flux-text.ts';

/** A part of one UTC day, [fromMs, stopMs), epoch ms. */
export interface DayPart {
  readonly fromMs: number;
  readonly stopMs: number;
}

const DAY_MS = 86_400_000;
/** Days asked for in one request: each costs the hub some milliseconds to plan. */
export const DAYS_PER_REQUEST = 32;

/** [fromMs, toMs) as parts of days, in bunches for one request each, oldest first. */
export function* dayBunches(fromMs: number, toMs: number): Generator<readonly DayPart[]> {
  let bunch: DayPart[] = [];
  for (let at = Math.ceil(fromMs); at < toMs; ) {
    const stopMs = Math.min(Math.ceil(toMs), (Math.floor(at / DAY_MS) + 1) * DAY_MS);
    bunch.push({ fromMs: at, stopMs });
    at = stopMs;
    if (bunch.length < DAYS_PER_REQUEST) continue;
    yield bunch;
    bunch = [];
  }
  if (bunch.length > 0) yield bunch;
}

/** Flux that reads each of `parts` of what `condition` lets through in `place`, and of it the columns `keep`; its yields are `name` and a number. */
export function daysFlux(
  { bucket, measurement }: HubPlace,
  parts: readonly DayPart[],
  { name, condition, keep }: { readonly name: string; readonly condition: string; readonly keep: readonly string[] },
): string {
  const columns = keep.map(fluxString).join(', ');
  return parts
    .map(({ fromMs, stopMs }, index) =>
      [
        `from(bucket: ${fluxString(bucket)})`,
        fluxRange(fromMs, stopMs),
        fluxFilter(fluxEquals('_measurement', measurement)),
        fluxFilter(condition),
        `|> keep(columns: [${columns}])`,
        `|> yield(name: ${fluxString(`${name} ${index}`)})`,
      ].join('\n  '),
    )
    .join('\n');
}
