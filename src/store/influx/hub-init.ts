// Makes the buckets that are missing. What is there stays as it is, its retention too.
import { bucketsOf, type HubNames, type InfluxHub } from './bucket-names.ts';
import { listBuckets, makeBucket, orgIdOf } from './hub-rooms.ts';
import { openInflux } from './influx.ts';

/** What was found and what was made; retention in days, 0: for ever. */
export interface HubInit {
  readonly there: readonly { readonly bucket: string; readonly retentionDays: number }[];
  readonly made: readonly { readonly bucket: string; readonly retentionDays: number }[];
}

const DAY_S = 86_400;
const DEADLINE_MS = 30_000;
/** Days that what is kept in a place is kept for; 0: for ever. Levels and candles are few and stay; trades and entries stay for a year of searches. */
const RETENTION_DAYS: Readonly<Record<keyof HubNames, number>> = {
  params: 0,
  paramsBySide: 0,
  trades: 400,
  longEntries: 400,
  shortEntries: 400,
  signals: 90,
  decisions: 90,
  candles: 0,
};

/** Makes the missing buckets of `hub`. `retentionDays` goes for all of them; null: each as its contents need. Rejects with an InfluxFailure. */
export async function initHub(hub: InfluxHub, retentionDays: number | null): Promise<HubInit> {
  const influx = openInflux(hub);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    const listed = await listBuckets(influx, hub.org, signal);
    const wanted = bucketsOf(hub.names);
    const there = listed.filter(({ name }) => wanted.includes(name));
    const missing = wanted.filter((name) => !listed.some((bucket) => bucket.name === name));
    // A token for buckets alone may make them, and does not see the organisation.
    const orgId = listed[0]?.orgId ?? (await orgIdOf(influx, hub.org, signal));
    const made: { bucket: string; retentionDays: number }[] = [];
    for (const name of missing) {
      const days = retentionDays ?? defaultDays(hub.names, name);
      await makeBucket(influx, orgId, { bucket: { name, retentionSeconds: days * DAY_S }, signal });
      made.push({ bucket: name, retentionDays: days });
    }
    return {
      there: there.map(({ name, retentionSeconds }) => ({ bucket: name, retentionDays: retentionSeconds / DAY_S })),
      made,
    };
  } finally {
    influx.close();
  }
}

/** The longest that anything in the bucket is to be kept. */
function defaultDays(names: HubNames, bucket: string): number {
  const places = (Object.keys(names) as (keyof HubNames)[]).filter((place) => names[place].bucket === bucket);
  const days = places.map((place) => RETENTION_DAYS[place]);
  return days.includes(0) ? 0 : Math.max(...days);
}
