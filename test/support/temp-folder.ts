// A folder of a test's own, gone with the test.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty folder; use with `await using`. */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'paramgate-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
