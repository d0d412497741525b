// The table of rooms in ARCHITECTURE.md is enforced by the linter: every rule sees a planted violation, and imports that belong are let through.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const IMPORTS = 'lint/style/noRestrictedImports';
const GLOBALS = 'lint/style/noRestrictedGlobals';
const CYCLES = 'lint/suspicious/noImportCycles';
const PLUGIN = 'plugin';

const importing = (what: string) => `import { one } from '${what}';\n\nexport const two = one;\n`;

/** One file per room and global that reads what should be handed in. */
function denied(rooms: readonly string[], globals: readonly string[]): (readonly [string, string, string])[] {
  return rooms.flatMap((room) =>
    globals.map((name) => [`${room}/global-${name}.ts`, `export const found = () => ${name};\n`, GLOBALS] as const),
  );
}

/** Where, what stands there, and the rule that must refuse it. */
const REFUSED: readonly (readonly [file: string, content: string, rule: string])[] = [
  ['domain/a.ts', importing('node:fs'), IMPORTS],
  ['domain/b.ts', importing('valibot'), IMPORTS],
  ['domain/c.ts', importing('#trace/trace.ts'), IMPORTS],
  ['domain/d.ts', importing('../store/store.ts'), IMPORTS],
  ['domain/e.ts', "export const late = () => import('#store/store.ts');\n", IMPORTS],
  ['domain/f.ts', "export { one } from '#app/config.ts';\n", IMPORTS],
  ['trace/a.ts', importing('#exits/exits.ts'), IMPORTS],
  ['trace/b.ts', importing('node:fs'), IMPORTS],
  ['trace/c.ts', importing('#domain/time.ts'), IMPORTS],
  ['fleet/past-the-ports.ts', importing('node:sqlite'), IMPORTS],
  ['market/past-the-ports.ts', importing('node:sqlite'), IMPORTS],
  ['http/past-the-ports.ts', importing('node:child_process'), IMPORTS],
  ['exits/a.ts', importing('#store/open.ts'), IMPORTS],
  ['exits/b.ts', importing('#ensemble/ensemble.ts'), IMPORTS],
  ['exits/c.ts', importing('undici'), IMPORTS],
  ['ensemble/a.ts', importing('#fleet/fleet.ts'), IMPORTS],
  ['ensemble/b.ts', importing('node:fs/promises'), IMPORTS],
  ['search/a.ts', importing('#market/feather.ts'), IMPORTS],
  ['search/b.ts', importing('#store/sqlite/file.ts'), IMPORTS],
  ['store/a.ts', importing('#ensemble/ensemble.ts'), IMPORTS],
  ['store/sqlite/a.ts', importing('../../exits/exits.ts'), IMPORTS],
  ['fleet/a.ts', importing('#exits/exits.ts'), IMPORTS],
  ['fleet/b.ts', importing('graphql'), IMPORTS],
  ['trades/a.ts', importing('#fleet/bot-client.ts'), IMPORTS],
  ['trades/b.ts', importing('node:child_process'), IMPORTS],
  ['market/a.ts', importing('#store/store.ts'), IMPORTS],
  ['graphql/a.ts', importing('#exits/tiers.ts'), IMPORTS],
  ['graphql/b.ts', importing('#http/server.ts'), IMPORTS],
  ['graphql/c.ts', importing('#app/config.ts'), IMPORTS],
  ['intake/a.ts', importing('#ensemble/acceptable.ts'), IMPORTS],
  ['intake/b.ts', importing('#http/server.ts'), IMPORTS],
  ['intake/c.ts', importing('#store/store.ts'), IMPORTS],
  ['intake/d.ts', importing('node:fs/promises'), IMPORTS],
  ['http/a.ts', importing('#graphql/builder.ts'), IMPORTS],
  ['http/d.ts', importing('#intake/callers.ts'), IMPORTS],
  ['http/b.ts', importing('#app/config.ts'), IMPORTS],
  ['client/a.ts', importing('#domain/market.ts'), IMPORTS],
  ['client/b.ts', importing('node:crypto'), IMPORTS],
  ['demo/a.ts', importing('#fleet/bot-client.ts'), IMPORTS],
  ['demo/b.ts', importing('#app/config.ts'), IMPORTS],
  ['app/a.ts', importing('#exits/tiers.ts'), IMPORTS],
  ['app/commands/a.ts', importing('../../exits/exits.ts'), IMPORTS],
  ['main.ts', importing('#app/config.ts'), IMPORTS],
  ['domain/g.ts', 'export const at = () => Date.now();\n', PLUGIN],
  ['domain/h.ts', 'export const at = () => new Date();\n', PLUGIN],
  ['exits/d.ts', 'export const chance = () => Math.random();\n', PLUGIN],
  ['store/b.ts', 'export const chance = Math.random;\n', PLUGIN],
  ['http/c.ts', 'export const at = () => performance.now();\n', PLUGIN],
  ['ensemble/c.ts', 'export const at = () => globalThis.Date;\n', PLUGIN],
  ...denied(
    ['domain', 'trace', 'exits', 'ensemble', 'search', 'intake'],
    ['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto'],
  ),
  ...denied(['client'], ['process', 'Buffer']),
  ...denied(['store', 'fleet', 'trades', 'market', 'graphql', 'http'], ['setTimeout', 'setInterval']),
  ['fleet/d.ts', "import { e } from './e.ts';\n\nexport const d = () => e;\n", CYCLES],
  ['fleet/e.ts', "import { d } from './d.ts';\n\nexport const e = () => d;\n", CYCLES],
];

