// Figures kept for the next start, one file per kind: a checksum line, then JSON. Written beside and renamed over, so a reader sees the old or the new.
import { hash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { SnapshotStore } from './store.ts';

const KIND = /^[a-z][a-z0-9-]{0,40}$/;

/** Snapshots in `folder`/snapshots. */
export function snapshotStore(folder: string, log: Log): SnapshotStore {
  const saving = new Map<string, Promise<void>>();
  const pathOf = (kind: string) => {
    if (!KIND.test(kind)) throw new Error(`${JSON.stringify(kind)} is not a kind of snapshot`);
    return join(folder, 'snapshots', `${kind}.json`);
  };
  return {
    load: async (kind) => {
      const path = pathOf(kind);
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) log.warn({ file: path, error: String(error) }, 'a snapshot cannot be read');
        return undefined;
      }
      const end = text.indexOf('\n');
      const body = text.slice(end + 1);
      if (end > 0 && text.slice(0, end) === checksum(body)) return JSON.parse(body);
      log.warn({ file: path }, 'a snapshot is damaged and is left out');
      return undefined;
    },
    save: (kind, value) => {
      const path = pathOf(kind);
      const body = JSON.stringify(value);
      const before = saving.get(kind) ?? Promise.resolve();
      const now = before.catch(() => undefined).then(() => replace(path, `${checksum(body)}\n${body}`));
      saving.set(kind, now);
      return now;
    },
  };
}

async function replace(path: string, text: string): Promise<void> {
  const folder = join(path, '..');
  const beside = `${path}.new`;
  try {
    await mkdir(folder, { recursive: true });
    await synced(beside, 'w', (file) => file.writeFile(text));
    await rename(beside, path);
    await synced(folder, 'r');
  } catch (error) {
    throw new Fault(
      'JOURNAL_UNAVAILABLE',
      `${path} cannot be written (${error instanceof Error ? error.message : error})`,
      {
        cause: error,
      },
    );
  }
}

async function synced(
  path: string,
  flags: 'w' | 'r',
  write?: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await write?.(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

function checksum(body: string): string {
  return hash('sha256', body);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
