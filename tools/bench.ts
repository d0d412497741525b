// `npm run bench [NAME ...]`: runs the named benches, or all of them one after the other; each prints its ratios and fails when one is too low.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';

const all = globSync('bench/*.ts').sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.some((file) => basename(file, '.ts') === name));
if (unknown.length > 0) {
  const names = all.map((file) => basename(file, '.ts')).join(', ');
  process.stderr.write(`no bench is called ${unknown.join(', ')}; there are: ${names}\n`);
  process.exit(2);
}

for (const file of all) {
  if (asked.length > 0 && !asked.includes(basename(file, '.ts'))) continue;
  process.stdout.write(`\n${basename(file, '.ts')}\n`);
  const { status } = spawnSync(process.execPath, [file], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
