// A long read made of a cheap question for its ends and of day-sized parts between them.
import { mark } from '#trace/trace.ts';
import type { HubPlace } from './bucket-names.ts';
import { dayBunches, daysFlux } from './flux-days.ts';
import type { FluxRow } from './flux-row.ts';
import { msOf, nsOf } from './flux-time.ts';
import type { Influx } from './influx.ts';
import { spanFlux } from './span-flux.ts';

/** What is read: of `place` what `condition` lets through at fromMs <= time < toMs, and of it the columns `keep`. */
export interface SpanRead {
  /** Of our own choosing: names the yields. */
  readonly name: string;
  readonly kind: string;
  readonly place: HubPlace;
  readonly condition: string;
  readonly keep: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the hub keeps lies between these, whatever is asked for: from 1677 to 2262 in whole milliseconds. */
const FIRST_MS = -9_223_372_036_000;
const LAST_MS = 9_223_372_036_000;

/** Hands over every row, day by day, oldest day first. Rejects with an InfluxFailure. */
export async function readSpan(
  influx: Pick<Influx, 'query'>,
  read: SpanRead,
  { onRow, signal }: { readonly onRow: (row: FluxRow) => void; readonly signal: AbortSignal },
): Promise<void> {
  const fromMs = Math.max(FIRST_MS, Math.ceil(read.fromMs));
  const toMs = Math.min(LAST_MS, Math.ceil(read.toMs));
  if (fromMs >= toMs) return;
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  const ask = async (flux: string, take: (row: FluxRow) => void) => {
    const cost = await influx.query(flux, take, signal);
    mark('hub.answered', { kind: read.kind, ...cost });
  };
  await ask(spanFlux(read.place, { ...read, fromMs, toMs }), (row) => {
    const timeMs = msOf(nsOf(row.named('_time')));
    firstMs = Math.min(firstMs, timeMs);
    lastMs = Math.max(lastMs, timeMs);
  });
  for (const parts of dayBunches(firstMs, Math.min(toMs, lastMs + 1))) {
    await ask(daysFlux(read.place, parts, read), onRow);
  }
}
