// The manner of the house that no linter rule knows: short files with a header, honest names, doors only, no types forced.
import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MAX_LINES = 250;
const DRAWERS = /(^|[-.])(managers?|services?|utils?|helpers?|common|misc|internals?|types)([-.]|$)/;
/** The one service there is: the process itself. */
const NAMED_FOR_THE_PROCESS = new Set(['service-file.ts']);

const DOORS: Readonly<Record<string, readonly string[]>> = {
  trace: ['trace.ts'],
  exits: ['exits.ts'],
  ensemble: ['ensemble.ts'],
  fleet: ['fleet.ts'],
  trades: ['trades.ts'],
  market: ['candles.ts'],
  search: ['search.ts'],
  store: ['store.ts', 'open.ts'],
  graphql: ['schema.ts'],
  intake: ['intake.ts'],
  http: ['server.ts'],
  client: ['client.ts', 'node.ts', 'web.ts'],
  demo: ['demo.ts'],
  app: ['cli.ts'],
};

const files = globSync('{src,test,tools,bench}/**/*.ts', { cwd: ROOT }).sort();
const sources = files.filter((file) => file.startsWith('src'));
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** What is wrong with a file called `file` that holds `text`. */
function faultsOf(file: string, text: string): readonly string[] {
  const faults: string[] = [];
  const lines = text.split('\n');
  if (lines.length - 1 > MAX_LINES && file.startsWith('src')) faults.push(`${lines.length - 1} lines`);
  const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0];
  if (!first?.startsWith('// ')) faults.push('no header');
  if (DRAWERS.test(basename(file, '.ts')) && !NAMED_FOR_THE_PROCESS.has(basename(file)))
    faults.push('a drawer by its name');
  if (/\bas unknown as\b/.test(text) && file.startsWith('src')) faults.push('a type forced through unknown');
  if (/\b(TODO|FIXME|XXX)\b/.test(text)) faults.push('a note to oneself');
  const room = file.split(/[\\/]/)[1] ?? '';
  for (const [, other = '', path = ''] of file.startsWith('src') ? text.matchAll(/['"]#(\w+)\/([\w./-]+)['"]/g) : []) {
    if (other !== room && other !== 'domain' && !DOORS[other]?.includes(path))
      faults.push(`names #${other}/${path}, which is no door`);
  }
  return faults;
}

describe('every file keeps the manner of the house', () => {
  test('of src, test, tools and bench', () => {
    const faults = files.flatMap((file) =>
      file.endsWith('house.test.ts') ? [] : faultsOf(file, textOf(file)).map((fault) => `${file}: ${fault}`),
    );
    expect(faults).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  test.each([
    ['src/exits/tier.ts', `// Header.\n${'\n'.repeat(MAX_LINES)}`, '251 lines'],
    ['src/exits/tier.ts', 'export const one = 1;\n', 'no header'],
    ['src/exits/tier-utils.ts', '// Header.\n', 'a drawer by its name'],
    [
      'src/exits/tier.ts',
      "// Header.\nexport type T = import('#fleet/answer.ts').T;\n",
      'names #fleet/answer.ts, which is no door',
    ],
    ['src/exits/tier.ts', '// Header.\nexport const one = 1 as unknown as string;\n', 'a type forced through unknown'],
    ['test/exits/tier.test.ts', '// Header.\n// TODO: more\n', 'a note to oneself'],
  ])('a fault in %s is seen: %s', (file, text, fault) => {
    expect(faultsOf(file, text)).toEqual([fault]);
  });
});

test('every room has its door, and ARCHITECTURE.md names it', () => {
  const table = textOf('ARCHITECTURE.md');
  const rooms = new Set(sources.map((file) => file.split(/[\\/]/)[1] ?? '').filter((name) => !name.endsWith('.ts')));
  for (const room of rooms) {
    expect(table).toContain(`| \`${room}\` |`);
    for (const door of DOORS[room] ?? []) expect(sources).toContain(join('src', room, door));
  }
});
