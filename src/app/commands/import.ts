// `paramgate import`: what others hold, into the hub. Each subcommand lives in a file of its own.
import type { Command } from 'commander';
import { addImportCandles } from './import-candles.ts';
import { addImportSignals } from './import-signals.ts';
import { addImportTrades } from './import-trades.ts';

/** Adds the command to `program`. */
export function addImportCommand(program: Command): void {
  const imports = program
    .command('import')
    .description('take in what others hold; works whether or not the service runs, and twice is the same as once');
  addImportTrades(imports);
  addImportSignals(imports);
  addImportCandles(imports);
}
