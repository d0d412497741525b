// The sources without their types, kept for the next start: Node's own stripper costs a process some 35 MB that it never gives back.
// They are kept under a digest of all sources, so that nothing ever runs but what stands in the sources.
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SOURCES = fileURLToPath(new URL('../', import.meta.url));
const KEPT = fileURLToPath(new URL('../../node_modules/.cache/paramgate/', import.meta.url));
const HOOK = 'app/stripped-sources-hook.mjs';
/** What no process has started from for so long is removed when other sources are kept. */
const UNUSED_MS = 3_600_000;

type Text = readonly [file: string, text: string];

/**
 * The address of a module that, loaded by `node --import`, gives a process and its threads the stripped sources; makes them when they are not kept
 * yet. Undefined where there is nothing to strip (the built package) or where nothing can be kept (a folder that may not be written).
 */
export function strippedSources(): string | undefined {
  if (!import.meta.url.endsWith('.ts')) return undefined;
  const texts = globSync('**/*.ts', { cwd: SOURCES, exclude: ['**/*.d.ts'] })
    .sort()
    .map((file): Text => [file, readFileSync(join(SOURCES, file), 'utf8')]);
  const digest = createHash('sha256')
    .update(JSON.stringify([process.version, texts]))
    .digest('hex');
  const folder = join(KEPT, digest);
  try {
    const now = new Date();
    if (existsSync(folder)) utimesSync(folder, now, now);
    else keep(folder, texts, now);
  } catch {
    // A folder for reading only serves what it has.
    if (!existsSync(folder)) return undefined;
  }
  return pathToFileURL(join(folder, HOOK)).href;
}

/** Writes the stripped sources beside and moves them in place at once, so that a process starting meanwhile finds all of them or none. */
function keep(folder: string, texts: readonly Text[], now: Date): void {
  const unfinished = `${folder}.${process.pid}`;
  for (const [file, text] of texts) {
    const stripped = join(unfinished, file.replace(/\.ts$/, '.mjs'));
    mkdirSync(dirname(stripped), { recursive: true });
    writeFileSync(stripped, stripTypeScriptTypes(text));
  }
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  clearUnused(now);
}

/** A process may be starting from what others kept a moment ago; a running one strips by itself what it has not loaded yet. */
function clearUnused(now: Date): void {
  for (const name of readdirSync(KEPT)) {
    const folder = join(KEPT, name);
    if (statSync(folder).mtimeMs < now.getTime() - UNUSED_MS) rmSync(folder, { recursive: true, force: true });
  }
}
