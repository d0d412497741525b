// Opening the files of a data folder: for writing (made, checked, migrated) by their one writer thread, for reading by anybody.
// A file that is damaged, foreign or from a newer version is refused before anything is written to it.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '#domain/fault.ts';
import { type FileFormat, type FileKind, FORMATS, pathOf } from './schema.ts';
import { machineFault, SQLITE_CANTOPEN, SQLITE_CORRUPT, SQLITE_NOTADB, sqliteCode } from './trouble.ts';
import { walFault } from './wal-check.ts';

/** Files up to this size are checked page by page at every opening (a few hundred ms at most); larger ones show damage when a page is read. */
const CHECKED_MAX_BYTES = 64 * 1024 * 1024;
/** After so many pages in the -wal file (16 MB) they are copied into the main one: pages written again and again meanwhile are copied once. */
const CHECKPOINT_PAGES = 4_096;
const RECOVERY =
  'stop the service, move the file and its -wal and -shm aside, then start again or put a backup in its place (the other files stay: they are compared at the start)';

/** The file of `kind`, ready to be written by this thread alone. Throws UNUSABLE_INPUT naming the folder or the file. */
export function openForWriting(folder: string, kind: FileKind): DatabaseSync {
  const file = pathOf(folder, kind);
  return guarded(folder, file, () => {
    mkdirSync(dirname(file), { recursive: true });
    const fault = walFault(file);
    if (fault !== undefined) throw damaged(file, fault);
    const db = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: false });
    try {
      const version = checked(db, FORMATS[kind], file);
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
      db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      migrate(db, FORMATS[kind], version);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** The file of `kind` for reading; undefined while its writer has not made it. Throws UNUSABLE_INPUT as `openForWriting`. */
export function openForReading(folder: string, kind: FileKind): DatabaseSync | undefined {
  const file = pathOf(folder, kind);
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(file, { readOnly: true, timeout: 250 });
  } catch (error) {
    if (sqliteCode(error) === SQLITE_CANTOPEN) return undefined;
    throw error;
  }
  try {
    const version = guarded(folder, file, () => versionOf(db, FORMATS[kind], file));
    if (version === FORMATS[kind].steps.length) return db;
    db.close();
    return undefined;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Writes what stands in the file already, inside the caller's transaction: a way to see whether it can be written. */
export function writeAgain(db: DatabaseSync): void {
  db.exec(`PRAGMA user_version = ${number(db, 'user_version')}`);
}

function checked(db: DatabaseSync, format: FileFormat, file: string): number {
  const version = versionOf(db, format, file);
  const bytes = number(db, 'page_count') * number(db, 'page_size');
  if (version > 0 && bytes <= CHECKED_MAX_BYTES) {
    const found = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
    if (found !== 'ok') throw damaged(file, String(found));
  }
  return version;
}

/** How many steps the file has been through: 0 for an empty one. Throws UNUSABLE_INPUT for a foreign or newer one. */
function versionOf(db: DatabaseSync, format: FileFormat, file: string): number {
  const version = number(db, 'user_version');
  const applicationId = number(db, 'application_id');
  const known = format.steps.length;
  if (version === 0 && applicationId === 0 && number(db, 'page_count') <= 1 && tables(db) === 0) return 0;
  if (applicationId !== format.applicationId) {
    throw new Fault(
      'UNUSABLE_INPUT',
      `${file}: found a database of something else; allowed: Paramgate's own. Move it aside`,
    );
  }
  if (version > known) {
    throw new Fault(
      'UNUSABLE_INPUT',
      `${file}: found version ${version}, written by a newer Paramgate; allowed: up to version ${known}. Start that newer release`,
    );
  }
  return version;
}

function migrate(db: DatabaseSync, format: FileFormat, version: number): void {
  if (version === format.steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const step of format.steps.slice(version)) {
      db.exec(step);
      format.after?.get(step)?.(db);
    }
    db.exec(`PRAGMA application_id = ${format.applicationId}; PRAGMA user_version = ${format.steps.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function guarded<T>(folder: string, file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof Fault) throw error;
    const code = sqliteCode(error);
    if (code === SQLITE_NOTADB || code === SQLITE_CORRUPT) throw damaged(file, (error as Error).message);
    const fromSystem = error instanceof Error && 'syscall' in error;
    if (!fromSystem && machineFault(error, 'gateway', file) === undefined) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'UNUSABLE_INPUT',
      `data folder ${folder}: ${file} cannot be written (${said}); allowed: a writable folder with free space on a local disk`,
      { cause: error },
    );
  }
}

function damaged(file: string, found: string): Fault {
  // SQLite's check begins with the name of the database on a line of its own.
  const said = found
    .replace(/^\*\*\* in database .*\*\*\*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  return new Fault('UNUSABLE_INPUT', `${file} is damaged (${said}); to recover: ${RECOVERY}`);
}

function number(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);
}

function tables(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0);
}
