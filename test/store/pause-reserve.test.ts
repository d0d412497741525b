// Pauses that gateway.db cannot take: kept in the reserve, seen by every reader, and moved over when there is room.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import type { Pause } from '#domain/pause.ts';
import { openPauseReserve } from '#store/sqlite/pause-reserve.ts';
import { pausesInReserve, reservePath, SLOT_BYTES, SLOTS } from '#store/sqlite/pause-slots.ts';
import { pauseReader } from '#store/sqlite/pauses.ts';
import { ReadFile } from '#store/sqlite/read-file.ts';
import type { PauseJournal } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { recordingLog } from '../support/recording-log.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { opened } from './opened.ts';
import { T0 } from './samples.ts';

const pause = (id: string, own: Partial<Pause> = {}): Pause => ({
  ...{ id, pair: 'BTC/USDT', side: null, source: null, bot: null, reason: `why ${id}`, author: 'ann' },
  ...{ createdAtMs: T0, untilMs: null, endedAtMs: null, endedBy: null },
  ...own,
});
const FULL = 'gateway.db cannot grow: the disk is full';
const committed = () => mark('journal.committed', { file: 'gateway', writes: 1, durationMs: 1 });

/** gateway.db before a disk that is full until it is told otherwise. */
function rowsOnDisk() {
  const rows = new Map<string, Pause>();
  let isFull = true;
  const guard = () => {
    if (isFull) throw new Fault('JOURNAL_UNAVAILABLE', FULL);
  };
  const port: Pick<PauseJournal, 'add' | 'end'> = {
    add: async (one) => {
      guard();
      rows.set(one.id, one);
    },
    end: async ({ id }) => {
      guard();
      return { pause: rows.get(id), ended: rows.has(id) };
    },
  };
  return {
    rows,
    port,
    full: (yes: boolean) => {
      isFull = yes;
    },
  };
}

test('what gateway.db cannot take is in the reserve, whole, also for another process; ending it waits for room', async () => {
  await using folder = tempFolder();
  const disk = rowsOnDisk();
  const log = recordingLog();
  const long = pause('p1', { reason: '\u{1F600}'.repeat(250), author: '\u00fc"\\' });
  {
    await using reserve = await openPauseReserve({ folder: folder.path, rows: disk.port, log });
    await reserve.add(long);
    await reserve.add(pause('p2'));
    expect(pausesInReserve(folder.path)).toEqual([long, pause('p2')]);
    await expect(reserve.end({ id: 'p1', atMs: T0, by: 'bob' })).rejects.toMatchObject({
      code: 'JOURNAL_UNAVAILABLE',
      message: `${FULL}; the pause stays in force`,
    });
    expect(log.lines.map(({ level, fields }) => [level, fields.pauseId])).toEqual([
      ['warn', 'p1'],
      ['warn', 'p2'],
    ]);
  }
  await using again = await openPauseReserve({ folder: folder.path, rows: disk.port, log });
  expect(pausesInReserve(folder.path), 'a start on the full disk').toEqual([long, pause('p2')]);
  const noRoom = log.lines.filter(({ message }) => message.startsWith('there is no room'));
  expect(noRoom, 'the room is there, and in use').toEqual([]);
  disk.full(false);
  expect(await again.end({ id: 'p1', atMs: T0, by: 'bob' })).toMatchObject({ ended: true });
  expect([...disk.rows.keys()], 'moved before it was ended').toEqual(['p1', 'p2']);
  expect(pausesInReserve(folder.path)).toEqual([]);
});

test('the first commit of gateway.db that succeeds takes them over; so does a start', async () => {
  await using folder = tempFolder();
  const disk = rowsOnDisk();
  const open = () => openPauseReserve({ folder: folder.path, rows: disk.port, log: recordingLog() });
  {
    await using reserve = await open();
    await reserve.add(pause('p1'));
    committed();
    disk.full(false);
    committed();
    await expect.poll(() => pausesInReserve(folder.path)).toEqual([]);
    expect([...disk.rows.keys()]).toEqual(['p1']);
    disk.full(true);
    await reserve.add(pause('p2'));
  }
  disk.full(false);
  await using _reserve = await open();
  expect(pausesInReserve(folder.path)).toEqual([]);
  expect([...disk.rows.keys()]).toEqual(['p1', 'p2']);
});

