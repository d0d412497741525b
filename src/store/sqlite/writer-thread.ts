// The writer thread of one side: the only thread that writes its files. It takes everything that has queued up, commits it as one group per file
// with one sync to disk, and answers afterwards.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openForWriting } from './database.ts';
import { gatewayWriter } from './gateway-writer.ts';
import { commitGroup, type FileWriter, type Operation, type Outcome } from './group-commit.ts';
import { paramsWriter, tradesWriter } from './hub-writers.ts';
import { JournalTime } from './journal-time.ts';
import { Pacing } from './pacing.ts';
import type { FileKind } from './schema.ts';
import { elapsedMs, pause, threadTime } from './thread-time.ts';
import { workerWriter } from './worker-writer.ts';
import { type Answer, type FromWriter, type ToWriter, toFailure, type WriterStart } from './writer-protocol.ts';

/** The most operations one group takes; the rest waits for the next. */
const GROUP_MAX = 1_024;

if (parentPort === null) throw new Error('the writer thread is started by a store');
const port = parentPort;
const send = (message: FromWriter) => port.postMessage(message);
const { folder, kinds, sharedTime } = workerData as WriterStart;

try {
  serve(openWriters());
  send({ kind: 'ready' });
} catch (error) {
  send({ kind: 'refused', failure: toFailure(error) });
}

function openWriters(): readonly FileWriter[] {
  const time = new JournalTime(threadTime(sharedTime));
  const writerOf: Readonly<Record<FileKind, () => FileWriter>> = {
    gateway: () => gatewayWriter(openForWriting(folder, 'gateway'), time),
    worker: () => workerWriter(openForWriting(folder, 'worker')),
    trades: () => tradesWriter(openForWriting(folder, 'trades')),
    params: () => paramsWriter(openForWriting(folder, 'params')),
  };
  const opened: FileWriter[] = [];
  try {
    for (const kind of kinds) opened.push(writerOf[kind]());
    return opened;
  } catch (error) {
    for (const { db } of opened) db.close();
    throw error;
  }
}

function serve(writers: readonly FileWriter[]): void {
  const pacing = new Pacing();
  const queue: Operation[] = [];
  let closing = false;
  const take = (message: ToWriter) => {
    if (message.kind === 'close') closing = true;
    else queue.push(...message.operations);
  };
  const drain = () => {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      take(next.message as ToWriter);
    }
  };
  port.on('message', (message: ToWriter) => {
    take(message);
    drain();
    while (queue.length > 0) {
      const queued = queue.length;
      if (!closing) pause(pacing.waitMs(elapsedMs(), queued));
      drain();
      const group = queue.splice(0, GROUP_MAX);
      commit(writers, group);
      pacing.committed(elapsedMs(), group.length, queued);
      drain();
    }
    if (closing) close(writers);
  });
}

function commit(writers: readonly FileWriter[], group: readonly Operation[]): void {
  let known = 0;
  for (const writer of writers) {
    const own = group.filter(({ name }) => name in writer.operations);
    known += own.length;
    if (own.length > 0) send({ kind: 'answers', answers: commitGroup(writer, own, elapsedMs).map(answerOf) });
  }
  if (known < group.length) throw new Error(`operations unknown to the writers of ${kinds.join(' and ')}`);
}

function answerOf(outcome: Outcome): Answer {
  return 'error' in outcome ? { id: outcome.id, failure: toFailure(outcome.error) } : outcome;
}

function close(writers: readonly FileWriter[]): void {
  for (const { db } of writers) {
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Nothing is lost: what stays in the -wal file is read from there at the next start.
    }
    db.close();
  }
  port.close();
}
