// Prints the schema the code speaks into schema/schema.graphql, the reviewed contract. With --check it writes nothing and exits 1 when the file is out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { buildSchema } from '#graphql/schema.ts';

const file = new URL('./schema.graphql', import.meta.url);
/** Descriptions on lines of their own, as the formatter has them. */
const sdl = printSchema(buildSchema()).replace(/^( *)"""(.+)"""$/gm, '$1"""\n$1$2\n$1"""');
const printed = `# Printed from src/graphql by \`npm run schema\`. Change the code, not this file.\n${sdl}\n`;

if (process.argv.includes('--check')) {
  const committed = await readFile(file, 'utf8').catch(() => '');
  if (committed !== printed) {
    console.error('schema/schema.graphql is out of date: run `npm run schema` and commit it');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, printed);
}
