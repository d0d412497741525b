// Files that commands write are there whole, or as they were.
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWhole } from '../../src/app/whole-file.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('replaces a file whole, leaves nothing beside it, and writes what a link names', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'plane.json');
  await writeWhole('--plane', file, 'first');
  const link = join(folder.path, 'link.json');
  await symlink(file, link);
  await writeWhole('--plane', link, 'second');
  expect(await readFile(file, 'utf8')).toBe('second');
  expect((await readdir(folder.path, { withFileTypes: true })).map((one) => [one.name, one.isSymbolicLink()])).toEqual([
    ['link.json', true],
    ['plane.json', false],
  ]);
});

it('leaves the file as it was when it cannot be written, and says so by flag and file', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'plane.json');
  await writeFile(file, 'before');
  await mkdir(`${file}.part`);
  await expect(writeWhole('--plane', file, 'after')).rejects.toMatchObject({
    code: 'UNUSABLE_INPUT',
    message: expect.stringMatching(/^--plane: .*plane\.json cannot be written \(EISDIR/),
  });
  expect(await readFile(file, 'utf8')).toBe('before');
});

it('writes a device as it is', async () => {
  await writeWhole('--out', '/dev/null', 'gone');
  await expect(writeWhole('--out', '/dev/full', 'never')).rejects.toThrow(
    /^--out: \/dev\/full cannot be written \(ENOSPC/,
  );
});
