// A freqtrade database opened for reading beside a running bot: never written to, locked for no longer than one short question, and nothing is left beside it.
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { Fault } from '#domain/fault.ts';

/** How long another process may hold the file before we give up. */
export const LOCK_PATIENCE_MS = 5_000;
const TRIES = 5;

const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const CANTOPEN = 14;
const NOTADB = 26;

/** What a freqtrade database may be, in words for error messages. */
const ALLOWED = 'the SQLite database of a freqtrade bot, e.g. tradesv3.sqlite';

/** A file's header says in this byte whether there is a write-ahead log, by this value. */
const LOG_BYTE = 18;
const HAS_LOG = 2;

/**
 * Runs `read` on the database in `file`, perhaps several times, of which the last counts; throws UNUSABLE_INPUT with one line that says what is wrong with
 * the file. A log that no running bot shares with us, and whatever SQLite cannot read in place (a folder that may not be written to), is read from a copy.
 */
export async function withBotDatabase<T>(file: string, read: (db: DatabaseSync) => T): Promise<T> {
  await requireReadable(file);
  try {
    const place = realpathSync(file);
    if (!keepsLog(place) || sharesLog(place)) return readIn(place, read);
    const atRest = readAtRest(place, read);
    if (atRest !== undefined) return atRest.value;
  } catch (error) {
    const code = primaryCode(error);
    const inPlaceIsImpossible = code === CANTOPEN || code === READONLY;
    if (!inPlaceIsImpossible) throw faultOf(error, file);
  }
  const folder = mkdtempSync(join(tmpdir(), 'paramgate-import-'));
  try {
    return readIn(copied(realpathSync(file), folder), read);
  } catch (error) {
    throw faultOf(error, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function keepsLog(file: string): boolean {
  const header = Buffer.alloc(LOG_BYTE + 1);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, { position: 0 });
  } finally {
    closeSync(descriptor);
  }
  return header[LOG_BYTE] === HAS_LOG;
}

/** Whether log and its index are there already; else SQLite would make them, and a reader leaves them behind. */
function sharesLog(file: string): boolean {
  return existsSync(`${file}-wal`) && existsSync(`${file}-shm`);
}

/** Reads a database without a log as one that cannot change, which makes no file; undefined when it did change, or has an unfinished log. */
function readAtRest<T>(file: string, read: (db: DatabaseSync) => T): { readonly value: T } | undefined {
  const address = pathToFileURL(file);
  address.searchParams.set('immutable', '1');
  for (let attempt = 0; attempt < TRIES && !existsSync(`${file}-wal`); attempt += 1) {
    const before = stamp(file);
    try {
      const value = readIn(address, read);
      if (stamp(file) === before) return { value };
    } catch (error) {
      // What changed under the reader may look damaged.
      if (stamp(file) === before) throw error;
    }
  }
  return undefined;
}

function readIn<T>(file: string | URL, read: (db: DatabaseSync) => T): T {
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

const PARTS = ['', '-wal', '-journal'];

/** What changes when anybody writes to the database. */
function stamp(file: string): string {
  return PARTS.map((part) => {
    const found = statSync(`${file}${part}`, { throwIfNoEntry: false });
    return found === undefined ? '-' : `${found.ino} ${found.size} ${found.mtimeMs}`;
  }).join();
}

/** The database with its unfinished log, as they were at one moment. */
function copied(file: string, folder: string): string {
  const target = join(folder, basename(file));
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const before = stamp(file);
    for (const part of PARTS) {
      rmSync(`${target}${part}`, { force: true });
      if (existsSync(`${file}${part}`)) copyFileSync(`${file}${part}`, `${target}${part}`);
    }
    if (stamp(file) === before) {
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
