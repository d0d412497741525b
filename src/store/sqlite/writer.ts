// The calling thread's end of a writer thread: hands operations over, at most so many at a time, and settles each when its commit is on disk.
import { Worker } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Operation } from './group-commit.ts';
import {
  type Answer,
  type FromWriter,
  fromFailure,
  type Operations,
  type ToWriter,
  type WriterStart,
} from './writer-protocol.ts';

/** The most operations that may wait for a commit. */
export const QUEUE_MAX = 4_096;

export interface Writer {
  /**
   * Resolves when the operation is committed and on disk. Rejects with its own error having taken back only itself; with JOURNAL_UNAVAILABLE
   * when the queue is full, the file cannot be written or the writer has stopped.
   */
  call<Name extends keyof Operations>(
    name: Name,
    input: Parameters<Operations[Name]>[0],
  ): Promise<ReturnType<Operations[Name]>>;
  /** Refuses new operations, commits the ones waiting, closes the files and ends the thread. Idempotent. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Starts a writer thread; rejects with UNUSABLE_INPUT when one of its files cannot be opened. */
export async function openWriter(start: WriterStart, log: Log): Promise<Writer> {
  const thread = new Worker(new URL(import.meta.resolve('#store/sqlite/writer-thread.ts')), { workerData: start });
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const waiting = new Map<number, Waiting>();
  let outbox: Operation[] = [];
  let lastId = 0;
  let stopped: Fault | undefined;

  const settle = (answer: Answer) => {
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('failure' in answer) caller?.reject(fromFailure(answer.failure));
    else caller?.resolve(answer.value);
  };
  const send = (message: ToWriter) => thread.postMessage(message);
  const flush = () => {
    const operations = outbox;
    outbox = [];
    if (operations.length > 0 && stopped === undefined) send({ kind: 'operations', operations });
  };
  const stop = (why: string, cause?: unknown) => {
    stopped ??= new Fault('JOURNAL_UNAVAILABLE', `the journal in ${start.folder} ${why}`, { cause });
    for (const caller of waiting.values()) caller.reject(stopped);
    waiting.clear();
  };

  await new Promise<void>((resolve, reject) => {
    thread.on('message', (message: FromWriter) => {
      if (message.kind === 'answers') for (const answer of message.answers) settle(answer);
      else if (message.kind === 'ready') resolve();
      else void exited.then(() => reject(fromFailure(message.failure)));
    });
    thread.on('error', (error) => {
      log.error({ error: String(error), folder: start.folder }, 'the writer thread failed; restart the service');
      stop('has no writer any more; restart the service', error);
      reject(error);
    });
    thread.once('exit', () => stop('is closed'));
  });

  let closed: Promise<void> | undefined;
  return {
    call: (name, input) =>
      new Promise((resolve, reject) => {
        if (stopped !== undefined) return reject(stopped);
        if (waiting.size >= QUEUE_MAX) {
          return reject(new Fault('JOURNAL_UNAVAILABLE', `the journal is behind: ${QUEUE_MAX} writes wait; try again`));
        }
        lastId += 1;
        waiting.set(lastId, { resolve: (value) => resolve(value as ReturnType<Operations[typeof name]>), reject });
        if (outbox.push({ id: lastId, name, input }) === 1) setImmediate(flush);
      }),
    close: () => {
      closed ??= (async () => {
        flush();
        send({ kind: 'close' });
        stopped ??= new Fault('JOURNAL_UNAVAILABLE', `the journal in ${start.folder} is closed`);
        await exited;
      })();
      return closed;
    },
  };
}