test('the last place is kept for the pause of everything; without a place it is said what stops orders', async () => {
  await using folder = tempFolder();
  const disk = rowsOnDisk();
  await using reserve = await openPauseReserve({ folder: folder.path, rows: disk.port, log: recordingLog() });
  for (let at = 1; at < SLOTS; at += 1) await reserve.add(pause(`p${at}`));
  await expect(reserve.add(pause('more'))).rejects.toMatchObject({
    code: 'JOURNAL_UNAVAILABLE',
    message: expect.stringMatching(/disk is full; nor can .* \(it is full\): to stop orders now, stop the worker$/),
  });
  await reserve.add(pause('all', { pair: null }));
  expect(pausesInReserve(folder.path).map(({ id }) => id)).toEqual([
    ...Array.from({ length: SLOTS - 1 }, (_, at) => `p${at + 1}`),
    'all',
  ]);
});

test('what was never written to its end does not count, and is written over', async () => {
  await using folder = tempFolder();
  const disk = rowsOnDisk();
  await using reserve = await openPauseReserve({ folder: folder.path, rows: disk.port, log: recordingLog() });
  await reserve.add(pause('p1'));
  await reserve.add(pause('p2'));
  const bytes = readFileSync(reservePath(folder.path));
  bytes.write('torn', 30);
  writeFileSync(reservePath(folder.path), bytes);
  expect(pausesInReserve(folder.path)).toEqual([pause('p2')]);
  await reserve.add(pause('p3'));
  expect(pausesInReserve(folder.path)).toEqual([pause('p3'), pause('p2')]);
  expect(statSync(reservePath(folder.path)).size).toBe(SLOTS * SLOT_BYTES);
});

test('a mistake of the caller is no reason to keep anything, and a file that was taken away is made again', async () => {
  await using folder = tempFolder();
  const wrong = { add: () => Promise.reject(new Error('no such column')), end: rowsOnDisk().port.end };
  await using strict = await openPauseReserve({ folder: folder.path, rows: wrong, log: recordingLog() });
  await expect(strict.add(pause('p1'))).rejects.toThrow('no such column');
  expect(pausesInReserve(folder.path)).toEqual([]);
  rmSync(reservePath(folder.path));
  await using reserve = await openPauseReserve({ folder: folder.path, rows: rowsOnDisk().port, log: recordingLog() });
  rmSync(reservePath(folder.path));
  await reserve.add(pause('p1'));
  expect(pausesInReserve(folder.path)).toEqual([pause('p1')]);
});

test('readers tell rows and reserve as one; of a pause in both the row counts', async () => {
  await using both = await opened();
  const { folder, gateway } = both;
  await gateway.pauses.add(pause('row'));
  await gateway.pauses.add(pause('ended'));
  await gateway.pauses.end({ id: 'ended', atMs: T0 + 1, by: 'bob' });
  const reserved = [pause('ended'), pause('row'), pause('over', { untilMs: T0 }), pause('kept')];
  const reader = pauseReader(new ReadFile(folder, 'gateway'), () => reserved);
  const ids = (all: readonly (Pause | undefined)[]) => all.map((one) => one?.id);
  expect(ids(await reader.inForce(T0 + 2))).toEqual(['row', 'kept']);
  expect(ids(await reader.byIds(['kept', 'none', 'row']))).toEqual(['kept', undefined, 'row']);
  expect((await reader.byIds(['ended']))[0]?.endedBy).toBe('bob');
  expect(ids(await reader.newest(3))).toEqual(['kept', 'over', 'ended']);
});
