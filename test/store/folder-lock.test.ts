// The lock of a data folder between real processes: released by death, kept in silence.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock } from '#store/open.ts';
import { child } from '../support/child.ts';
import { manualClock } from '../support/manual-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';

const OWNER = new URL('./processes/owner.ts', import.meta.url).pathname;

test('a killed owner is followed by the one who waits', async () => {
  await using folder = tempFolder();
  await using first = child([OWNER, folder.path]);
  expect(await first.line()).toBe('owner');
  await using second = child([OWNER, folder.path]);
  expect(await second.line()).toBe('waiting');
  first.process.kill('SIGKILL');
  expect(await second.line()).toBe('owner');
});

test('a frozen owner keeps its lock, and goes on with it', async () => {
  await using folder = tempFolder();
  await using owner = child([OWNER, folder.path]);
  expect(await owner.line()).toBe('owner');
  owner.process.kill('SIGSTOP');
  const clock = manualClock();
  const giveUp = new AbortController();
  const waiting = acquireLock(folder.path, 'worker', { wait: giveUp.signal, clock });
  for (let minute = 0; minute < 3; minute += 1) await clock.advance(20_000);
  giveUp.abort();
  expect(await waiting).toBeUndefined();
  owner.process.kill('SIGCONT');
  expect(await acquireLock(folder.path, 'worker', { wait: false, clock })).toBeUndefined();
});

test('a waiter looks at least every second, so it follows within seconds', async () => {
  await using folder = tempFolder();
  const clock = manualClock();
  const first = await acquireLock(folder.path, 'gateway', { wait: false, clock });
  let follower: Awaited<ReturnType<typeof acquireLock>>;
  const waiting = acquireLock(folder.path, 'gateway', { wait: new AbortController().signal, clock }).then((lock) => {
    follower = lock;
  });
  await clock.advance(10_000);
  expect(follower).toBeUndefined();
  await first?.close();
  await clock.advance(1_000);
  expect(follower).toBeDefined();
  await waiting;
  await follower?.close();
});

test('each side has its own lock, and closing twice does not give away the next owner’s', async () => {
  await using folder = tempFolder();
  const options = { wait: false, clock: manualClock() } as const;
  await using gateway = await acquireLock(folder.path, 'gateway', options);
  expect(gateway).toBeDefined();
  const worker = await acquireLock(folder.path, 'worker', options);
  expect(await acquireLock(folder.path, 'worker', options)).toBeUndefined();
  await worker?.close();
  await using next = await acquireLock(folder.path, 'worker', options);
  await worker?.close();
  expect(next).toBeDefined();
  expect(await acquireLock(folder.path, 'worker', options)).toBeUndefined();
});

test('a folder that cannot be written is named', async () => {
  await using folder = tempFolder();
  const blocked = join(folder.path, 'file');
  writeFileSync(blocked, '');
  const taking = acquireLock(join(blocked, 'data'), 'worker', { wait: false, clock: manualClock() });
  await expect(taking).rejects.toMatchObject({
    code: 'UNUSABLE_INPUT',
    message: expect.stringContaining(`data folder ${join(blocked, 'data')}`),
  });
});
