// The InfluxDB that a command is about.
import { badInput } from '#domain/fault.ts';
import type { InfluxHub } from '#store/store.ts';
import { requireConfig } from './config.ts';

/** The hub that the environment and the file name; throws BAD_USER_INPUT when they name none. */
export function requireInflux(): InfluxHub {
  const { influx } = requireConfig(process.env, process.cwd());
  if (influx !== null) return influx;
  throw badInput(
    'INFLUX_URL',
    'not set: the hub is embedded in the data folder',
    'INFLUX_URL, INFLUX_TOKEN and INFLUX_ORG together',
  );
}
