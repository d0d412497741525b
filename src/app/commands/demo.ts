// `paramgate demo`: the three walks shown on sample data, with a stand-in bot and a temporary data folder.
import type { Command } from 'commander';

/** Adds the command to `program`. */
export function addDemoCommand(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('demo')
    .description('show everything once, on sample data, without any other system')
    .option('--serve', 'keep the service running afterwards')
    .option('--candles <folder>', 'freqtrade data folder to search instead of the sample')
    .action(async (options: { readonly serve?: true; readonly candles?: string }) => {
      const { runDemo } = await import('#demo/demo.ts');
      const candles = options.candles ?? process.env.PARAMGATE_CANDLES;
      finish(await runDemo({ serve: options.serve === true, candles }));
    });
}
