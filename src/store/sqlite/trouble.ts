// SQLite's errors in our words: which of them mean that a file cannot be written or read (a Fault naming it), and which are our own mistakes.
import { basename } from 'node:path';
import { Fault } from '#domain/fault.ts';
import type { FileKind } from './schema.ts';

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that come from the machine and not from our statements. */
const MACHINE: Readonly<Record<number, string>> = {
  5: 'is locked by another process',
  8: 'cannot be written (read-only)',
  10: 'failed to be read or written (disk I/O error)',
  11: 'is damaged',
  13: 'cannot grow: the disk is full',
  14: 'cannot be opened',
  23: 'may not be accessed',
  26: 'is not a database',
};
export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
export const SQLITE_CANTOPEN = 14;
export const SQLITE_NOTADB = 26;
const SQLITE_CONSTRAINT_UNIQUE = 2067;

/** The primary result code of an error thrown by node:sqlite; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** Whether a unique index refused a row. */
export function isUniqueRefusal(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_CONSTRAINT_UNIQUE;
}

/** What the machine did to `file`, as a Fault that names it without its folder, for callers may read it: JOURNAL_UNAVAILABLE for the journal's files, HUB_UNAVAILABLE for the hub's. undefined: our own mistake. */
export function machineFault(error: unknown, kind: FileKind, file: string): Fault | undefined {
  const code = sqliteCode(error);
  const said = code === undefined ? undefined : MACHINE[code];
  if (said === undefined) return undefined;
  const hub = kind !== 'gateway' && kind !== 'worker';
  return new Fault(hub ? 'HUB_UNAVAILABLE' : 'JOURNAL_UNAVAILABLE', `${basename(file)} ${said}`, {
    cause: error,
  });
}
