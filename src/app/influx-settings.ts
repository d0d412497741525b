// Where the shared hub is: an InfluxDB 2, named whole or not at all, and what its buckets and measurements are called.
import * as v from 'valibot';
import { DEFAULT_HUB_NAMES, type HubNames, type HubPlace, type InfluxHub } from '#store/store.ts';
import type { Kind } from './config-kind.ts';
import type { Settings } from './settings.ts';

const ADDRESS = 'http://HOST:8086 (or https), without credentials';

/** The address of an InfluxDB 2, without a slash at its end. */
export const influxAddress: Kind<string> = {
  allowed: ADDRESS,
  schema: v.custom<string>((value) => typeof value === 'string' && isAddress(value), ADDRESS),
  fromText: (text) => text.replace(/\/+$/, ''),
};

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

/** A text of one line that is not empty. */
export const oneLine: Kind<string> = {
  allowed: 'a text of one line',
  schema: v.custom<string>((value) => typeof value === 'string' && /^[^\p{Cc}]+$/u.test(value), 'a text of one line'),
  fromText: (text) => text,
};

const NAME = 'a name of one line that neither starts with _ nor ends with \\ nor holds quotes';
const name = v.optional(
  v.pipe(
    v.string(NAME),
    v.check((text) => /^(?!_)[^\p{Cc}"]*[^\p{Cc}"\\]$/u.test(text), NAME),
  ),
);
const PLACES = Object.keys(DEFAULT_HUB_NAMES) as readonly (keyof HubNames)[];
const PLACE = 'an object with bucket and/or measurement';
const NAMES = `an object with any of ${PLACES.join(', ')}, each {bucket, measurement}`;
const place = v.optional(
  v.objectWithRest({ bucket: name, measurement: name }, v.never('only bucket and measurement'), PLACE),
);

/** Other names than the defaults, for whichever places are named; the result names them all. */
export const influxNames: Kind<HubNames> = {
  allowed: NAMES,
  schema: v.pipe(
    v.objectWithRest(
      Object.fromEntries(PLACES.map((each) => [each, place])),
      v.never(`only ${PLACES.join(', ')}`),
      NAMES,
    ),
    v.transform((named): HubNames => {
      const given: Readonly<Record<string, Partial<HubPlace> | undefined>> = named;
      const whole = PLACES.map((each) => [each, { ...DEFAULT_HUB_NAMES[each], ...given[each] }]);
      return Object.fromEntries(whole) as HubNames;
    }),
    v.check(
      (names) =>
        new Set(PLACES.map((each) => JSON.stringify([names[each].bucket, names[each].measurement]))).size ===
        PLACES.length,
      'a bucket and measurement of its own for each',
    ),
  ),
  fromText: (text) => text,
};

const VARIABLES = { influxUrl: 'INFLUX_URL', influxToken: 'INFLUX_TOKEN', influxOrg: 'INFLUX_ORG' } as const;
const KEYS = ['influxUrl', 'influxToken', 'influxOrg'] as const;

/** What is wrong with a hub that is named in part. `wrong`: the variables and keys that have a mistake of their own. */
export function influxMistakes(settings: Settings, wrong: readonly string[]): readonly string[] {
  const missing = KEYS.filter((key) => settings[key] === undefined);
  if (missing.length === 0 || missing.length === KEYS.length) return [];
  return missing
    .filter(
      (key) => !wrong.some((mistake) => mistake.startsWith(`${VARIABLES[key]}:`) || mistake.startsWith(`${key}:`)),
    )
    .map(
      (key) => `${VARIABLES[key]}: not set; allowed: INFLUX_URL, INFLUX_TOKEN and INFLUX_ORG together, or none of them`,
    );
}

/** The hub that `settings` name; null: it is embedded in the data folder. */
export function influxHubOf({ influxUrl, influxToken, influxOrg, influxNames: names }: Settings): InfluxHub | null {
  if (influxUrl === undefined || influxToken === undefined || influxOrg === undefined) return null;
  return { url: influxUrl, token: influxToken, org: influxOrg, names: names ?? DEFAULT_HUB_NAMES };
}
