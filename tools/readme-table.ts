// Prints the configuration table into the README between its markers; with --check it only says whether the README is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { KEYS } from '#app/config-sources.ts';
import { TABLE } from '#app/config-table.ts';

const README = new URL('../README.md', import.meta.url);
const BETWEEN = /(<!-- configuration table:[^>]*-->\n)[\s\S]*?(<!-- end of configuration table -->)/;

const text = readFileSync(README, 'utf8');
if (!BETWEEN.test(text)) throw new Error('README.md has lost the markers of its configuration table');
const updated = text.replace(BETWEEN, (_all, start: string, end: string) => `${start}\n${table()}\n${end}`);

if (updated === text) {
  process.stdout.write('README.md: the configuration table is up to date\n');
} else if (process.argv.includes('--check')) {
  process.stderr.write('README.md: the configuration table is out of date; `npm run docs` prints it anew\n');
  process.exitCode = 1;
} else {
  writeFileSync(README, updated);
  process.stdout.write('README.md: the configuration table is printed anew\n');
}

function table(): string {
  const rows = KEYS.map((key) => {
    const { env, fallback, meaning } = TABLE[key];
    const name = env === null ? 'file only' : `\`${env}\``;
    return `| ${name} | \`${key}\` | ${defaultText(key, fallback)} | ${meaning.replaceAll('|', '\\|')} |`;
  });
  return ['| variable | key in the file | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function defaultText(key: string, fallback: string | readonly never[] | null): string {
  if (fallback === null || typeof fallback !== 'string') return 'none';
  return key === 'binEdges' ? '`0.5`, `1.5`, ... `125.5`' : `\`${fallback}\``;
}
