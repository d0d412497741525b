// The writer thread of a process: the only one in it that writes files of the data folder. It takes everything that has queued up, commits it
// as one group per file with one sync to disk, and answers afterwards.
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { candlesWriter } from './candles.ts';
import { openForWriting } from './database.ts';
import { gatewayWriter } from './gateway-writer.ts';
import { commitGroup, type FileWriter, type Operation, type Outcome } from './group-commit.ts';
import { paramsWriter, tradesWriter } from './hub-writers.ts';
import { importsWriter } from './imports.ts';
import { JournalTime } from './journal-time.ts';
import { type Lifted, liftNumbers } from './lifting.ts';
import { type OutboxTable, outboxTable } from './outbox-table.ts';
import { Pacing } from './pacing.ts';
import type { FileKind } from './schema.ts';
import { elapsedMs, pause, threadTime } from './thread-time.ts';
import { workerWriter } from './worker-writer.ts';
import {
  type Answer,
  type Commit,
  type FromWriter,
  type OpenFiles,
  type ToWriter,
  toFailure,
} from './writer-protocol.ts';

/** The most operations one group takes; the rest waits for the next. */
const GROUP_MAX = 1_024;
/** The order of commits within a group: whoever waits for a signal's acknowledgement waits for nothing else in it. */
const ORDER: readonly FileKind[] = ['gateway', 'worker', 'params', 'trades', 'candles', 'imports'];

if (parentPort === null) throw new Error('the writer thread is started by a store');
const port = parentPort;
const writers = new Map<FileKind, FileWriter>();
const queue: Operation[] = [];
const pacing = new Pacing();

port.on('message', (message: ToWriter) => {
  take(message);
  drain();
  commitQueued();
});

function take(message: ToWriter): void {
  switch (message.kind) {
    case 'operations':
      queue.push(...message.operations);
      break;
    case 'open':
      answer([attempt(message.id, () => open(message.files))]);
      break;
    case 'close':
      commitQueued();
      answer([attempt(message.id, () => close(message.kinds))]);
      break;
    case 'rest':
      // A thread's heap is its own: what the calling thread collects is not this one's.
      // biome-ignore lint/plugin: collecting takes neither time nor chance from anywhere
      globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
      break;
    case 'end':
      port.close();
  }
}

function drain(): void {
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    take(next.message as ToWriter);
  }
}

function commitQueued(): void {
  while (queue.length > 0) {
    const queued = queue.length;
    pause(pacing.waitMs(elapsedMs(), queued));
    drain();
    const group = queue.splice(0, GROUP_MAX);
    if (group.length > 0) commit(group);
    pacing.committed(elapsedMs(), group.length, queued);
  }
}

function commit(group: readonly Operation[]): void {
  let known = 0;
  for (const kind of ORDER) {
    const writer = writers.get(kind);
    const own = writer === undefined ? [] : group.filter(({ name }) => name in writer.operations);
    known += own.length;
    if (writer === undefined || own.length === 0) continue;
    const startedMs = elapsedMs();
    const { outcomes, isKept } = commitGroup(writer, own, elapsedMs);
    answer(outcomes, { file: kind, writes: own.length, durationMs: elapsedMs() - startedMs, isKept });
  }
  if (known < group.length) throw new Error('operations on files that are not open');
}

/** Returns which numbers of gateway.db had to be lifted, when that is among them. */
function open({ folder, kinds, sharedTime, outbox }: OpenFiles): readonly Lifted[] {
  const time = threadTime(sharedTime);
  const withOutbox = (kind: FileKind, writerOf: (db: DatabaseSync, table: OutboxTable) => FileWriter) => () => {
    const db = openForWriting(folder, kind);
    return writerOf(
      db,
      outboxTable(db, outbox, () => time().wallMs),
    );
  };
  const writerOf: Readonly<Record<FileKind, () => FileWriter>> = {
    gateway: withOutbox('gateway', (db, table) => gatewayWriter(db, new JournalTime(time), table)),
    worker: withOutbox('worker', workerWriter),
    trades: withOutbox('trades', tradesWriter),
    params: withOutbox('params', paramsWriter),
    candles: () => candlesWriter(openForWriting(folder, 'candles')),
    imports: withOutbox('imports', importsWriter),
  };
  const taken = kinds.find((kind) => writers.has(kind));
  if (taken !== undefined)
    throw new Error(`the ${taken} file of ${folder} is open for writing in this process already`);
  try {
    for (const kind of kinds) writers.set(kind, writerOf[kind]());
    const gateway = kinds.includes('gateway') ? writers.get('gateway') : undefined;
    return gateway === undefined ? [] : liftNumbers(gateway.db, folder);
  } catch (error) {
    close(kinds);
    throw error;
  }
}

function close(kinds: readonly FileKind[]): void {
  for (const kind of kinds) {
    const db = writers.get(kind)?.db;
    writers.delete(kind);
    try {
      db?.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Nothing is lost: what stays in the -wal file is read from there at the next start.
    }
    db?.close();
  }
}

function attempt(id: number, run: () => unknown): Outcome {
  try {
    return { id, value: run() };
  } catch (error) {
    return { id, error };
  }
}

function answer(outcomes: readonly Outcome[], commit?: Commit): void {
  const answers = outcomes.map(
    (outcome): Answer => ('error' in outcome ? { id: outcome.id, failure: toFailure(outcome.error) } : outcome),
  );
  const message: FromWriter = { answers, commit };
  port.postMessage(message);
}
