// gateway.db and worker.db are compared: each may be missing, new or older than the other, and neither is anything lost nor sent twice for it.
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hubWrites, openGatewayStore, openWorkerStore } from '#store/open.ts';
import { pathOf } from '#store/sqlite/schema.ts';
import { recordingLog } from '../support/recording-log.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { opened } from './opened.ts';
import { closing, decision, newSignal } from './samples.ts';

test('a new gateway.db beside a worker.db numbers on above what that one decided and saw, and says so once', async () => {
  await using folder = tempFolder();
  const log = recordingLog();
  const options = { folder: folder.path, log, hubWrites: hubWrites() };
  const cancel = { kind: 'cancel', studyId: 's' } as const;
  {
    await using gateway = await openGatewayStore(options);
    await using worker = await openWorkerStore(options);
    await gateway.signals.append([newSignal(), newSignal(), newSignal()]);
    await worker.decisions.decide([closing(decision({ outcome: 'REJECTED' }))], 3);
  }
  expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  renameSync(pathOf(folder.path, 'gateway'), `${pathOf(folder.path, 'gateway')}.aside`);
  for (const _ of ['the first start', 'the next one']) {
    await using gateway = await openGatewayStore(options);
    const [end] = await gateway.signals.append([newSignal()]);
    expect(end?.signal.seq).toBeGreaterThan(3);
    expect(await gateway.studyRequests.append(cancel, 0)).toBeGreaterThan(0);
  }
  const warnings = log.lines.filter(({ level }) => level === 'warn');
  expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/gateway\.db .* worker\.db/)]);
});

test('a worker.db that is not the remembered one holds back until the newest window is too old, and is remembered after that was settled', async () => {
  await using both = await opened();
  const wallMs = both.clock.now().wallMs;
  const at = { wallMs, ttlMs: 30_000 };
  await both.gateway.signals.append([newSignal({ windowMs: 60_000 })]);
  // The first one there is: nothing to compare with.
  expect(await both.worker.pairing.compare(at)).toBeUndefined();
  await both.gateway.workerMemory.look();
  expect(await both.worker.pairing.compare(at)).toBeUndefined();

  await both.worker.decisions.decide([closing(decision({ outcome: 'REJECTED' }))], 1);
  await both.gateway.workerMemory.look();
  await both.reopen();
  expect(await both.worker.pairing.compare(at)).toBeUndefined();

  const file = pathOf(both.folder, 'worker');
  await both.gateway[Symbol.asyncDispose]();
  await both.worker[Symbol.asyncDispose]();
  renameSync(file, `${file}.aside`);
  await both.reopen();
  // The gateway looks before the worker has compared: what it knew stays.
  expect(await both.gateway.workerMemory.look()).toBeNull();
  const hold = { why: expect.stringContaining('worker.db is not the one'), remainingMs: 90_000 };
  expect(await both.worker.pairing.compare(at)).toEqual(hold);
  // Another start meanwhile goes on with the same hold, whether the gateway has looked or not, and whatever came since.
  await both.gateway.signals.append([newSignal({ pair: 'ETH/USDT:USDT', windowMs: 80_000 })]);
  const later = { ...at, wallMs: wallMs + 10_000 };
  expect(await both.worker.pairing.compare(later)).toEqual({ ...hold, remainingMs: 80_000 });
  expect(await both.gateway.workerMemory.look()).toBe(wallMs + 90_000);
  expect(await both.worker.pairing.compare(later)).toEqual({ ...hold, remainingMs: 80_000 });
  expect(await both.worker.pairing.compare({ ...at, wallMs: wallMs + 90_000 })).toBeUndefined();

  // The first one put back is not the remembered one any more.
  await both.gateway[Symbol.asyncDispose]();
  await both.worker[Symbol.asyncDispose]();
  renameSync(`${file}.aside`, file);
  await both.reopen();
  expect(await both.worker.pairing.compare(at)).toBeDefined();
});

test('an older copy of the same worker.db holds back', async () => {
  await using both = await opened();
  const at = { wallMs: both.clock.now().wallMs, ttlMs: 30_000 };
  const file = pathOf(both.folder, 'worker');
  await both.gateway.signals.append([newSignal({ windowMs: 60_000 })]);
  await both.reopen();
  copyFileSync(file, `${file}.copy`);
  await both.worker.decisions.decide([closing(decision({ outcome: 'REJECTED' }))], 1);
  await both.gateway.workerMemory.look();
  await both.gateway[Symbol.asyncDispose]();
  await both.worker[Symbol.asyncDispose]();
  renameSync(`${file}.copy`, file);
  await both.reopen();
  expect(await both.worker.pairing.compare(at)).toEqual({
    why: expect.stringContaining('older copy'),
    remainingMs: 90_000,
  });
});

test('a gateway that runs on sees at its next look that worker.db was replaced', async () => {
  await using folder = tempFolder();
  const options = { folder: folder.path, log: recordingLog(), hubWrites: hubWrites() };
  await using gateway = await openGatewayStore(options);
  const at = { wallMs: Date.now(), ttlMs: 30_000 };
  {
    await using _first = await openWorkerStore(options);
    await gateway.signals.append([newSignal()]);
    expect(await gateway.workerMemory.look()).toBeNull();
  }
  const file = pathOf(folder.path, 'worker');
  for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, `${file}.aside${end}`);
  await using second = await openWorkerStore(options);
  await second.pairing.compare(at);
  expect(await gateway.workerMemory.look()).toBeGreaterThan(at.wallMs);
});

test('a reader goes over to a file that was made in the place of the one it reads', async () => {
  await using folder = tempFolder();
  const options = { folder: folder.path, log: recordingLog(), hubWrites: hubWrites() };
  const first = await openGatewayStore(options);
  await using worker = await openWorkerStore(options);
  await first.signals.append([newSignal()]);
  expect(await worker.signals.after(0, 9)).toHaveLength(1);
  await first[Symbol.asyncDispose]();
  const file = pathOf(folder.path, 'gateway');
  for (const end of ['', '-wal', '-shm']) {
    if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${folder.path}/aside${end}`);
  }
  await using second = await openGatewayStore(options);
  await second.signals.append([newSignal(), newSignal()]);
  let read = 0;
  for (let reads = 0; reads < 100; reads += 1) read = (await worker.signals.after(0, 9)).length;
  expect(read).toBe(2);
});
