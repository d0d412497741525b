// The gateway's lock of a data folder for a command that writes where no service runs: held for the moment of its own writing.
import { Fault } from '#domain/fault.ts';
import { acquireLock, type FolderLock } from '#store/open.ts';
import { systemClock } from './clock.ts';

const PATIENCE_MS = 15_000;

/** The lock, waited for: another command holds it for a moment; a service would have answered before. Rejects with UNUSABLE_INPUT. */
export async function gatewayLock(folder: string): Promise<FolderLock> {
  const wait = AbortSignal.timeout(PATIENCE_MS);
  const lock = await acquireLock(folder, 'gateway', { wait, clock: systemClock });
  if (lock !== undefined) return lock;
  const found = `data folder ${folder}: another process has held it for ${PATIENCE_MS / 1_000} s without answering`;
  throw new Fault('UNUSABLE_INPUT', `${found}; try again, or stop it`);
}
