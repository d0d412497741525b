// The files of a data folder: what is refused at opening and how it is said, what a reader sees before and after they are there, and what closing leaves.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { hubWrites, openGatewayStore, openReadStore, openWorkerStore } from '#store/open.ts';
import { child } from '../support/child.ts';
import { recordingLog } from '../support/recording-log.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { opened } from './opened.ts';
import { closing, decision, newSignal, paramRecord, trade } from './samples.ts';

const SIDE = new URL('./processes/side.ts', import.meta.url).pathname;
const openGateway = (folder: string) => openGatewayStore({ folder, log: recordingLog(), hubWrites: hubWrites() });
const refusal = async (opening: Promise<unknown>): Promise<Fault> => {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Fault) return error;
  throw new Error(`not a Fault: ${error}`);
};

/** A folder with a closed gateway store of one signal. */
async function used() {
  const folder = tempFolder();
  const gateway = await openGateway(folder.path);
  await gateway.signals.append([newSignal()]);
  await gateway[Symbol.asyncDispose]();
  return {
    folder: folder.path,
    file: join(folder.path, 'gateway.db'),
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

function altered(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

function versionOf(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const row = db.prepare('PRAGMA user_version').get();
  db.close();
  return Number(row?.user_version);
}

test('a file from a newer version is refused by name with both versions, and left as it is', async () => {
  await using made = await used();
  const next = versionOf(made.file) + 1;
  altered(made.file, `PRAGMA user_version = ${next}`);
  const before = readFileSync(made.file);
  const fault = await refusal(openGateway(made.folder));
  expect(fault.code).toBe('UNUSABLE_INPUT');
  expect(fault.message).toContain(made.file);
  expect(fault.message).toMatch(new RegExp(`found version ${next}.*up to version ${next - 1}`));
  expect(readFileSync(made.file).equals(before)).toBe(true);
  await using reader = await openReadStore({ folder: made.folder });
  expect((await refusal(reader.signals.after(0, 1))).message).toContain(`found version ${next}`);
});

test('a database of something else is refused, also one of our own in the wrong place', async () => {
  await using made = await used();
  altered(made.file, 'PRAGMA application_id = 7');
  expect((await refusal(openGateway(made.folder))).message).toContain(
    `${made.file}: found a database of something else`,
  );
  rmSync(made.file);
  altered(made.file, 'CREATE TABLE theirs (a)');
  expect((await refusal(openGateway(made.folder))).message).toContain(made.file);
});

test.each([
  ['text', (file: string) => writeFileSync(file, 'garbage!')],
  ['a cut', (file: string) => truncateSync(file, 4_096 * 2 + 100)],
  [
    'a torn page',
    (file: string) => {
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 4_096 * 3, 4_096 * 7);
      writeFileSync(file, bytes);
    },
  ],
])('a damaged file (%s) is refused by name, saying how to recover, and nothing is written to it', async (_, damage) => {
  await using made = await used();
  damage(made.file);
  const before = readFileSync(made.file);
  const fault = await refusal(openGateway(made.folder));
  expect(fault.code).toBe('UNUSABLE_INPUT');
  expect(fault.message).toContain(`${made.file} is damaged`);
  expect(fault.message).toContain('to recover');
  expect(fault.message).not.toMatch(/\n|\*\*\*/);
  expect(readFileSync(made.file).equals(before)).toBe(true);
});

test('a folder that cannot be made or written is named', async () => {
  await using folder = tempFolder();
  const blocked = join(folder.path, 'file');
  writeFileSync(blocked, '');
  const fault = await refusal(openGateway(join(blocked, 'data')));
  expect(fault.code).toBe('UNUSABLE_INPUT');
  expect(fault.message).toContain(`data folder ${join(blocked, 'data')}`);
});

test('a read-only folder is named', async () => {
  await using folder = tempFolder();
  chmodSync(folder.path, 0o555);
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  await using side = child([SIDE, 'gateway', folder.path], asNobody);
  expect(await side.line()).toBe('refused UNUSABLE_INPUT');
  expect(await side.line()).toContain(`data folder ${folder.path}`);
  expect(await side.ended).toBe(0);
});

test('an empty folder reads as empty, and what is written later is seen by the same reader', async () => {
  await using folder = tempFolder();
  await using reader = await openReadStore({ folder: folder.path });
  const look = async () => [
    (await reader.signals.after(0, 9)).length,
    (await reader.decisions.page({ first: 9 })).length,
    (await reader.params.newest()).records.length,
    (await reader.trades.sums({ fromMs: 0, toMs: 1e15, edges: [0, 9] })).length,
    (await reader.studies.page({ first: 9 })).length,
    (await reader.deliveries.ofDecisions(['x']))[0]?.length,
  ];
  expect(await look()).toEqual([0, 0, 0, 0, 0, 0]);
  expect(readdirSync(folder.path)).toEqual([]);
  const options = { folder: folder.path, log: recordingLog(), hubWrites: hubWrites() };
  await using gateway = await openGatewayStore(options);
  await gateway.signals.append([newSignal()]);
  await gateway.trades.record([trade()]);
  expect(await gateway.decisions.page({ first: 9 })).toEqual([]);
  await using worker = await openWorkerStore(options);
  await worker.decisions.decide([closing(decision())], 0);
  await worker.params.publish(paramRecord());
  expect(await look()).toEqual([1, 1, 1, 1, 0, 0]);
  expect(await gateway.decisions.page({ first: 9 })).toHaveLength(1);
  expect(await worker.signals.after(0, 9)).toHaveLength(1);
});

test('a folder left before its tables were made is made whole', async () => {
  await using folder = tempFolder();
  altered(join(folder.path, 'gateway.db'), 'PRAGMA journal_mode = WAL');
  await using reader = await openReadStore({ folder: folder.path });
  expect(await reader.signals.after(0, 9)).toEqual([]);
  await using gateway = await openGateway(folder.path);
  await gateway.signals.append([newSignal()]);
  expect(await reader.signals.after(0, 9)).toHaveLength(1);
});

test('closing is idempotent, keeps all that was asked before, refuses what comes after, and leaves no log behind', async () => {
  await using folder = tempFolder();
  const gateway = await openGateway(folder.path);
  const under = Promise.all(Array.from({ length: 20 }, () => gateway.signals.append([newSignal()])));
  await Promise.all([gateway[Symbol.asyncDispose](), gateway[Symbol.asyncDispose]()]);
  expect(await under).toHaveLength(20);
  expect((await refusal(gateway.signals.append([newSignal()]))).code).toBe('JOURNAL_UNAVAILABLE');
  expect(existsSync(join(folder.path, 'gateway.db-wal'))).toBe(false);
  await using again = await openGateway(folder.path);
  expect(await again.signals.after(0, 99)).toHaveLength(20);
});

test('a queue that grows too long refuses more and keeps what it took', async () => {
  await using store = await opened();
  const results = await Promise.allSettled(
    Array.from({ length: 5_000 }, () => store.gateway.signals.append([newSignal()])),
  );
  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBe(5_000 - 4_096);
  expect(refused[0]).toMatchObject({ reason: { code: 'JOURNAL_UNAVAILABLE' } });
  expect(await store.gateway.signals.after(0, 9_999)).toHaveLength(4_096);
  expect(await store.gateway.signals.append([newSignal()])).toMatchObject([{ kind: 'accepted' }]);
});

test('hub writes of either side are heard on the gateway side after they are committed', async () => {
  await using folder = tempFolder();
  const options = { folder: folder.path, log: recordingLog(), hubWrites: hubWrites() };
  await using gateway = await openGatewayStore(options);
  await using worker = await openWorkerStore(options);
  const heard: string[] = [];
  const end = gateway.onHubWrite((kind) => heard.push(kind));
  await worker.params.publish(paramRecord());
  await gateway.trades.record([trade()]);
  end();
  await gateway.trades.record([trade()]);
  expect(heard).toEqual(['params', 'trades']);
});

test('a snapshot comes back; a torn or foreign one is absent and logged', async () => {
  await using store = await opened();
  const { snapshots } = store.gateway;
  expect(await snapshots.load('figures')).toBeUndefined();
  expect(store.log.lines).toEqual([]);
  await Promise.all([snapshots.save('figures', { old: true }), snapshots.save('figures', { a: [1, null, 'x'] })]);
  expect(await snapshots.load('figures')).toEqual({ a: [1, null, 'x'] });
  const file = join(store.folder, 'snapshots', 'figures.json');
  for (const torn of [readFileSync(file, 'utf8').slice(0, -1), '', '{"a":1}', 'x\n{"a":1}']) {
    writeFileSync(file, torn);
    expect(await snapshots.load('figures')).toBeUndefined();
  }
  expect(store.log.lines.map(({ level, fields }) => [level, fields.file])).toEqual(Array(4).fill(['warn', file]));
  rmSync(join(store.folder, 'snapshots'), { recursive: true });
  mkdirSync(join(store.folder, 'snapshots', 'figures.json'), { recursive: true });
  expect((await refusal(snapshots.save('figures', 1))).message).toContain(file);
});
