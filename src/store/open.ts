// DOOR of store: which implementation of which port. Every port lives on node:sqlite in one data folder; see ARCHITECTURE.md, "The journal".
// The calling thread only reads; every write travels to the writer thread of its side.
import type { Log } from '#domain/log.ts';
import type { Study } from '#domain/study.ts';
import type { HubWrites } from './hub-writes.ts';
import { snapshotStore } from './snapshots.ts';
import { encodePlane } from './sqlite/plane-codec.ts';
import { type ReadPorts, readPorts } from './sqlite/read-ports.ts';
import { openWriter, type Writer } from './sqlite/writer.ts';
import type { GatewayStore, StudyJournal, StudyRequest, WorkerStore } from './store.ts';

export { type HubWriteKind, type HubWrites, hubWrites } from './hub-writes.ts';
export { acquireLock, type FolderLock } from './sqlite/folder-lock.ts';

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
  Pick<WorkerStore, 'signals' | 'trades'> &
  AsyncDisposable;

/** Opens the gateway side. Rejects with UNUSABLE_INPUT naming folder or file when it cannot be written, is damaged, foreign or from a newer version. */
export async function openGatewayStore(options: StoreOptions): Promise<GatewayStore> {
  const { folder, log, hubWrites, sharedTime = null } = options;
  const writer = await openWriter({ folder, kinds: ['gateway', 'trades'], sharedTime, outbox: null }, log);
  const reads = readPorts(folder);
  return {
    ...reads,
    signals: { ...reads.signals, append: (signals) => writer.call('appendSignals', signals) },
    pauses: {
      ...reads.pauses,
      add: (pause) => writer.call('addPause', pause),
      end: (ending) => writer.call('endPause', ending),
    },
    studyRequests: { append: (request, atMs) => appendRequest(writer, request, atMs) },
    trades: {
      ...reads.trades,
      record: async (trades) => {
        const counts = await writer.call('recordTrades', trades);
        hubWrites.tell('trades');
        return counts;
      },
    },
    snapshots: snapshotStore(folder, log),
    tryWriting: () => writer.call('tryGateway', undefined),
    forget: async (beforeMs) => writer.call('forgetSignals', { beforeMs, upToSeq: reads.settledUpToSeq() }),
    onHubWrite: hubWrites.listen,
    [Symbol.asyncDispose]: () => closeBoth(reads, writer),
  };
}

/** Opens the worker side; rejects as `openGatewayStore`. */
export async function openWorkerStore(options: StoreOptions): Promise<WorkerStore> {
  const { folder, log, hubWrites, sharedTime = null } = options;
  const writer = await openWriter({ folder, kinds: ['worker', 'params'], sharedTime, outbox: null }, log);
  const reads = readPorts(folder);
  return {
    ...reads,
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
    params: {
      ...reads.params,
      publish: async (record) => {
        await writer.call('publish', record);
        hubWrites.tell('params');
      },
    },
    tryWriting: () => writer.call('tryWorker', undefined),
    forget: (beforeMs) => writer.call('forgetDecisions', beforeMs),
    [Symbol.asyncDispose]: () => closeBoth(reads, writer),
  };
}

/** Opens for reading; a folder without files answers as an empty one. */
export async function openReadStore({ folder }: Pick<StoreOptions, 'folder'>): Promise<ReadStore> {
  const reads = readPorts(folder);
  return { ...reads, [Symbol.asyncDispose]: () => reads.close() };
}

async function appendRequest(writer: Writer, request: StudyRequest, atMs: number): Promise<number> {
  const { kind, studyId } = request;
  const told = kind === 'start' ? request.spec : kind === 'keep' ? request.study : null;
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

async function closeBoth(reads: ReadPorts, writer: Writer): Promise<void> {
  await reads.close();
  await writer.close();
}
