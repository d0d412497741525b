// Who hears that this process wrote to the hub. The app makes one and hands it to both sides, so that a gateway hears what its own worker published.

/** What was written: published levels or closed trades. */
export type HubWriteKind = 'params' | 'trades';

export interface HubWrites {
  /** Tells every listener, in the order they came, that a write of `kind` is committed. */
  tell(kind: HubWriteKind): void;
  /** Calls `listener` at every write from now on; returns what ends it. */
  listen(listener: (kind: HubWriteKind) => void): () => void;
}

/** Hub writes of one process, nobody listening yet. */
export function hubWrites(): HubWrites {
  const listeners = new Set<(kind: HubWriteKind) => void>();
  return {
    tell: (kind) => {
      for (const listener of [...listeners]) listener(kind);
    },
    listen: (listener) => {
      const own = (kind: HubWriteKind) => listener(kind);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
