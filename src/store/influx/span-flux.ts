// Where what there is begins and ends: one cheap question before a long read, so that a wide period costs what there is in it.
import type { HubPlace } from './bucket-names.ts';
import { fluxEquals, fluxFilter, fluxRange, fluxString } from './flux-text.ts';

/** Flux whose rows hold the first and the last time of what `condition` lets through, per series; yields `first NAME` and `last NAME`. */
export function spanFlux(
  { bucket, measurement }: HubPlace,
  {
    name,
    condition,
    fromMs,
    toMs,
  }: { readonly name: string; readonly condition: string; readonly fromMs: number; readonly toMs: number },
): string {
  return (['first', 'last'] as const)
    .map((end) =>
      [
        `from(bucket: ${fluxString(bucket)})`,
        fluxRange(fromMs, toMs),
        fluxFilter(fluxEquals('_measurement', measurement)),
        fluxFilter(condition),
        `|> ${end}()`,
        '|> keep(columns: ["_time"])',
        `|> yield(name: ${fluxString(`${end} ${name}`)})`,
      ].join('\n  '),
    )
    .join('\n');
}
