// The calling thread's end of the writer thread. One process writes a data folder through one thread, whichever sides of the store it has open:
// a second thread would cost as much memory as all the figures it could ever hold.
import { resolve as absolute } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import { mark } from '#trace/trace.ts';
import type { Operation } from './group-commit.ts';
import { type Answer, type FromWriter, fromFailure, type ToWriter } from './writer-protocol.ts';

type Told<Message> = Message extends { readonly id: number } ? Omit<Message, 'id'> : never;

export interface ThreadCalls {
  /** Asks for `name` to be run in the next group; settles when that is committed. */
  operate(name: string, input: unknown): Promise<unknown>;
  /** Opens or closes files, after all operations asked for before. */
  tell(message: Told<ToWriter>): Promise<unknown>;
  /** Ends the thread when its last user has left. */
  leave(): Promise<void>;
}

interface Shared {
  readonly calls: Omit<ThreadCalls, 'leave'>;
  readonly rest: () => void;
  readonly end: () => Promise<void>;
  users: number;
}

/** The writer threads of this process by data folder. */
const threads = new Map<string, Shared>();

/** The writer thread of `folder`, started when nobody has it yet. */
export function joinThread(folder: string, log: Log): ThreadCalls {
  const key = absolute(folder);
  const shared = threads.get(key) ?? start(key, log);
  threads.set(key, shared);
  shared.users += 1;
  return {
    ...shared.calls,
    leave: async () => {
      shared.users -= 1;
      if (shared.users > 0) return;
      if (threads.get(key) === shared) threads.delete(key);
      await shared.end();
    },
  };
}

/** Has every writer thread of this process give back the memory that only a burst of work needed: a pause of some ms for what is written meanwhile. */
export function restWriters(): void {
  for (const { rest } of threads.values()) rest();
}

/** Why nothing of a group was kept: each of its answers says it. */
function failureOf(answers: readonly Answer[]): string {
  const [first] = answers;
  return first !== undefined && 'failure' in first ? first.failure.message : 'cannot be written';
}

function start(folder: string, log: Log): Shared {
  const thread = new Worker(new URL(import.meta.resolve('#store/sqlite/writer-thread.ts')));
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let outbox: Operation[] = [];
  let lastId = 0;
  let stopped: Fault | undefined;

  const send = (message: ToWriter) => thread.postMessage(message);
  const flush = () => {
    const operations = outbox;
    outbox = [];
    if (operations.length > 0 && stopped === undefined) send({ kind: 'operations', operations });
  };
  const expect = (ask: (id: number) => void): Promise<unknown> => {
    if (stopped !== undefined) return Promise.reject(stopped);
    lastId += 1;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(lastId, answer);
    ask(lastId);
    return answer.promise;
  };
  const stop = (cause?: unknown) => {
    const why = 'has no writer any more; restart the service';
    stopped ??= new Fault('JOURNAL_UNAVAILABLE', `the journal in ${folder} ${why}`, { cause });
    for (const { reject } of waiting.values()) reject(stopped);
    waiting.clear();
    threads.delete(folder);
  };
  thread.on('message', ({ answers, commit }: FromWriter) => {
    if (commit?.isKept === true) mark('journal.committed', commit);
    else if (commit !== undefined) mark('journal.failed', { file: commit.file, error: failureOf(answers) });
    for (const answer of answers) {
      const caller = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('failure' in answer) caller?.reject(fromFailure(answer.failure));
      else caller?.resolve(answer.value);
    }
  });
  thread.on('error', (error) => {
    log.error({ error: String(error), folder }, 'the writer thread failed; restart the service');
    stop(error);
  });
  return {
    users: 0,
    calls: {
      operate: (name, input) =>
        expect((id) => {
          if (outbox.push({ id, name, input }) === 1) setImmediate(flush);
        }),
      tell: (message) =>
        expect((id) => {
          flush();
          send({ ...message, id });
        }),
    },
    rest: () => send({ kind: 'rest' }),
    end: async () => {
      if (stopped === undefined) send({ kind: 'end' });
      await exited;
    },
  };
}
