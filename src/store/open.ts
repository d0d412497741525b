// DOOR of store: which implementation of which port. The journal lives on node:sqlite in one data folder (ARCHITECTURE.md, "The journal"); the hub there
// too, or in the fleet's InfluxDB.
// The calling thread only reads; every write travels to the writer thread of its side.
import type { Log } from '#domain/log.ts';
import type { Study } from '#domain/study.ts';
import type { FleetHub } from './fleet-hub.ts';
import { embeddedHubSide, type HubSide, type HubSideOptions, influxHubSide } from './hub-side.ts';
import type { HubWrites } from './hub-writes.ts';
import { type Lazy, lazily } from './lazily.ts';
import { kindHolding } from './outbox-desk.ts';
import { snapshotStore } from './snapshots.ts';
import { workerMemory, workerPairing } from './sqlite/pairing.ts';
import { openPauseReserve } from './sqlite/pause-reserve.ts';
import { encodePlane } from './sqlite/plane-codec.ts';
import { type ReadPorts, readPorts } from './sqlite/read-ports.ts';
import { openWriter, type Writer } from './sqlite/writer.ts';
import type { GatewayStore, StudyJournal, StudyRequest, TradeHistory, WorkerStore } from './store.ts';

export { type FleetHub, type FleetHubOptions, openFleetHub } from './fleet-hub.ts';
export { type HubDesk, openHubDesk } from './hub-desk.ts';
export { type HubWrites, hubWrites } from './hub-writes.ts';
export type { HubCheck } from './influx/hub-check.ts';
export type { HubInit } from './influx/hub-init.ts';
export { applyRequests, copyToHub, type OutboxDesk, openOutboxDesk } from './outbox-desk.ts';
export { acquireLock, type FolderLock } from './sqlite/folder-lock.ts';
export { restWriters } from './sqlite/thread-calls.ts';

/** Where a store lives and whom it tells. */
export interface StoreOptions {
  /** The data folder; made when it is not there. Its owner holds the lock of its side (`acquireLock`) while the store is open. */
  readonly folder: string;
  readonly log: Log;
  /** Shared by both sides of one process. */
  readonly hubWrites: HubWrites;
  /** The fleet's InfluxDB, shared by both sides of one process. Absent or null: the hub is in the data folder. */
  readonly hub?: FleetHub | null;
  /**
   * Two shared doubles [wallMs, monotonicMs] that the writer thread reads instead of the system's clocks: for tests with a manual clock
   * (functions do not cross threads). Absent: the system's.
   */
  readonly sharedTime?: SharedArrayBuffer | undefined;
}

/** Read ports only; takes no lock and makes no file, for commands beside (or without) a running service. */
export type ReadStore = Pick<GatewayStore, 'decisions' | 'deliveries' | 'studies' | 'trials' | 'params'> &
  Pick<WorkerStore, 'signals' | 'trades'> & { readonly history: TradeHistory } & AsyncDisposable;

/** Opens the gateway side. Rejects with UNUSABLE_INPUT naming folder or file when it cannot be written, is damaged, foreign or from a newer version. */
export async function openGatewayStore(options: StoreOptions): Promise<GatewayStore> {
  const { folder, log, hubWrites, hub = null, sharedTime = null } = options;
  const kinds = ['gateway', 'trades'] as const;
  const writer = await openWriter({ folder, kinds, sharedTime, outbox: hub }, log);
  const reads = readPorts(folder);
  const candles = lazily(() => openWriter({ folder, kinds: ['candles'], sharedTime, outbox: null }, log));
  const imports = lazily(() => openWriter({ folder, kinds: ['imports'], sharedTime, outbox: hub }, log));
  const writers = { writer, candlesWriter: candles.get, importsWriter: imports.get };
  const side = await openHubSide(hub, { folder, reads, kinds, hubWrites, log, ...writers });
  const reserve = await openPauseReserve({
    folder,
    rows: {
      add: (pause) => writer.call('addPause', pause),
      end: (ending) => writer.call('endPause', ending),
    },
    log,
  });
  return {
    ...reads,
    candles: side.candles,
    entries: side.entries,
    outbox: side.outbox,
    signals: { ...reads.signals, append: (signals) => writer.call('appendSignals', signals) },
    pauses: { ...reads.pauses, add: reserve.add, end: reserve.end },
    studyRequests: { append: (request, atMs) => appendRequest(writer, request, atMs) },
    params: side.params,
    trades: {
      ...side.trades,
      record: async (trades) => {
        const { left, ...counts } = await writer.call('recordTrades', trades);
        const gone = left.map((trade) => ({ ...trade, superseded: true as const }));
        hubWrites.tell({ kind: 'trades', trades: [...gone, ...trades] });
        return counts;
      },
    },
    snapshots: snapshotStore(folder, log),
    workerMemory: workerMemory(reads.journal, {
      remember: (present) => writer.call('rememberWorker', present),
      replace: (present) => writer.call('replaceWorker', present),
    }),
    tryWriting: () => writer.call('tryGateway', undefined),
    forgetStudyRequests: async (beforeMs) =>
      writer.call('forgetRequests', { beforeMs, upToSeq: reads.seenRequestSeq() }),
    forget: async (beforeMs) => writer.call('forgetSignals', { beforeMs, upToSeq: reads.settledUpToSeq() }),
    askOutbox: async ({ verb, holds, ids }) => {
      await writer.call('requestOfHub', { verb, file: kindHolding(holds), ids });
    },
    onHubWrite: (listener) => hubWrites.listen(({ kind }) => listener(kind)),
    [Symbol.asyncDispose]: async () => {
      await reserve[Symbol.asyncDispose]();
      await closeAll({ reads, side, others: [candles, imports], writer });
    },
  };
}

