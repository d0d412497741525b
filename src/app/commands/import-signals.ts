// `paramgate import signals`: historical entries of a pair from a CSV file into the hub, where searches find them.
import type { Command } from 'commander';
import { readEntries } from '#market/candles.ts';
import { requireConfig } from '../config.ts';
import { openHubImport } from '../hub-import.ts';
import { waitingText } from '../waiting-rows.ts';
import { pair } from './option-values.ts';

interface Options {
  readonly pair: string;
  readonly entries: string;
  readonly json?: true;
}

export function addImportSignals(imports: Command): void {
  imports
    .command('signals')
    .description('historical entries of a pair from a CSV file, for searches')
    .requiredOption('--pair <pair>', 'the pair they are of', pair('--pair'))
    .requiredOption('--entries <file>', 'CSV time,side: ISO 8601 or epoch ms, long or short')
    .option('--json', 'print one JSON document')
    .action(async ({ pair: of, entries: file, json }: Options) => {
      const config = requireConfig(process.env, process.cwd());
      const signals = await readEntries(file);
      await using target = openHubImport(config);
      await target.rememberSignals(of, signals);
      const long = signals.filter(({ side }) => side === 'LONG').length;
      const counts = { count: signals.length, long, short: signals.length - long, waiting: await target.waiting() };
      if (json === true) process.stdout.write(`${JSON.stringify({ pair: of, from: file, ...counts })}\n`);
      else {
        const told = `${counts.count} signals (${counts.long} long, ${counts.short} short)`;
        process.stdout.write(`${file}: ${told} of ${of} are taken; those of one time and side count once\n`);
        process.stdout.write(waitingText(counts.waiting));
      }
    });
}
