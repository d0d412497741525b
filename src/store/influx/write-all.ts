// Writing what can be had again from where it came (candles, historical entries): batch by batch, straight to the hub, and told when it does not take it.
import { Fault } from '#domain/fault.ts';
import type { Influx } from './influx.ts';

const BATCH_LINES = 5_000;

/** Writes the lines of `count` things in order. Rejects with HUB_UNAVAILABLE, in the hub's words, when one batch is not taken whole. */
export async function writeAll(
  influx: Pick<Influx, 'write'>,
  bucket: string,
  count: number,
  lineAt: (index: number) => string,
): Promise<void> {
  const { signal } = new AbortController();
  for (let from = 0; from < count; from += BATCH_LINES) {
    const lines = Array.from({ length: Math.min(BATCH_LINES, count - from) }, (_, index) => lineAt(from + index));
    const answer = await influx.write(bucket, lines, signal);
    if (answer.kind === 'written') continue;
    throw new Fault(
      'HUB_UNAVAILABLE',
      `the hub did not take all of what was written to ${bucket} (HTTP ${answer.status}: ${answer.message})`,
    );
  }
}
