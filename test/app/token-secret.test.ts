// The secret of the tokens: made once, for its owner only, and made anew when it cannot be trusted.
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTokenSecret } from '#app/token-secret.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramgate-secret-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => join(folder, 'tokens.secret');
const mode = async () => (await stat(file())).mode & 0o777;

test('256 bits, readable by the owner only, the same at every start', async () => {
  const secret = await readTokenSecret(folder);
  expect(secret.byteLength).toBe(32);
  expect(await mode()).toBe(0o600);
  expect(await readTokenSecret(folder)).toEqual(secret);
  expect(await readdir(folder)).toEqual(['tokens.secret']);
});

test('no two folders have the same', async () => {
  const secret = await readTokenSecret(folder);
  await rm(file());
  expect(await readTokenSecret(folder)).not.toEqual(secret);
});

test('one that others could read, or that is cut short, is replaced', async () => {
  const secret = await readTokenSecret(folder);
  await chmod(file(), 0o640);
  const second = await readTokenSecret(folder);
  expect(second).not.toEqual(secret);
  expect(await mode()).toBe(0o600);
  await writeFile(file(), (await readFile(file(), 'utf8')).slice(0, 20));
  const third = await readTokenSecret(folder);
  expect(third).not.toEqual(second);
  expect(third.byteLength).toBe(32);
  expect(await mode()).toBe(0o600);
});

test('an unfinished one of a crash is no obstacle', async () => {
  await writeFile(`${file()}.new`, 'half');
  expect((await readTokenSecret(folder)).byteLength).toBe(32);
  expect(await readdir(folder)).toEqual(['tokens.secret']);
});
