// The organisation and its buckets, by the hub's management API. A token sees only what it may read.
import type { Influx } from './influx.ts';
import { InfluxFailure } from './influx-failure.ts';

/** A bucket as the hub lists it; retention in seconds, 0: for ever. */
export interface ListedBucket {
  readonly name: string;
  readonly retentionSeconds: number;
  /** The id of the organisation it belongs to. */
  readonly orgId: string;
}

const PAGE = 100;

/** The id of the organisation `org`. Rejects with an InfluxFailure, `missing` when there is none of that name. */
export async function orgIdOf(influx: Pick<Influx, 'ask'>, org: string, signal: AbortSignal): Promise<string> {
  const answer = await influx.ask({ method: 'GET', path: `/api/v2/orgs?org=${encodeURIComponent(org)}` }, signal);
  const id = objectsIn(answer, 'orgs').find(({ name }) => name === org)?.id;
  if (typeof id === 'string') return id;
  throw new InfluxFailure('missing', `the hub has no organisation ${JSON.stringify(org)} that this token may see`);
}

/** Every bucket that the token may see. Rejects with an InfluxFailure. */
export async function listBuckets(
  influx: Pick<Influx, 'ask'>,
  org: string,
  signal: AbortSignal,
): Promise<readonly ListedBucket[]> {
  const listed: ListedBucket[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const path = `/api/v2/buckets?org=${encodeURIComponent(org)}&limit=${PAGE}&offset=${offset}`;
    const page = objectsIn(await influx.ask({ method: 'GET', path }, signal), 'buckets');
    for (const { name, orgID, retentionRules } of page) {
      const [rule] = Array.isArray(retentionRules) ? (retentionRules as readonly { everySeconds?: unknown }[]) : [];
      listed.push({ name: String(name), retentionSeconds: Number(rule?.everySeconds ?? 0), orgId: String(orgID) });
    }
    if (page.length < PAGE) return listed;
  }
}

/** Makes `bucket` in the organisation with the id `orgId`. Rejects with an InfluxFailure. */
export async function makeBucket(
  influx: Pick<Influx, 'ask'>,
  orgId: string,
  { bucket, signal }: { readonly bucket: Omit<ListedBucket, 'orgId'>; readonly signal: AbortSignal },
): Promise<void> {
  const { name, retentionSeconds } = bucket;
  const retentionRules = [{ type: 'expire', everySeconds: retentionSeconds }];
  await influx.ask({ method: 'POST', path: '/api/v2/buckets', body: { orgID: orgId, name, retentionRules } }, signal);
}

function objectsIn(answer: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const list = typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>)[name] : [];
  if (!Array.isArray(list)) throw new InfluxFailure('broken', `not an InfluxDB's answer (no ${name})`);
  return list.filter((one) => typeof one === 'object' && one !== null);
}
