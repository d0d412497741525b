#!/usr/bin/env node
// The executable `paramgate`. It looks at the Node version before anything else is loaded, for older versions cannot even read the rest.
import process from 'node:process';

const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  process.stderr.write(`paramgate: needs Node.js ${NEEDED} or newer, this is ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  const { runCommand } = await import('#app/cli.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
}
