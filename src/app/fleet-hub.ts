// The fleet's InfluxDB as this process has it: opened once, shared by both roles.
import { randomInt } from 'node:crypto';
import type { Log } from '#domain/log.ts';
import { type FleetHub, openFleetHub } from '#store/open.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { outboxBounds } from './outbox-rows.ts';

/** The hub that `config` names; null when it is embedded in the data folder. */
export async function openHub(config: Config, log: Log): Promise<FleetHub | null> {
  if (config.influx === null) return null;
  const chance = () => randomInt(2 ** 32) / 2 ** 32;
  return openFleetHub({ address: config.influx, bounds: outboxBounds(config), clock: systemClock, chance, log });
}
