// DOOR of store: which implementation of which port. Every port lives on node:sqlite in one data folder; see ARCHITECTURE.md, "The journal".
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { HubWrites } from './hub-writes.ts';
import type { GatewayStore, WorkerStore } from './store.ts';

export type { HubWriteKind, HubWrites } from './hub-writes.ts';
export { hubWrites } from './hub-writes.ts';

/** Where a store lives and whom it tells. */
export interface StoreOptions {
  /** The data folder; made when it is not there. Its owner holds the lock of its side (`acquireLock`) while the store is open. */
  readonly folder: string;
  readonly log: Log;
  /** Shared by both sides of one process. */
  readonly hubWrites: HubWrites;
  /**
   * Two shared doubles [wallMs, monotonicMs] that the writer thread reads instead of the system's clocks: for tests with a manual clock
   * (functions do not cross threads). Absent: the system's.
   */
  readonly sharedTime?: SharedArrayBuffer | undefined;
}

/** Read ports only; takes no lock and makes no file, for commands beside (or without) a running service. */
export type ReadStore = Pick<GatewayStore, 'decisions' | 'deliveries' | 'studies' | 'params'> &
  AsyncDisposable & {
    readonly signals: Pick<GatewayStore['signals'], 'byIds' | 'after'>;
    readonly trades: Pick<GatewayStore['trades'], 'sums'>;
  };

/** A held lock of a data folder. `close` is idempotent; the death of the process releases it too, silence never. */
export interface FolderLock extends AsyncDisposable {
  close(): Promise<void>;
}

/** Opens the gateway side. Rejects with UNUSABLE_INPUT naming folder or file when it cannot be written, is damaged, foreign or from a newer version. */
export declare function openGatewayStore(options: StoreOptions): Promise<GatewayStore>;

/** Opens the worker side; rejects as `openGatewayStore`. */
export declare function openWorkerStore(options: StoreOptions): Promise<WorkerStore>;

/** Opens for reading; a folder without files answers as an empty one. */
export declare function openReadStore(options: { readonly folder: string; readonly log: Log }): Promise<ReadStore>;

/**
 * Takes the lock of one side of `folder`. `wait: false` answers at once: undefined when another process holds it. With a signal it waits
 * until the owner dies or closes, and is undefined when the signal aborts first. Rejects with UNUSABLE_INPUT when the folder cannot be written.
 */
export declare function acquireLock(
  folder: string,
  side: 'gateway' | 'worker',
  options: { readonly wait: AbortSignal | false; readonly clock: Clock },
): Promise<FolderLock | undefined>;
