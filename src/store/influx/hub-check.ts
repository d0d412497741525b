// What stands in the hub and what is wrong with it, found by asking for it: reads nothing that is big, writes nothing.
import { isoTime } from '#domain/time.ts';
import { bucketsOf, type HubNames, type InfluxHub } from './bucket-names.ts';
import { dayBunches } from './flux-days.ts';
import { msOf, nsOf } from './flux-time.ts';
import { fieldTypesFlux, readableFlux } from './hub-check-flux.ts';
import { EXPECTED, type FieldTypes, fieldProblems } from './hub-fields.ts';
import { type ListedBucket, listBuckets, orgIdOf } from './hub-rooms.ts';
import { type Influx, openInflux } from './influx.ts';
import { InfluxFailure } from './influx-failure.ts';

/** One bucket: null where it is not known. */
export interface BucketCheck {
  readonly bucket: string;
  readonly exists: boolean | null;
  readonly readable: boolean;
  readonly writable: boolean;
  /** 0: for ever; null: the token may not see it. */
  readonly retentionDays: number | null;
}

/** One measurement: its fields, each with its types and when each was last written, oldest first. */
export interface MeasurementCheck {
  readonly place: keyof HubNames;
  readonly bucket: string;
  readonly measurement: string;
  readonly fields: readonly FieldTypes[];
}

export interface HubCheck {
  readonly buckets: readonly BucketCheck[];
  readonly measurements: readonly MeasurementCheck[];
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
}

const DEADLINE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Looks at `hub`, at the last `days` days of what it holds, seen from `nowMs`. Rejects with an InfluxFailure when it cannot be asked at all. */
export async function checkHub(
  hub: InfluxHub,
  { days, nowMs }: { readonly days: number; readonly nowMs: number },
): Promise<HubCheck> {
  const influx = openInflux(hub);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    // A token that may only read and write some buckets sees neither the organisation nor the list of buckets.
    const listed = await listBuckets(influx, hub.org, signal).catch((error: unknown): readonly ListedBucket[] => {
      notAllowed(error);
      return [];
    });
    const unseen =
      listed.length > 0 ? undefined : await orgIdOf(influx, hub.org, signal).then(() => undefined, notAllowed);
    const buckets: BucketCheck[] = [];
    const problems: string[] = [];
    for (const bucket of bucketsOf(hub.names)) {
      const found = await checkBucket(influx, { bucket, listed, nowMs, signal });
      buckets.push(found);
      problems.push(...bucketProblems(found, days));
    }
    if (unseen !== undefined && buckets.every(({ readable, writable }) => !readable && !writable)) throw unseen;
    const measurements: MeasurementCheck[] = [];
    for (const place of Object.keys(EXPECTED) as (keyof HubNames)[]) {
      const { bucket, measurement } = hub.names[place];
      if (buckets.find((one) => one.bucket === bucket)?.readable !== true) continue;
      const fields = await typesIn(influx, hub.names[place], {
        fromMs: nowMs - days * DAY_MS,
        toMs: nowMs + DAY_MS,
        signal,
      });
      measurements.push({ place, bucket, measurement, fields });
      problems.push(...fieldProblems(place, hub.names[place], fields));
    }
    return { buckets, measurements, problems };
  } finally {
    influx.close();
  }
}

/** `error` itself when it says that the token may not; throws any other. */
function notAllowed(error: unknown): InfluxFailure {
  if (error instanceof InfluxFailure && (error.kind === 'missing' || error.kind === 'unauthorized')) return error;
  throw error;
}

async function checkBucket(
  influx: Influx,
  {
    bucket,
    listed,
    nowMs,
    signal,
  }: {
    readonly bucket: string;
    readonly listed: readonly ListedBucket[];
    readonly nowMs: number;
    readonly signal: AbortSignal;
  },
): Promise<BucketCheck> {
  const known = listed.find(({ name }) => name === bucket);
  const read = await influx
    .query(readableFlux(bucket, nowMs), () => undefined, signal)
    .then(
      () => 'allowed' as const,
      (error: unknown) => notAllowed(error).kind,
    );
  // Nothing is written, yet the hub says whether it might be.
  const written = await influx.write(bucket, [], signal);
  const isThere = known !== undefined || read === 'allowed' || written.kind === 'written' || written.kind === 'denied';
  return {
    bucket,
    exists: isThere ? (known !== undefined || read === 'allowed' || written.kind === 'written' ? true : null) : false,
    readable: read === 'allowed',
    writable: written.kind === 'written',
    retentionDays: known === undefined ? null : known.retentionSeconds / 86_400,
  };
}

function bucketProblems(
  { bucket, exists, readable, writable, retentionDays }: BucketCheck,
  days: number,
): readonly string[] {
  if (exists === false)
    return [`${bucket}: there is no such bucket, or this token may not see it; \`paramgate hub init\` makes it`];
  const short = retentionDays !== null && retentionDays > 0 && retentionDays < days;
  return [
    ...(readable ? [] : [`${bucket}: this token may not read it`]),
    ...(writable ? [] : [`${bucket}: this token may not write to it`]),
    ...(short ? [`${bucket}: keeps ${retentionDays} days, and figures look back ${days}`] : []),
  ];
}

async function typesIn(
  influx: Influx,
  place: HubNames[keyof HubNames],
  { fromMs, toMs, signal }: { readonly fromMs: number; readonly toMs: number; readonly signal: AbortSignal },
): Promise<readonly FieldTypes[]> {
  const found = new Map<string, Map<string, number>>();
  for (const parts of dayBunches(fromMs, toMs)) {
    await influx.query(
      fieldTypesFlux(place, parts),
      (row) => {
        const types = found.get(row.named('_field')) ?? new Map<string, number>();
        found.set(row.named('_field'), types);
        const type = row.table.types[row.table.position('_value')] ?? '';
        types.set(type, Math.max(types.get(type) ?? Number.NEGATIVE_INFINITY, msOf(nsOf(row.named('_time')))));
      },
      signal,
    );
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, types]) => ({
      field,
      types: [...types].sort(([, a], [, b]) => a - b).map(([type, lastMs]) => ({ type, lastWritten: isoTime(lastMs) })),
    }));
}
