// The rows of the configuration table that name the shared hub.
import type { Table } from './config-table.ts';
import { influxAddress, influxNames, oneLine } from './influx-settings.ts';

export const INFLUX_ROWS = {
  influxUrl: {
    env: 'INFLUX_URL',
    kind: influxAddress,
    fallback: null,
    meaning:
      "The fleet's InfluxDB 2 as hub, with the two below; none of the three: the hub is embedded in the data folder.",
  },
  influxToken: { env: 'INFLUX_TOKEN', kind: oneLine, fallback: null, secret: true, meaning: 'Its API token.' },
  influxOrg: { env: 'INFLUX_ORG', kind: oneLine, fallback: null, meaning: 'Its organisation, by name.' },
  influxNames: {
    env: null,
    kind: influxNames,
    fallback: null,
    meaning:
      'Other names of its buckets and measurements: `{"trades": {"bucket": "BOT33_trades", "measurement": "closed_trades"}, ...}`; see docs/hub.md.',
  },
} as const satisfies Partial<Table>;
