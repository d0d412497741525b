// `paramgate import candles`: a folder's candles, or a running bot's, into the hub, where every host's searches find them. Twice is the same as once.
import type { Command } from 'commander';
import { badInput, Fault } from '#domain/fault.ts';
import { type Candles, isPair } from '#domain/market.ts';
import { isoTime } from '#domain/time.ts';
import { type CandleFile, listCandles, readCandles } from '#market/candles.ts';
import { acquireLock } from '#store/open.ts';
import { candleBot, isBotUrl } from '../bot-candles.ts';
import { systemClock } from '../clock.ts';
import { openCommandHub } from '../command-hub.ts';
import { type Config, requireConfig } from '../config.ts';
import { openHubImport } from '../hub-import.ts';
import { openProgress } from '../progress.ts';
import { waitingText } from '../waiting-rows.ts';
import { pair, timeframe } from './option-values.ts';

interface Options {
  readonly candles?: string;
  readonly bot?: string;
  readonly pair?: string;
  readonly timeframe?: string;
  readonly json?: true;
}

/** One pair and timeframe as it was found. */
interface Found {
  readonly pair: string;
  readonly timeframe: string;
  read(): Promise<CandleFile | undefined>;
}

interface Taken {
  readonly pair: string;
  readonly timeframe: string;
  readonly count: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly error: string | null;
}

const LOCK_PATIENCE_MS = 15_000;

/** Adds the command to `imports`. */
export function addImportCandles(imports: Command): void {
  imports
    .command('candles')
    .description("put a folder's candles, or a bot's, into the hub")
    .option('--candles <folder>', 'freqtrade data folder (default: PARAMGATE_CANDLES)')
    .option('--bot <url>', 'a running bot instead: http://USER:PASSWORD@HOST:8080')
    .option('--pair <pair>', 'of this pair only', pair('--pair'))
    .option(
      '--timeframe <timeframe>',
      "of this timeframe only (default: all of a folder, a bot's own)",
      timeframe('--timeframe'),
    )
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const { taken, waiting } = await importCandles(options, requireConfig(process.env, process.cwd()));
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ candles: taken, waiting })}\n`
          : `${taken.map(lineOf).join('')}${waitingText(waiting)}`,
      );
      if (taken.every(({ error }) => error !== null)) throw new Fault('UNUSABLE_INPUT', 'no candles were imported');
    });
}

async function importCandles(
  options: Options,
  config: Config,
): Promise<{ readonly taken: readonly Taken[]; readonly waiting: number }> {
  if (options.bot !== undefined && options.candles !== undefined)
    throw badInput('--bot', 'it excludes --candles', 'one of them');
  if (options.bot !== undefined && !isBotUrl(options.bot))
    throw badInput('--bot', 'it is no address', 'http://USER:PASSWORD@HOST:8080');
  await using open = new AsyncDisposableStack();
  const found = await (options.bot === undefined ? inFolder(options, config) : atBot(options, options.bot, open));
  const target = await targetOf(config, open);
  const shown = openProgress(`importing ${found.length} series`, process.stderr, systemClock);
  const taken: Taken[] = [];
  for (const each of found) {
    taken.push(await take(each, target.write));
    shown.show(taken.length / found.length);
  }
  shown.stop();
  return { taken, waiting: await target.waiting() };
}

/** Where the candles go: into the hub in the data folder, or to where they wait for the shared one; `waiting` is how many still do. */
interface Target {
  write(candles: Candles): Promise<void>;
  waiting(): Promise<number>;
}

async function targetOf(config: Config, open: AsyncDisposableStack): Promise<Target> {
  if (config.influx !== null) {
    const { writeCandles, waiting } = open.use(openHubImport(config));
    return { write: writeCandles, waiting };
  }
  const hub = open.use(await openCommandHub(config));
  await takeLock(config.data, open);
  return { write: (candles) => hub.candles.write(candles), waiting: async () => 0 };
}

async function inFolder(options: Options, config: Config): Promise<readonly Found[]> {
  const folder = options.candles ?? config.candles;
  if (folder === undefined) {
    throw badInput(
      '--candles',
      'no folder is given',
      'a freqtrade data folder, here or in PARAMGATE_CANDLES; or --bot',
    );
  }
  const listed = await listCandles(folder);
  const wanted = listed.filter(
    (each) =>
      (options.pair === undefined || each.pair === options.pair) &&
      (options.timeframe === undefined || each.timeframe === options.timeframe),
  );
  // The reader's own refusal names what is nearest.
  if (wanted.length === 0 && options.pair !== undefined)
    await readCandles(folder, options.pair, options.timeframe ?? listed[0].timeframe);
  if (wanted.length === 0) {
    const there = [...new Set(listed.map((each) => each.timeframe))].sort().join(', ');
    throw new Fault(
      'UNUSABLE_INPUT',
      `--timeframe: no candles of ${options.timeframe} in ${folder}; there are: ${there}`,
    );
  }
  return wanted.map((each) => ({ ...each, read: () => readCandles(folder, each.pair, each.timeframe) }));
}

async function atBot(options: Options, url: string, open: AsyncDisposableStack): Promise<readonly Found[]> {
  const bot = open.use(candleBot(url));
  const of = options.timeframe ?? (await bot.timeframe());
  const pairs = options.pair === undefined ? await bot.pairs() : [options.pair];
  if (pairs.length === 0) throw new Fault('UNUSABLE_INPUT', `the bot at ${bot.name} trades no pairs now`);
  return pairs.map((name) => ({ pair: name, timeframe: of, read: () => bot.candles(name, of) }));
}

/** Of two commands at once the second waits. */
async function takeLock(folder: string, open: AsyncDisposableStack): Promise<void> {
  const lock = await acquireLock(folder, 'candles', {
    wait: AbortSignal.timeout(LOCK_PATIENCE_MS),
    clock: systemClock,
  });
  if (lock === undefined)
    throw new Fault('UNUSABLE_INPUT', `data folder ${folder}: another command writes candles; try again`);
  open.use(lock);
}

/** A series that cannot be used is told and leaves the others alone; a hub that takes nothing ends the command. */
async function take({ pair, timeframe, read }: Found, write: Target['write']): Promise<Taken> {
  const nothing = { pair, timeframe, count: 0, from: null, to: null };
  if (!isPair(pair)) return { ...nothing, error: 'the name of its file is of no pair' };
  try {
    const file = await read();
    if (file === undefined) return { ...nothing, error: 'the bot has no candles of it' };
    await write(file.candles);
    const { count, fromMs, toMs } = file.report;
    const timeOf = (timeMs: number | null) => (timeMs === null ? null : isoTime(timeMs));
    return { pair, timeframe, count, from: timeOf(fromMs), to: timeOf(toMs), error: null };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'UNUSABLE_INPUT') throw error;
    return { ...nothing, error: error.message };
  }
}

function lineOf({ pair, timeframe, count, from, to, error }: Taken): string {
  return error === null
    ? `${pair} ${timeframe}: ${count} candles from ${from} to ${to}\n`
    : `${pair} ${timeframe}: not imported: ${error}\n`;
}
