// `paramgate export params`: the levels in force, pinned in a file, for backtests that must not ask anyone and must come out the same again.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { badInput, Fault } from '#domain/fault.ts';
import { isoTime } from '#domain/time.ts';
import { systemClock } from '../clock.ts';
import { requireConfig } from '../config.ts';
import { dataFolderSource, serviceSource } from '../levels-source.ts';
import { type PinnedParams, pinnedParams } from '../pinned-params.ts';
import { writeWhole } from '../whole-file.ts';
import { pair } from './option-values.ts';

interface Options {
  readonly pair: readonly string[];
  readonly url?: string;
  readonly keyFile?: string;
  readonly out?: string;
}

/** Adds the command to `program`. */
export function addExportCommand(program: Command): void {
  const readPair = pair('--pair');
  program
    .command('export')
    .description('write what this service knows into a file')
    .command('params')
    .description('the levels in force, for backtests of a strategy with the freqtrade adapter')
    .option('--url <url>', 'ask the service there, instead of the data folder')
    .option('--key-file <file>', 'file that holds a key of role bot, for --url')
    .option(
      '--pair <pair>',
      'a pair to ask for, may be repeated; needed with --url only, which does not list its pairs',
      (text: string, before: readonly string[]) => [...before, readPair(text)],
      [] as readonly string[],
    )
    .option('--out <file>', 'write there (default: standard output)')
    .action(async ({ url, keyFile, pair: pairs, out }: Options) => {
      const exportedAt = isoTime(systemClock.now().wallMs);
      await using source =
        url === undefined
          ? await dataFolderSource(requireConfig(process.env, process.cwd()))
          : serviceSource(requireAddress(url), keyFile === undefined ? undefined : await readKey(keyFile));
      const pinned = await pinnedParams(source, pairs, exportedAt);
      await print(pinned, out);
    });
}

async function print(pinned: PinnedParams, out: string | undefined): Promise<void> {
  const text = `${JSON.stringify(pinned, null, 1)}\n`;
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeWhole('--out', out, text);
  const count = (source: string) => pinned.params.filter((row) => row.source === source).length;
  const rows = `${count('OPTUNA')} published, ${count('STATELESS')} of leverage bins, ${count('FALLBACK')} fallback`;
  process.stdout.write(`${out}: ${rows}; from ${pinned.from}\n`);
}

async function readKey(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Fault('UNUSABLE_INPUT', `--key-file: ${file} cannot be read (${why})`, {
      field: '--key-file',
      cause: error,
    });
  });
  const key = text.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new Fault('UNUSABLE_INPUT', `--key-file: ${file} holds no key`, { field: '--key-file' });
}

function requireAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if ((url?.protocol === 'http:' || url?.protocol === 'https:') && url.username === '' && url.password === '')
    return text;
  throw badInput('--url', 'it is not the address of a service', 'e.g. http://127.0.0.1:4000');
}
