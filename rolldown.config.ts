// Builds what `npm pack` ships: one JavaScript file per source file, since Node strips no types under node_modules.
// Entries are the executable and every module that is loaded by name for a thread of its own.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const threads = globSync('src/**/*.ts').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/import\.meta\.resolve\('#([^']+)'\)/g)].map((match) => `src/${match[1]}`),
);

const service = defineConfig({
  input: ['src/main.ts', ...new Set(threads)],
  platform: 'node',
  external: /^[^.#/]/,
  output: { dir: 'dist', format: 'esm', preserveModules: true, preserveModulesRoot: 'src', cleanDir: true },
  plugins: [
    {
      name: 'names-of-rooms',
      // `#room/file.ts` keeps its meaning in the built files: this inner manifest maps it to the file beside it.
      writeBundle: () => {
        const manifest = { type: 'module', imports: { '#*.ts': './*.js' } };
        writeFileSync('dist/package.json', `${JSON.stringify(manifest, null, 2)}\n`);
      },
    },
  ],
});

// `paramgate/client` stands alone: it names no room, so that bundlers and Deno can read it too.
const client = defineConfig({
  input: ['src/client/node.ts', 'src/client/web.ts'],
  platform: 'neutral',
  external: /^[^./]/,
  output: { dir: 'dist/client', format: 'esm' },
});

export default [service, client];
