// The question whether the hub has one certain point: a nanosecond of one series, so that it costs next to nothing whatever the hub holds.
import { fluxEquals, fluxFilter, fluxString } from './flux-text.ts';

/** Whether the hub has a point: expired, it is older than the bucket keeps anything; unknown, the hub could not be asked (now). */
export type Having = 'there' | 'gone' | 'expired' | 'unknown';

/** A point by its measurement, pair and time. */
export interface Anchor {
  readonly measurement: string;
  readonly pair: string;
  readonly timeNs: bigint;
}

/** The point of a line of ours; undefined for a line that is none. */
export function anchorOf(line: string): Anchor | undefined {
  const head = /^((?:[^,\\]|\\.)+),(?:[^ \\]|\\.)*?\bpair=((?:[^, \\]|\\.)+)/.exec(line);
  const time = / (-?\d+)$/.exec(line)?.[1];
  if (head?.[1] === undefined || head[2] === undefined || time === undefined) return undefined;
  return { measurement: plain(head[1]), pair: plain(head[2]), timeNs: BigInt(time) };
}

/** Flux that gives a row when `bucket` has the point of `anchor`, and none when it has not. */
export function toldFlux(bucket: string, { measurement, pair, timeNs }: Anchor): string {
  return [
    `from(bucket: ${fluxString(bucket)})`,
    `|> range(start: ${nsTime(timeNs)}, stop: ${nsTime(timeNs + 1n)})`,
    fluxFilter(fluxEquals('_measurement', measurement)),
    fluxFilter(fluxEquals('pair', pair)),
    '|> keep(columns: ["_time"])',
  ].join('\n  ');
}

function plain(escaped: string): string {
  return escaped.replace(/\\([, =])/g, '$1');
}

/** An instant as a Flux time literal, to the nanosecond. */
function nsTime(ns: bigint): string {
  const seconds = ns >= 0n ? ns / 1_000_000_000n : (ns - 999_999_999n) / 1_000_000_000n;
  const fraction = String(ns - seconds * 1_000_000_000n).padStart(9, '0');
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
}
