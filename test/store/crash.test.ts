// Death and full disks at the worst moments: what was acknowledged is there afterwards, what was refused is not, and nothing is in between.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openReadStore } from '#store/open.ts';
import { type Child, child } from '../support/child.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SIDE = new URL('./processes/side.ts', import.meta.url).pathname;
const CRASH_AT = new URL('../support/crash-at.ts', import.meta.url).pathname;

const keysIn = async (folder: string): Promise<readonly string[]> => {
  await using reader = await openReadStore({ folder });
  return (await reader.signals.after(0, 100_000)).map(({ enterTag }) => enterTag?.replace(/\.+$/, '') ?? '');
};
const tell = (side: Child, keys: readonly string[]) =>
  side.process.stdin?.write(keys.map((key) => `${key}\n`).join(''));
const words = (lines: readonly string[], word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(' ')[1] ?? '');

test.each([
  ['signal.committing', false],
  ['signal.committed', true],
])('killed at %s: the group in the commit is kept: %s; none of it was acknowledged', async (point, kept) => {
  await using folder = tempFolder();
  const env = { ...process.env, CRASH_AT: `${point}:2` };
  await using side = child(['--import', CRASH_AT, SIDE, 'gateway', folder.path], { env });
  expect(await side.line()).toBe('open');
  tell(side, ['first']);
  expect(await side.line()).toBe('kept first');
  tell(side, ['second', 'third']);
  expect(await side.lines()).toEqual([]);
  expect(await side.ended).toBe('SIGKILL');
  const found = await keysIn(folder.path);
  expect(found[0]).toBe('first');
  expect(found.includes('second')).toBe(kept);
});

test('killed at any moment under load, everything acknowledged is there, in order and without holes', async () => {
  await using folder = tempFolder();
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    await using side = child([SIDE, 'gateway', folder.path]);
    expect(await side.line()).toBe('open');
    tell(
      side,
      Array.from({ length: 3_000 }, (_, index) => `r${round}-${index}`),
    );
    for (let answers = 0; answers < 40 + round * 400; answers += 1) {
      acknowledged.push((await side.line()).split(' ')[1] ?? '');
    }
    side.process.kill('SIGKILL');
    acknowledged.push(...words(await side.lines(), 'kept'));
  }
  const found = await keysIn(folder.path);
  expect(new Set(found).size).toBe(found.length);
  expect(acknowledged.filter((key) => !found.includes(key))).toEqual([]);
  await using reader = await openReadStore({ folder: folder.path });
  const seqs = (await reader.signals.after(0, 100_000)).map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
});

test('a disk that is full refuses by name and keeps what it acknowledged; with space again it goes on', async () => {
  await using folder = tempFolder();
  // The file size limit of the process stands in for a full disk: the write fails in the operating system all the same.
  const shell = `ulimit -S -f 400; exec "$0" "$@"`;
  await using side = child(['-c', shell, process.execPath, SIDE, 'gateway', folder.path], { command: 'bash' });
  expect(await side.line()).toBe('open');
  const lines: string[] = [];
  const first = Array.from({ length: 600 }, (_, index) => `before-${index}`);
  tell(side, first);
  while (lines.length < first.length) lines.push(await side.line());
  expect(words(lines, 'lost').length).toBeGreaterThan(0);
  const lost = lines.filter((line) => line.startsWith('lost'));
  expect(lost.every((line) => line.includes('JOURNAL_UNAVAILABLE') && line.includes('gateway.db'))).toBe(true);
  expect(spawnSync('prlimit', ['--pid', String(side.process.pid), '--fsize=unlimited']).status).toBe(0);
  tell(side, ['afterwards']);
  expect(await side.line()).toBe('kept afterwards');
  side.process.stdin?.end();
  expect(await side.ended).toBe(0);
  expect(new Set(await keysIn(folder.path))).toEqual(new Set([...words(lines, 'kept'), 'afterwards']));
});

test('under load many signals share a sync to disk, and no signal is acknowledged without one', async ({ skip }) => {
  if (spawnSync('strace', ['-V']).status !== 0) skip('strace is not here to count');
  await using folder = tempFolder();
  const counts = join(folder.path, 'syncs');
  const trace = ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', counts, process.execPath];
  await using side = child([...trace, SIDE, 'gateway', join(folder.path, 'data')], { command: 'strace' });
  expect(await side.line()).toBe('open');
  const syncs = () =>
    readFileSync(counts, 'utf8')
      .split('\n')
      .filter((line) => /sync\(/.test(line)).length;
  const before = syncs();
  tell(side, ['alone']);
  expect(await side.line()).toBe('kept alone');
  const alone = syncs();
  expect(alone).toBeGreaterThan(before);
  const callers = 64;
  const rounds = 10;
  for (let round = 0; round < rounds; round += 1) {
    tell(
      side,
      Array.from({ length: callers }, (_, index) => `${round}-${index}`),
    );
    for (let answers = 0; answers < callers; answers += 1) expect(await side.line()).toMatch(/^kept/);
  }
  const perSignal = (syncs() - alone) / (callers * rounds);
  expect(perSignal).toBeLessThan(0.2);
  expect(perSignal).toBeGreaterThan(0);
  rmSync(counts);
});
