// Files that commands are told to write: whoever opens one sees all of it, or what was there before.
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Fault } from '#domain/fault.ts';

/** Writes `content` to `file`, which the option `flag` names. Rejects with UNUSABLE_INPUT naming both; the file is then as it was. */
export async function writeWhole(flag: string, file: string, content: string | Uint8Array): Promise<void> {
  // What a link names is written, and the link stays.
  const place = await realpath(file).catch(() => file);
  const beside = `${place}.part`;
  try {
    // A pipe or a terminal (/dev/stdout) is written as it is: nothing may take its place.
    if ((await stat(place).catch(() => undefined))?.isFile() === false) return await writeFile(file, content);
    await writeFile(beside, content);
    await rename(beside, place);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw unwritable(flag, file, cause);
  }
}

/** The Fault of a file that cannot be written. */
export function unwritable(flag: string, file: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Fault('UNUSABLE_INPUT', `${flag}: ${file} cannot be written (${why})`, { field: flag, cause });
}
