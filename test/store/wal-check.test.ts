// A -wal file that was changed after it was written is refused; one that merely ends early is what a dying machine leaves.
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { hubWrites, openGatewayStore } from '#store/open.ts';
import { walFault } from '../../src/store/sqlite/wal-check.ts';
import { recordingLog } from '../support/recording-log.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { newSignal } from './samples.ts';

const COMMITS = 24;
const PAGE_BYTES = 512;
const FRAME_BYTES = PAGE_BYTES + 24;
const HEADER_BYTES = 32;

const folder = tempFolder();
/** A database and its -wal as a killed process leaves them: with and without the remains of an older log behind the last frame. */
const fresh = { file: join(folder.path, 'fresh.db'), wal: Buffer.alloc(0), rows: 0 };
const reused = { file: join(folder.path, 'reused.db'), wal: Buffer.alloc(0), rows: 0 };

beforeAll(() => {
  for (const made of [fresh, reused]) {
    const source = join(folder.path, 'source.db');
    const db = new DatabaseSync(source);
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0`);
    db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, body TEXT)');
    const insert = db.prepare('INSERT INTO t (body) VALUES (?)');
    const commit = () => insert.run('x'.repeat(1_300));
    if (made === reused) {
      for (let commits = 0; commits < 2 * COMMITS; commits += 1) commit();
      db.exec('PRAGMA wal_checkpoint(RESTART)');
    }
    for (let commits = 0; commits < COMMITS; commits += 1) commit();
    made.rows = Number(db.prepare('SELECT count(*) AS n FROM t').get()?.n);
    copyFileSync(source, made.file);
    made.wal = readFileSync(`${source}-wal`);
    db.close();
    rmSync(source);
  }
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Rows that SQLite finds with `wal` in its place. */
function rowsWith(file: string, wal: Buffer): number {
  const copy = join(folder.path, 'copy.db');
  copyFileSync(file, copy);
  writeFileSync(`${copy}-wal`, wal);
  const db = new DatabaseSync(copy);
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM t').get()?.n);
  } catch {
    return 0;
  } finally {
    db.close();
    rmSync(`${copy}-shm`, { force: true });
  }
}

function faultWith(wal: Buffer): string | undefined {
  const copy = join(folder.path, 'checked.db');
  writeFileSync(`${copy}-wal`, wal);
  return walFault(copy);
}

describe.each([
  ['a fresh log', fresh],
  ['a log over an older one', reused],
])('%s', (_, made) => {
  test('is whole as it was left', () => {
    expect(faultWith(made.wal)).toBeUndefined();
    expect(rowsWith(made.file, made.wal)).toBe(made.rows);
  });

  test('may end anywhere', () => {
    fc.assert(
      fc.property(fc.nat(made.wal.length), (length) => {
        expect(faultWith(made.wal.subarray(0, length))).toBeUndefined();
      }),
    );
  });

  test('with a bit changed anywhere is refused, unless the last commit alone is lost by it', () => {
    fc.assert(
      fc.property(fc.nat(made.wal.length - 1), fc.nat(7), (position, bit) => {
        const wal = Buffer.from(made.wal);
        wal[position] = (wal[position] ?? 0) ^ (1 << bit);
        if (faultWith(wal) !== undefined) return;
        // Where a commit's own mark is the one that changed, it cannot be told from the one after it.
        const inFrame = (position - HEADER_BYTES) % FRAME_BYTES;
        const lost = position >= HEADER_BYTES && inFrame >= 4 && inFrame < 8 ? 2 : 1;
        expect(rowsWith(made.file, wal)).toBeGreaterThanOrEqual(made.rows - lost);
      }),
      { numRuns: 300 },
    );
  });
});

test('no file, and one without frames, are no damage', () => {
  expect(walFault(join(folder.path, 'absent.db'))).toBeUndefined();
  expect(faultWith(Buffer.alloc(0))).toBeUndefined();
  expect(faultWith(Buffer.alloc(HEADER_BYTES))).toBeUndefined();
});

test('a store on a changed log is refused by name, and its files are left as they are', async () => {
  await using own = tempFolder();
  const open = () => openGatewayStore({ folder: own.path, log: recordingLog(), hubWrites: hubWrites() });
  const file = join(own.path, 'gateway.db');
  const store = await open();
  for (let signals = 0; signals < 8; signals += 1) await store.signals.append([newSignal({ source: `s${signals}` })]);
  const wal = readFileSync(`${file}-wal`);
  const main = readFileSync(file);
  await store[Symbol.asyncDispose]();
  const middle = Math.floor(wal.length / 2);
  wal[middle] = (wal[middle] ?? 0) ^ 1;
  writeFileSync(file, main);
  writeFileSync(`${file}-wal`, wal);
  const error = await open().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Fault);
  expect(String(error)).toMatch(
    /gateway\.db is damaged \(frame \d+ of its -wal file was changed.*to recover: stop the service/,
  );
  expect(readFileSync(`${file}-wal`)).toEqual(wal);
  truncateSync(`${file}-wal`, 0);
});
