// Asks the hub whether it has one certain point, and when it has not, whether that is its age.
import type { Clock } from '#domain/time.ts';
import type { Influx } from './influx.ts';
import { InfluxFailure } from './influx-failure.ts';
import { type Anchor, type Having, toldFlux } from './told-flux.ts';

/** Patience with a question that nobody waits for, ms. */
const PATIENCE_MS = 10_000;
/** A shard goes as a whole, so points stay a little longer than the bucket's retention says; a margin below it, they are expected to be there. */
const MARGIN = 0.9;

/** Whether `bucket` has the point of `anchor`. Resolves always: a hub that cannot be asked is `unknown`. */
export async function having(
  {
    influx,
    clock,
    stop,
  }: { readonly influx: Pick<Influx, 'query' | 'ask'>; readonly clock: Clock; readonly stop: AbortSignal },
  bucket: string,
  anchor: Anchor,
): Promise<Having> {
  const done = new AbortController();
  const late = new AbortController();
  void clock.sleep(PATIENCE_MS, done.signal).then(() => late.abort());
  const signal = AbortSignal.any([late.signal, stop]);
  try {
    let rows = 0;
    await influx.query(
      toldFlux(bucket, anchor),
      () => {
        rows += 1;
      },
      signal,
    );
    if (rows > 0) return 'there';
    const kept = retentionSeconds(
      await influx.ask({ method: 'GET', path: `/api/v2/buckets?name=${encodeURIComponent(bucket)}` }, signal),
      bucket,
    );
    if (kept === undefined) return 'unknown';
    const ageSeconds = clock.now().wallMs / 1_000 - Number(anchor.timeNs / 1_000_000_000n);
    return kept > 0 && ageSeconds > kept * MARGIN ? 'expired' : 'gone';
  } catch (error) {
    if (error instanceof InfluxFailure) return 'unknown';
    throw error;
  } finally {
    done.abort();
  }
}

/** How long `bucket` keeps points, seconds; 0: for ever; undefined when the answer does not tell. */
function retentionSeconds(answer: unknown, bucket: string): number | undefined {
  const buckets = listOf(answer, 'buckets');
  const found = buckets.find((one) => fieldOf(one, 'name') === bucket);
  if (found === undefined) return undefined;
  const seconds = listOf(found, 'retentionRules').map((rule) => fieldOf(rule, 'everySeconds'));
  return seconds.reduce<number>((most, one) => (typeof one === 'number' ? Math.max(most, one) : most), 0);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? value[name as keyof typeof value] : undefined;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const found = fieldOf(value, name);
  return Array.isArray(found) ? found : [];
}
