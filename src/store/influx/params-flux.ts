// The question for the newest published levels: one request for both measurements, every pair at once. Pushed down whole by the hub: range, filters,
// last() per series. A field has one type per shard, and last() ends where the type changes, without a word: so the days whose levels may be served are
// asked one by one, and the weeks before them.
import type { HubNames, HubPlace } from './bucket-names.ts';
import { fluxAnyOf, fluxEquals, fluxFilter, fluxRange, fluxRangeInside, fluxString } from './flux-text.ts';

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

/** What the names of the answer's yields begin with: records for both sides, and one-sided ones. */
export const [BOTH_SIDES, ONE_SIDE] = ['both_sides', 'one_side'];

/** 2200-01-01: a record that a writer's clock dates ahead is not overlooked. */
const FAR_MS = 7_258_118_400_000;
const DAY_MS = 86_400_000;
/** 1970-01-05, a Monday: the hub's shards of a week begin with one. */
const A_MONDAY_MS = 4 * DAY_MS;
/** Tomorrow, today and those before it: levels are served for a week, unless set otherwise. */
const DAYS = 10;
/** Weeks before these days; what is still older is found as long as it has the type that was written last. */
const WEEKS = 8;

/** Flux whose rows are last values of every field of every series, seen from `nowMs`, with their times and tags: the newest of them is the last of all. */
export function newestParamsFlux(names: Pick<HubNames, 'params' | 'paramsBySide'>, nowMs: number): string {
  const parts = partsBefore(nowMs);
  const places = [
    [names.params, BOTH_SIDES],
    [names.paramsBySide, ONE_SIDE],
  ] as const;
  return places
    .flatMap(([place, result]) => [
      newest(place, fluxRange(0, FAR_MS), result),
      ...parts.map(({ fromMs, toMs }, index) => newest(place, fluxRangeInside(fromMs, toMs), `${result} ${index}`)),
    ])
    .join('\n');
}

/** Days, and weeks before them, none of which crosses the border of a shard. */
function partsBefore(nowMs: number): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const parts: { readonly fromMs: number; readonly toMs: number }[] = [];
  let toMs = (Math.floor(nowMs / DAY_MS) + 2) * DAY_MS;
  const step = (fromMs: number) => {
    parts.push({ fromMs, toMs });
    toMs = fromMs;
  };
  for (let day = 0; day < DAYS; day += 1) step(toMs - DAY_MS);
  for (let week = 0; week < WEEKS; week += 1) {
    step(Math.floor((toMs - 1 - A_MONDAY_MS) / (7 * DAY_MS)) * 7 * DAY_MS + A_MONDAY_MS);
  }
  return parts;
}

function newest({ bucket, measurement }: HubPlace, range: string, result: string): string {
  return [
    `from(bucket: ${fluxString(bucket)})`,
    range,
    fluxFilter(fluxEquals('_measurement', measurement)),
    fluxFilter(fluxAnyOf('_field', PARAM_FIELDS)),
    '|> last()',
    '|> drop(columns: ["_start", "_stop", "_measurement"])',
    `|> yield(name: ${fluxString(result)})`,
  ].join('\n  ');
}
