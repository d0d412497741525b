// Opening the fleet's InfluxDB for a process: one client, one breaker, and one request in flight per bucket, whichever side asks.
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { InfluxHub } from './influx/bucket-names.ts';
import type { SharedHub } from './influx/shared-hub.ts';
import type { OutboxBounds } from './sqlite/outbox-table.ts';

export interface FleetHubOptions {
  readonly address: InfluxHub;
  readonly bounds: OutboxBounds;
  readonly clock: Clock;
  /** Draws a number, 0 <= x < 1. */
  readonly chance: () => number;
  readonly log: Log;
}

/** The hub as both sides of a process share it. */
export interface FleetHub extends SharedHub, AsyncDisposable {
  readonly address: InfluxHub;
}

/** The hub at `address`, connected to when it is first asked; disposing drops its connections. */
export async function openFleetHub({ address, ...parts }: FleetHubOptions): Promise<FleetHub> {
  // Loaded by those alone who have such a hub: an embedded one costs no memory for it.
  const [{ openInflux }, { sharedHub }] = await Promise.all([
    import('./influx/influx.ts'),
    import('./influx/shared-hub.ts'),
  ]);
  const influx = openInflux(address);
  const shared = sharedHub({ ...parts, influx, names: address.names });
  return { ...shared, address, [Symbol.asyncDispose]: async () => influx.close() };
}
