// A freqtrade database opened for reading beside a running bot: never written to, and locked for no longer than one short question.
import { constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '#domain/fault.ts';

/** How long another process may hold the file before we give up. */
export const LOCK_PATIENCE_MS = 5_000;
const COPY_TRIES = 5;

const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const CANTOPEN = 14;
const NOTADB = 26;

/** What a freqtrade database may be, in words for error messages. */
const ALLOWED = 'the SQLite database of a freqtrade bot, e.g. tradesv3.sqlite';

/**
 * Runs `read` on the database in `file`; throws UNUSABLE_INPUT with one line that says what is wrong with the file. Where SQLite cannot read it in place
 * (a read-only folder beside an unfinished log), a copy is read.
 */
export async function withBotDatabase<T>(file: string, read: (db: DatabaseSync) => T): Promise<T> {
  await requireReadable(file);
  try {
    return readIn(file, read);
  } catch (error) {
    const code = primaryCode(error);
    const inPlaceIsImpossible = code === CANTOPEN || code === READONLY;
    if (!inPlaceIsImpossible) throw faultOf(error, file);
  }
  const folder = mkdtempSync(join(tmpdir(), 'paramgate-import-'));
  try {
    return readIn(copied(file, folder), read);
  } catch (error) {
    throw faultOf(error, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readIn<T>(file: string, read: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file, { readOnly: true, timeout: LOCK_PATIENCE_MS });
  try {
    // The first question reads the header: what is no database shows itself here.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return read(db);
  } finally {
    db.close();
  }
}

async function requireReadable(file: string): Promise<void> {
  try {
    if ((await stat(file)).isDirectory()) throw unusable(file, 'found a folder', undefined);
    await access(file, constants.R_OK);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw unusable(file, 'there is no such file', error);
    const isClosed = code === 'EACCES' || code === 'EPERM';
    throw unusable(file, isClosed ? 'may not be read by this user' : `cannot be read (${String(code)})`, error);
  }
}

/** The database with its unfinished log, as they were at one moment. */
function copied(file: string, folder: string): string {
  const parts = ['', '-wal', '-journal'];
  const stamp = () =>
    parts
      .map((part) => {
        const found = statSync(`${file}${part}`, { throwIfNoEntry: false });
        return found === undefined ? '-' : `${found.size} ${found.mtimeMs}`;
      })
      .join();
  const target = join(folder, basename(file));
  for (let attempt = 0; attempt < COPY_TRIES; attempt += 1) {
    const before = stamp();
    for (const part of parts) {
      rmSync(`${target}${part}`, { force: true });
      if (existsSync(`${file}${part}`)) copyFileSync(`${file}${part}`, `${target}${part}`);
    }
    if (stamp() === before) {
      // Opened for writing once, so that the log is taken in.
      const db = new DatabaseSync(target);
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      db.close();
      return target;
    }
  }
  throw unusable(file, 'it is written to so often that no copy of it can be made', undefined);
}

function faultOf(error: unknown, file: string): unknown {
  if (error instanceof Fault) return error;
  switch (primaryCode(error)) {
    case BUSY:
    case LOCKED:
      return unusable(file, `another process has locked it for ${LOCK_PATIENCE_MS / 1_000} s; try again`, error);
    case NOTADB:
      return unusable(file, 'found no SQLite database', error);
    case CORRUPT:
      return unusable(file, 'it is damaged', error);
    case undefined:
      return error;
    default:
      return unusable(file, `it cannot be read (${error instanceof Error ? error.message : String(error)})`, error);
  }
}

/** A Fault about `file`. */
export function unusable(file: string, found: string, cause: unknown): Fault {
  return new Fault('UNUSABLE_INPUT', `${file}: ${found}; allowed: ${ALLOWED}`, { field: file, cause });
}

/** SQLite's primary result code; undefined when `error` is none of SQLite's. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
