// Which nanosecond of its millisecond each signal is at in the hub: the hash of its id, and for the rare one that would meet another of its pair and side there
// the next that is free, kept in its row. Stamps never go back while a process lives, so the signals of the newest millisecond are all there is to know.
import type { Signal } from '#domain/signal.ts';
import { NANOS } from '#store/influx/line-protocol.ts';
import { signalNano } from '#store/influx/signal-lines.ts';

/** A column for those that could not have their hash; NULL: it has. */
export const SIGNAL_POINTS = 'ALTER TABLE signals ADD COLUMN nano INTEGER;\n';

export interface SignalPoints {
  /** The nanosecond that `signal`, just stamped, has to be kept with; null: its hash is free. */
  take(signal: Pick<Signal, 'id' | 'pair' | 'side' | 'receivedAtMs'>): number | null;
}

/** `nanoOf`: the nanosecond of an id. */
export function signalPoints(nanoOf: (id: string) => number = signalNano): SignalPoints {
  let atMs = Number.NaN;
  const taken = new Set<string>();
  return {
    take: ({ id, pair, side, receivedAtMs }) => {
      if (receivedAtMs !== atMs) taken.clear();
      atMs = receivedAtMs;
      const first = nanoOf(id);
      let nano = first;
      while (taken.has(`${side} ${pair} ${nano}`)) nano = (nano + 1) % NANOS;
      taken.add(`${side} ${pair} ${nano}`);
      return nano === first ? null : nano;
    },
  };
}
