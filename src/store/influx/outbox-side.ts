// One side's outboxes with the hub they tell: the drain of the files it writes, the state of all, and what waits for readers.
import type { Outbox } from '#store/outbox.ts';
import { type OwnedFiles, outboxFiles } from '#store/sqlite/outbox-files.ts';
import type { OutboxReader } from '#store/sqlite/outbox-reader.ts';
import { startDrain } from './drain.ts';
import { HOLDS, type OutboxKind, PLACES } from './outbox-kinds.ts';
import { type Pending, pendingOf } from './pending.ts';
import type { SharedHub } from './shared-hub.ts';

export interface OutboxSide extends Outbox {
  readonly pending: Pending;
  /** What waits of the imports. */
  readonly imports: OutboxReader;
  close(): Promise<void>;
}

/** Starts telling `hub` what the outboxes of the `owned` files in `folder` hold. */
export function openOutboxSide(folder: string, hub: SharedHub, owned: OwnedFiles): OutboxSide {
  const files = outboxFiles(folder, hub.names, owned);
  const drain = startDrain(hub, files.sources);
  return {
    pending: pendingOf(files.readers),
    imports: files.readers.imports,
    status: async () => {
      return (Object.keys(HOLDS) as OutboxKind[]).map((kind) => {
        const state = files.readers[kind].state();
        return {
          holds: HOLDS[kind],
          bucket: hub.names[PLACES[kind][0]].bucket,
          rows: state?.rows ?? 0,
          bytes: state?.bytes ?? 0,
          oldestAtMs: state?.oldestAtMs ?? null,
          deadLetters: state?.dead ?? 0,
          isBehind: state?.walk !== undefined && state.walk !== null,
          breaker: hub.breaker.state,
          alarm:
            PLACES[kind].map((place) => hub.alarms.get(hub.names[place].bucket)).find((one) => one !== undefined) ??
            null,
        };
      });
    },
    finish: drain.finish,
    close: async () => {
      await drain.close();
      files.close();
    },
  };
}
