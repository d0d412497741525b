// Entries on InfluxDB: what other writers left in the buckets of the bots that take LONG and SHORT, the decisions forwarded since, and those of this
// instance that the hub does not have yet.
import type { HistoricalSignal, Side } from '#domain/market.ts';
import type { EntryStore } from '#store/hub.ts';
import { orderedEntries } from '#store/sqlite/candles.ts';
import type { HubNames, HubPlace } from './bucket-names.ts';
import { fluxEquals } from './flux-text.ts';
import { msOf, nsOf } from './flux-time.ts';
import type { Influx } from './influx.ts';
import { readSpan } from './span-read.ts';

/** As `EntryStore`. `own`: the entries that this instance knows by itself; while the hub cannot be asked, those of a pair of which some wait for it are the answer. */
export function influxEntries(
  influx: Pick<Influx, 'query'>,
  names: HubNames,
  own: { readonly all: readonly Pick<EntryStore, 'read'>[]; readonly isWaiting: (pair: string) => boolean },
): Pick<EntryStore, 'read'> {
  const placeOf: Readonly<Record<Side, HubPlace>> = { LONG: names.longEntries, SHORT: names.shortEntries };
  return {
    read: async (query, signal = new AbortController().signal) => {
      const found: HistoricalSignal[] = (await Promise.all(own.all.map((one) => one.read(query)))).flat();
      const known = found.length;
      const ofPair = fluxEquals('pair', query.pair);
      const isWaiting = own.isWaiting(query.pair);
      try {
        for (const side of ['LONG', 'SHORT'] as const) {
          const history = {
            ...query,
            name: side,
            kind: 'entries',
            place: placeOf[side],
            condition: ofPair,
            keep: ['_time'],
          };
          const forwarded = {
            ...history,
            name: `forwarded ${side}`,
            place: names.decisions,
            condition: `${ofPair} and ${fluxEquals('side', side)} and ${fluxEquals('outcome', 'FORWARDED')} and ${fluxEquals('_field', 'decision_id')}`,
          };
          for (const read of [history, forwarded]) {
            const onRow = {
              onRow: (row: { named(name: string): string }) =>
                found.push({ timeMs: msOf(nsOf(row.named('_time'))), side }),
            };
            await readSpan(influx, read, { ...onRow, signal });
          }
        }
      } catch (error) {
        if (!isWaiting) throw error;
        found.length = known;
      }
      return orderedEntries(found);
    },
  };
}
