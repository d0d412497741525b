// Preload (`node --import`), run from among the stripped sources: a source is read from where it lies stripped. Its address and its lines stay its own.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const STRIPPED = new URL('../', import.meta.url);
const SOURCES = new URL('../../../../src/', STRIPPED).href;

registerHooks({
  load: (url, context, next) => {
    const source = url.startsWith(SOURCES) && url.endsWith('.ts') ? stripped(url.slice(SOURCES.length)) : undefined;
    return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
  },
});

/** Undefined for a file that came to the sources after this process had started, or when the folder was cleared. */
function stripped(file: string): string | undefined {
  try {
    return readFileSync(new URL(file.replace(/\.ts$/, '.mjs'), STRIPPED), 'utf8');
  } catch {
    return undefined;
  }
}
