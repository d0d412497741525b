// `tokens.secret` in the data folder: what the tokens of feeders' logins are signed with, so that they outlive a restart. For its owner only:
// a secret that others could read, or that was only half written, is replaced, which ends the tokens given so far.
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = 'tokens.secret';
const BYTES = 32;

/** The secret of the data folder, made at first use. Only the holder of the gateway's lock may ask. */
export async function readTokenSecret(folder: string): Promise<Uint8Array> {
  const path = join(folder, NAME);
  return (await kept(path)) ?? (await made(path));
}

async function kept(path: string): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path, 'r');
    const { mode } = await file.stat();
    const secret = Buffer.from((await file.readFile('utf8')).trim(), 'base64url');
    return (mode & 0o077) === 0 && secret.byteLength === BYTES ? secret : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function made(path: string): Promise<Uint8Array> {
  const secret = randomBytes(BYTES);
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  {
    await using file = await open(unfinished, 'wx', 0o600);
    await file.writeFile(`${secret.toString('base64url')}\n`);
    await file.sync();
  }
  await rename(unfinished, path);
  return secret;
}
