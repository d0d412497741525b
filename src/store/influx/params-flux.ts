// The question for the newest published levels: one request for both measurements, every pair at once. Pushed down whole by the hub: range, filters,
// last() per series - it walks from the newest shard and costs what there are pairs, not what there is of history.
import type { HubNames, HubPlace } from './bucket-names.ts';
import { fluxAnyOf, fluxEquals, fluxFilter, fluxRange, fluxString } from './flux-text.ts';

/** Every field of a record. */
export const PARAM_FIELDS = [
  'stop_loss_pct',
  'take_profit_pct',
  'win_rate',
  'profit_factor',
  'total_trades',
  'validated',
  'study_id',
  'pbo',
  'oos_profit_factor',
] as const;

/** The yields of the answer: records for both sides, and one-sided ones. */
export const [BOTH_SIDES, ONE_SIDE] = ['both_sides', 'one_side'];

/** 2200-01-01: a record that a writer's clock dates ahead is not overlooked. */
const FAR_MS = 7_258_118_400_000;

/** Flux whose rows are the last value of every field of every series, with its time and tags. */
export function newestParamsFlux(names: Pick<HubNames, 'params' | 'paramsBySide'>): string {
  return `${newest(names.params, BOTH_SIDES)}\n${newest(names.paramsBySide, ONE_SIDE)}`;
}

function newest({ bucket, measurement }: HubPlace, result: string): string {
  return [
    `from(bucket: ${fluxString(bucket)})`,
    fluxRange(0, FAR_MS),
    fluxFilter(fluxEquals('_measurement', measurement)),
    fluxFilter(fluxAnyOf('_field', PARAM_FIELDS)),
    '|> last()',
    '|> drop(columns: ["_start", "_stop", "_measurement"])',
    `|> yield(name: ${fluxString(result)})`,
  ].join('\n  ');
}