const ALLOWED: readonly (readonly [file: string, content: string])[] = [
  ['domain/legal.ts', importing('#domain/decimal.ts')],
  ['domain/dates.ts', 'export const text = (ms: number) => new Date(ms).toISOString();\n'],
  ['trace/legal.ts', importing('node:diagnostics_channel')],
  ['exits/legal.ts', importing('#store/store.ts')],
  ['ensemble/legal.ts', importing('#trace/trace.ts')],
  ['search/legal.ts', importing('#market/candles.ts')],
  ['store/sqlite/legal.ts', importing('../store.ts')],
  ['store/sqlite/driver.ts', importing('node:sqlite')],
  ['fleet/legal.ts', importing('undici')],
  ['trades/legal.ts', importing('undici')],
  ['trades/bots-own-files.ts', importing('node:sqlite')],
  ['market/legal.ts', importing('apache-arrow')],
  ['market/parquet.ts', importing('hyparquet')],
  ['graphql/legal.ts', importing('#exits/exits.ts')],
  ['intake/legal.ts', importing('#ensemble/ensemble.ts')],
  ['intake/tokens.ts', importing('jose')],
  ['http/doors.ts', importing('#intake/intake.ts')],
  ['http/legal.ts', importing('#graphql/schema.ts')],
  ['demo/legal.ts', importing('#fleet/fleet.ts')],
  ['app/legal.ts', importing('#http/server.ts')],
  ['app/clock.ts', 'export const at = () => Date.now();\n'],
  ['app/commands/legal.ts', importing('../legal.ts')],
];

describe('the linter keeps the rooms apart', () => {
  let folder = '';
  let found = new Map<string, string[]>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paramgate-rooms-'));
    for (const path of ['biome.json', '.gitignore', 'tools/no-hidden-time.grit', 'package.json']) {
      await cp(join(ROOT, path), join(folder, path), { recursive: true });
    }
    for (const [file, content] of [...REFUSED, ...ALLOWED]) {
      const path = join(folder, 'src', file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    found = await lint(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(REFUSED)('%s refused: %s', (file, _content, rule) => {
    expect(found.get(`src/${file}`)).toContain(rule);
  });

  test.each(ALLOWED)('%s let through: %s', (file) => {
    expect(found.get(`src/${file}`)).toBeUndefined();
  });
});

/** Rules that refuse something, by file. */
async function lint(folder: string): Promise<Map<string, string[]>> {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const words = [biome, 'lint', 'src', '--reporter=json', '--max-diagnostics=none', '--diagnostic-level=error'];
  const text = await new Promise<string>((done) => {
    execFile(process.execPath, words, { cwd: folder, maxBuffer: 1e8 }, (_error, stdout) => done(stdout));
  });
  const report = JSON.parse(text) as { diagnostics: { category: string; location: { path: unknown } }[] };
  const found = new Map<string, string[]>();
  for (const { category, location } of report.diagnostics) {
    const { path } = location;
    const file = typeof path === 'string' ? path : (path as { file: string }).file;
    found.set(file, [...(found.get(file) ?? []), category]);
  }
  return found;
}
