// One writer thread serves both sides of a process: what befalls one side, and what befalls the thread.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { hubWrites, openGatewayStore, openWorkerStore } from '#store/open.ts';
import { joinThread } from '#store/sqlite/thread-calls.ts';
import { recordingLog } from '../support/recording-log.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { closing, decision, newSignal } from './samples.ts';

const optionsFor = (folder: string) => ({ folder, log: recordingLog(), hubWrites: hubWrites() });

test('a side that cannot be opened leaves the other one working', async () => {
  await using folder = tempFolder();
  const options = optionsFor(folder.path);
  await using gateway = await openGatewayStore(options);
  writeFileSync(join(folder.path, 'worker.db'), 'garbage');
  await expect(openWorkerStore(options)).rejects.toMatchObject({ code: 'UNUSABLE_INPUT' });
  expect(await gateway.signals.append([newSignal()])).toHaveLength(1);
});

test('a side closes while the other goes on, and can be opened again', async () => {
  await using folder = tempFolder();
  const options = optionsFor(folder.path);
  await using gateway = await openGatewayStore(options);
  const worker = await openWorkerStore(options);
  await worker.decisions.decide([closing(decision())], 0);
  await worker[Symbol.asyncDispose]();
  await expect(worker.decisions.decide([], 0)).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
  expect(await gateway.signals.append([newSignal()])).toHaveLength(1);
  await using again = await openWorkerStore(options);
  await again.decisions.decide([closing(decision())], 0);
  expect(await gateway.decisions.page({ first: 9 })).toHaveLength(2);
});

test('the same side twice in one process is refused', async () => {
  await using folder = tempFolder();
  await using gateway = await openGatewayStore(optionsFor(folder.path));
  await expect(openGatewayStore(optionsFor(folder.path))).rejects.toThrow('open for writing in this process already');
  expect(await gateway.signals.append([newSignal()])).toHaveLength(1);
});

test('a thread that dies refuses everybody instead of hanging, says so, and the store opens again', async () => {
  await using folder = tempFolder();
  const options = optionsFor(folder.path);
  const gateway = await openGatewayStore(options);
  const joined = joinThread(folder.path, options.log);
  const under = Promise.allSettled([gateway.signals.append([newSignal()]), joined.operate('nothing', null)]);
  const gone = { code: 'JOURNAL_UNAVAILABLE' };
  expect((await under)[1]).toMatchObject({ reason: gone });
  await expect(gateway.signals.append([newSignal()])).rejects.toMatchObject(gone);
  expect(options.log.lines).toMatchObject([{ level: 'error', fields: { folder: folder.path } }]);
  await joined.leave();
  await gateway[Symbol.asyncDispose]();
  await using again = await openGatewayStore(options);
  expect(await again.signals.append([newSignal()])).toHaveLength(1);
});

test('a thread that is told to rest gives back what its work has left in its heap, and goes on', async () => {
  await using folder = tempFolder();
  const script = `
    import { openGatewayStore, hubWrites, restWriters } from ${JSON.stringify(resolve(import.meta.dirname, '../../src/store/open.ts'))};
    import { newSignal } from ${JSON.stringify(join(import.meta.dirname, 'samples.ts'))};
    let thread;
    process.on('worker', (started) => { thread = started; });
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    await using gateway = await openGatewayStore({ folder: ${JSON.stringify(folder.path)}, log, hubWrites: hubWrites() });
    const work = async () => {
      for (let group = 0; group < 40; group += 1) await gateway.signals.append(Array.from({ length: 100 }, () => newSignal()));
    };
    const heapMb = async () => (await thread.getHeapStatistics()).total_physical_size / 2 ** 20;
    await work();
    const worked = await heapMb();
    restWriters();
    await gateway.tryWriting();
    const rested = await heapMb();
    await work();
    console.log(worked - rested > 3 || worked + ' ' + rested);`;
  const file = join(folder.path, 'work.mjs');
  writeFileSync(file, script);
  const words = ['--max-semi-space-size=8', '--expose-gc', file];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 20_000 });
  expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' });
});
