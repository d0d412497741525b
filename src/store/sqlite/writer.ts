// One side's writing end: hands operations to the writer thread, at most so many at a time, and settles each when its commit is on disk.
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Lifted } from './lifting.ts';
import { pathOf } from './schema.ts';
import { joinThread } from './thread-calls.ts';
import type { OpenFiles, Operations } from './writer-protocol.ts';

/** The most operations of a side that may wait for a commit. */
const QUEUE_MAX = 4_096;

export interface Writer {
  /**
   * Resolves when the operation is committed and on disk. Rejects with its own error having taken back only itself; with JOURNAL_UNAVAILABLE
   * when the queue is full, the file cannot be written or the writer has stopped.
   */
  call<Name extends keyof Operations>(
    name: Name,
    input: Parameters<Operations[Name]>[0],
  ): Promise<ReturnType<Operations[Name]>>;
  /** Refuses new operations, commits the ones waiting and closes the files. Idempotent. */
  close(): Promise<void>;
}

/** Opens `files` for writing; rejects with UNUSABLE_INPUT when one of them cannot be opened. */
export async function openWriter(files: OpenFiles, log: Log): Promise<Writer> {
  const { folder, kinds } = files;
  const thread = joinThread(folder, log);
  try {
    // Whoever hands in more than the rules (a whole hub) means the rules: nothing else can cross to a thread.
    const outbox = files.outbox === null ? null : { names: files.outbox.names, bounds: files.outbox.bounds };
    const lifted = (await thread.tell({ kind: 'open', files: { ...files, outbox } })) as readonly Lifted[];
    if (lifted.length > 0) log.warn({ lifted }, liftedText(folder, lifted));
  } catch (error) {
    await thread.leave();
    throw error;
  }
  let waiting = 0;
  let closed: Promise<void> | undefined;
  const refusal = (): Fault | undefined => {
    if (closed !== undefined) return new Fault('JOURNAL_UNAVAILABLE', `the journal in ${folder} is closed`);
    if (waiting < QUEUE_MAX) return undefined;
    return new Fault('JOURNAL_UNAVAILABLE', `the journal is behind: ${QUEUE_MAX} writes wait; try again`);
  };
  const close = async () => {
    // A thread that has stopped has closed its files with itself, and has said so in the log.
    await thread.tell({ kind: 'close', kinds }).catch(() => undefined);
    await thread.leave();
  };
  return {
    call: async (name, input) => {
      const refused = refusal();
      if (refused !== undefined) throw refused;
      waiting += 1;
      try {
        return (await thread.operate(name, input)) as ReturnType<Operations[typeof name]>;
      } finally {
        waiting -= 1;
      }
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

function liftedText(folder: string, lifted: readonly Lifted[]): string {
  const beside = [...new Set(lifted.map((one) => one.beside))].join(' and ');
  const gateway = pathOf(folder, 'gateway');
  return `${gateway} knows less than ${beside} beside it (it was moved aside, or is an older one): it numbers on above what they have read, so that what comes now is decided`;
}
