// Who hears that this process wrote to the hub. The app makes one and hands it to both sides, so that a gateway hears what its own worker published.

import type { ParamRecord } from '#domain/exit-params.ts';
import type { OwnTrade } from './influx/own-trade.ts';

/** A committed write and what it holds. */
export type HubWrite =
  | { readonly kind: 'params'; readonly records: readonly ParamRecord[] }
  | { readonly kind: 'trades'; readonly trades: readonly OwnTrade[] };

export interface HubWrites {
  /** Tells every listener, in the order they came, that `write` is committed. */
  tell(write: HubWrite): void;
  /** Calls `listener` at every write from now on; returns what ends it. */
  listen(listener: (write: HubWrite) => void): () => void;
}

/** Hub writes of one process, nobody listening yet. */
export function hubWrites(): HubWrites {
  const listeners = new Set<(write: HubWrite) => void>();
  return {
    tell: (write) => {
      for (const listener of [...listeners]) listener(write);
    },
    listen: (listener) => {
      const own = (write: HubWrite) => listener(write);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
