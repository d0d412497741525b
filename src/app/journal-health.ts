// Whether the journal's files can be written, by the last commit of each: told by /readyz and /metrics, and tried again while one cannot, so that
// the end of a trouble is noticed although nobody sends anything.
import { Fault } from '#domain/fault.ts';
import type { Clock } from '#domain/time.ts';
import { listen } from '#trace/trace.ts';

const RETRY_MS = 2_000;
const FILES = ['gateway', 'worker'] as const;
type JournalFile = (typeof FILES)[number];

/** A file whose last commit failed. */
export interface JournalTrouble {
  readonly file: JournalFile;
  /** What stands in the way, in words that name the file: `gateway.db cannot grow: the disk is full`. */
  readonly error: string;
  /** Since the first commit that failed. */
  readonly seconds: number;
}

export interface JournalHealth extends AsyncDisposable {
  /** The files that could not be written when last tried by this process; empty when all is well. */
  troubles(): readonly JournalTrouble[];
}

/** Listens to the commits of this process from now on. `tryWriting` writes, without changing anything, to a file that this process owns. */
export function openJournalHealth({
  file: own,
  tryWriting,
  clock,
}: {
  readonly file: JournalFile;
  readonly tryWriting: () => Promise<void>;
  readonly clock: Clock;
}): JournalHealth {
  const failing = new Map<JournalFile, { readonly sinceMs: number; readonly error: string }>();
  const ending = new AbortController();
  let trying: Promise<void> | undefined;
  const goOnTrying = async () => {
    while (failing.has(own) && !ending.signal.aborted) {
      await clock.sleep(RETRY_MS, ending.signal);
      if (ending.signal.aborted || !failing.has(own)) break;
      // A failure is heard of as any other one.
      await tryWriting().catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error;
      });
    }
    trying = undefined;
  };
  const nameOf = (file: string) => FILES.find((known) => known === file);
  const ends = [
    listen('journal.failed', ({ file, error }) => {
      const name = nameOf(file);
      if (name === undefined) return;
      failing.set(name, { sinceMs: failing.get(name)?.sinceMs ?? clock.now().monotonicMs, error });
      if (name === own) trying ??= goOnTrying();
    }),
    listen('journal.committed', ({ file }) => {
      const name = nameOf(file);
      if (name !== undefined) failing.delete(name);
    }),
  ];
  return {
    troubles: () => {
      const { monotonicMs } = clock.now();
      return [...failing].map(([file, { sinceMs, error }]) => ({
        file,
        error,
        seconds: (monotonicMs - sinceMs) / 1_000,
      }));
    },
    [Symbol.asyncDispose]: async () => {
      for (const end of ends) end();
      ending.abort();
      await trying;
    },
  };
}

/** What is told of the journal in /readyz. */
export function journalState(troubles: readonly JournalTrouble[]) {
  return {
    writable: troubles.length === 0,
    troubles: troubles.map(({ error, seconds }) => ({ error, seconds })),
  };
}

/** The figure of /metrics: 1 by file while it can be written. */
export function journalFigure(health: () => Pick<JournalHealth, 'troubles'> | undefined) {
  return {
    name: 'journal_writable',
    help: 'By file: 1 while its last commit succeeded, 0 from a commit that failed until one succeeds again.',
    label: 'file',
    read: async (): Promise<readonly (readonly [string, number])[]> => {
      const failing = new Set((health()?.troubles() ?? []).map(({ file }) => file));
      return FILES.map((file) => [file, failing.has(file) ? 0 : 1]);
    },
  };
}
