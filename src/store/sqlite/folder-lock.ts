// The lock of one side of a data folder: an exclusive transaction held open on a file of its own. The operating system gives it back when the
// process dies and keeps it while the process is merely silent. Nothing but SQLite may open that file: closing a foreign handle would drop the lock.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '#domain/fault.ts';
import type { Clock } from '#domain/time.ts';
import { SQLITE_BUSY, sqliteCode } from './trouble.ts';

/** How often a waiting process looks, ms. */
const RETRY_MS = 500;

/** A held lock of a data folder. `close` is idempotent; the death of the process releases it too, silence never. */
export interface FolderLock extends AsyncDisposable {
  close(): Promise<void>;
}

export interface LockOptions {
  /** `false` answers at once; with a signal the call waits until it has the lock or the signal aborts. */
  readonly wait: AbortSignal | false;
  readonly clock: Clock;
}

/**
 * Takes the lock of one side of `folder`, or of its candles; undefined when another holder has it (`wait: false`) or the wait was aborted.
 * A waiter has the lock within a second of its owner's death. Rejects with UNUSABLE_INPUT when the folder cannot be written.
 */
export async function acquireLock(
  folder: string,
  side: 'gateway' | 'worker' | 'candles',
  { wait, clock }: LockOptions,
): Promise<FolderLock | undefined> {
  const path = join(folder, `${side}.lock`);
  for (;;) {
    if (wait !== false && wait.aborted) return undefined;
    const db = tryLock(folder, path);
    if (db !== undefined) return held(db);
    if (wait === false) return undefined;
    await clock.sleep(RETRY_MS, wait);
  }
}

function tryLock(folder: string, path: string): DatabaseSync | undefined {
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    db = new DatabaseSync(path, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    if (sqliteCode(error) === SQLITE_BUSY) return undefined;
    const said = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'UNUSABLE_INPUT',
      `data folder ${folder}: ${path} cannot be locked (${said}); allowed: a writable folder on a local disk`,
      { cause: error },
    );
  }
}

function held(db: DatabaseSync): FolderLock {
  const close = async () => {
    if (db.isOpen) db.close();
  };
  return { close, [Symbol.asyncDispose]: close };
}
