// The InfluxDB of a process as its writers share it: one breaker in front of it and one request in flight per bucket, whichever side sends.
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { OutboxBounds } from '#store/sqlite/outbox-table.ts';
import { Breaker } from './breaker.ts';
import type { HubNames } from './bucket-names.ts';
import type { Influx } from './influx.ts';

export interface SharedHub {
  readonly influx: Influx;
  readonly names: HubNames;
  readonly bounds: OutboxBounds;
  readonly breaker: Breaker;
  /** What the hub does not let this process do, in words, by bucket. */
  readonly alarms: Map<string, string>;
  /** Runs what it is given when nothing else runs for `bucket`, in the order of asking. */
  alone<R>(bucket: string, run: () => Promise<R>): Promise<R>;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly log: Log;
}

/** `chance` draws a number, 0 <= x < 1. */
export type SharedHubParts = Pick<SharedHub, 'influx' | 'names' | 'bounds' | 'clock' | 'chance' | 'log'>;

export function sharedHub(parts: SharedHubParts): SharedHub {
  const last = new Map<string, Promise<unknown>>();
  return {
    ...parts,
    breaker: new Breaker(parts.chance),
    alarms: new Map(),
    alone: (bucket, run) => {
      const mine = (last.get(bucket) ?? Promise.resolve()).then(run);
      last.set(
        bucket,
        mine.catch(() => undefined),
      );
      return mine;
    },
  };
}
