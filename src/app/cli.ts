// The command line: finds the command, runs it, and turns its end into an exit code: 0 done, 1 failed, 2 wrong usage or configuration.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { Fault } from '#domain/fault.ts';

type AddCommand = (program: Command, finish: (exitCode: number) => void) => void;

/** Every command and where it lives; a command's modules are loaded only when it is asked for, or when help lists them all. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  start: async () => (await import('./commands/run.ts')).addStartCommand,
  gateway: async () => (await import('./commands/run.ts')).addGatewayCommand,
  worker: async () => (await import('./commands/run.ts')).addWorkerCommand,
  search: async () => (await import('./commands/search.ts')).addSearchCommand,
  simulate: async () => (await import('./commands/simulate.ts')).addSimulateCommand,
  candles: async () => (await import('./commands/candles.ts')).addCandlesCommand,
  report: async () => (await import('./commands/report.ts')).addReportCommand,
  import: async () => (await import('./commands/import.ts')).addImportCommand,
  export: async () => (await import('./commands/export.ts')).addExportCommand,
  study: async () => (await import('./commands/study.ts')).addStudyCommand,
  hub: async () => (await import('./commands/hub.ts')).addHubCommand,
  config: async () => (await import('./commands/config.ts')).addConfigCommand,
  demo: async () => (await import('./commands/demo.ts')).addDemoCommand,
};

/** The commands that go on until they are told to end. */
const SERVICES = ['start', 'gateway', 'worker'];

/** Runs the command in `words` to its end; resolves to the exit code. Rejects only on a broken invariant. */
export async function runCommand(words: readonly string[]): Promise<number> {
  if (SERVICES.includes(words[0] ?? '')) (await import('./lean-process.ts')).becomeLean();
  process.stdout.on('error', tolerateClosedPipe);
  const named = COMMANDS[words[0] ?? ''];
  const asksForVersion = words[0] === '--version' || words[0] === '-V';
  const loaders = named === undefined ? (asksForVersion ? [] : Object.values(COMMANDS)) : [named];
  const adders = await Promise.all(loaders.map((load) => load()));
  let exitCode = 0;
  const program = new Command('paramgate')
    .description('Exit params, ensemble decisions and exit search for a fleet of freqtrade bots.')
    .version(packageVersion())
    .showSuggestionAfterError(false)
    .exitOverride();
  for (const add of adders) {
    add(program, (code) => {
      exitCode = code;
    });
  }
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tellFailure(error);
  }
}

function tellFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof Fault)) throw error;
  for (const line of error.message.split('\n')) process.stderr.write(`paramgate: ${line}\n`);
  return error.code === 'BAD_USER_INPUT' ? 2 : 1;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  throw new Error('package.json names no version');
}

/** Whoever reads our output may stop reading (`| head`); that ends nothing here. */
function tolerateClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