/** Opens the worker side; rejects as `openGatewayStore`. */
export async function openWorkerStore(options: StoreOptions): Promise<WorkerStore> {
  const { folder, log, hubWrites, hub = null, sharedTime = null } = options;
  const kinds = ['worker', 'params'] as const;
  const writer = await openWriter({ folder, kinds, sharedTime, outbox: hub }, log);
  const reads = readPorts(folder);
  const candles = lazily(() => openWriter({ folder, kinds: ['candles'], sharedTime, outbox: null }, log));
  const side = await openHubSide(hub, { folder, reads, writer, kinds, hubWrites, log, candlesWriter: candles.get });
  return {
    ...reads,
    candles: side.candles,
    entries: side.entries,
    outbox: side.outbox,
    decisions: {
      ...reads.decisions,
      decide: (closings, decidedUpToSeq) => writer.call('decide', { closings, decidedUpToSeq }),
    },
    deliveries: {
      ...reads.deliveries,
      begin: (intent) => writer.call('begin', intent),
      record: (update) => writer.call('record', update),
    },
    bots: { save: (states) => writer.call('saveBots', states) },
    studies: { ...reads.studies, save: (study, extras) => saveStudy(writer, study, extras) },
    trials: { ...reads.trials, append: (studyId, trials) => writer.call('appendTrials', { studyId, trials }) },
    forgetStudies: (old) => writer.call('forgetStudies', old),
    trades: side.trades,
    params: {
      ...side.params,
      publish: async (record) => {
        await writer.call('publish', record);
        hubWrites.tell({ kind: 'params', records: [record] });
      },
    },
    pairing: workerPairing(reads.journal, (hold) => writer.call('keepHold', hold)),
    tryWriting: () => writer.call('tryWorker', undefined),
    forget: (beforeMs) => writer.call('forgetDecisions', beforeMs),
    [Symbol.asyncDispose]: () => closeAll({ reads, side, others: [candles], writer }),
  };
}

/** Makes the missing buckets of `hub`; see `HubInit`. Loaded when asked for: who has no such hub pays nothing for it. */
export const initHub: typeof import('./influx/hub-init.ts').initHub = async (...asked) =>
  (await import('./influx/hub-init.ts')).initHub(...asked);

/** Looks at `hub`; see `HubCheck`. */
export const checkHub: typeof import('./influx/hub-check.ts').checkHub = async (...asked) =>
  (await import('./influx/hub-check.ts')).checkHub(...asked);

/** Opens for reading; a folder without files answers as an empty one. */
export async function openReadStore({ folder }: Pick<StoreOptions, 'folder'>): Promise<ReadStore> {
  const reads = readPorts(folder);
  return { ...reads, [Symbol.asyncDispose]: () => reads.close() };
}

async function appendRequest(writer: Writer, request: StudyRequest, atMs: number): Promise<number> {
  const { kind, studyId } = request;
  const kept = kind === 'keep' ? { study: request.study, trials: request.trials } : null;
  const told = kind === 'start' ? request.spec : kept;
  const plane = kind === 'keep' && request.plane !== null ? await encodePlane(request.plane) : null;
  return writer.call('appendRequest', {
    atMs,
    kind,
    studyId,
    body: told === null ? null : JSON.stringify(told),
    plane,
  });
}

async function saveStudy(
  writer: Writer,
  study: Study,
  extras: Parameters<StudyJournal['save']>[1] = {},
): Promise<void> {
  const plane = extras.plane === undefined ? null : await encodePlane(extras.plane);
  const { id, state, createdAtMs, spec } = study;
  const body = JSON.stringify(study);
  await writer.call('saveStudy', {
    id,
    pair: spec.pair,
    state,
    createdAtMs,
    body,
    plane,
    requestSeq: extras.requestSeq ?? null,
  });
}

function openHubSide(hub: FleetHub | null, options: HubSideOptions): Promise<HubSide> {
  return hub === null ? Promise.resolve(embeddedHubSide(options)) : influxHubSide(hub, options);
}

async function closeAll(open: {
  readonly reads: ReadPorts;
  readonly side: HubSide;
  readonly others: readonly Lazy<Writer>[];
  readonly writer: Writer;
}): Promise<void> {
  await open.side.close();
  await open.reads.close();
  for (const other of open.others) await (await other.opened())?.close();
  await open.writer.close();
}
