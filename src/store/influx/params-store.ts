// Published levels on InfluxDB: read all together in one request. What this instance has published and the hub does not have yet is there already.
import type { ParamRecord } from '#domain/exit-params.ts';
import { isPair } from '#domain/market.ts';
import type { ParamStore } from '../hub.ts';
import type { HubNames } from './bucket-names.ts';
import type { Influx } from './influx.ts';
import { newestParamsFlux } from './params-flux.ts';
import { paramRows } from './params-rows.ts';

/** As `ParamStore.newest`. `pending`: what waits in the outbox of this instance, oldest first. Rejects with an InfluxFailure. */
export function influxParams(
  influx: Pick<Influx, 'query'>,
  names: HubNames,
  pending: () => readonly ParamRecord[],
): Pick<ParamStore, 'newest'> {
  const flux = newestParamsFlux(names);
  return {
    newest: async (signal = new AbortController().signal) => {
      // Before the hub is read: what leaves the outbox meanwhile is in the hub when it is read, or here.
      const own = pending();
      const rows = paramRows();
      await influx.query(flux, rows.take, signal);
      const { records, ignored } = rows.records();
      const newest = new Map(records.map((record) => [keyOf(record), record]));
      const odd = new Set<string>();
      for (const record of own) {
        if (!isPair(record.pair)) odd.add(keyOf(record));
        else if ((newest.get(keyOf(record))?.atMs ?? Number.NEGATIVE_INFINITY) <= record.atMs)
          newest.set(keyOf(record), record);
      }
      return { records: [...newest.values()], ignored: Math.max(ignored, odd.size) };
    },
  };
}

function keyOf({ pair, side }: ParamRecord): string {
  return `${pair} ${side ?? ''}`;
}
