// `paramgate candles list`: what a folder, the hub or a bot holds - pairs, timeframes, ranges and holes. A file that cannot be used is listed with what is wrong with it.
import { relative } from 'node:path';
import type { Command } from 'commander';
import { Fault } from '#domain/fault.ts';
import type { CandleReport } from '#domain/market.ts';
import { isoTime } from '#domain/time.ts';
import { candleWarnings, listCandles, readCandles } from '#market/candles.ts';
import { hubCandles } from '#search/search.ts';
import { candleBot, candleBotName, isBotUrl } from '../bot-candles.ts';
import { candlesFolder } from '../candles-folder.ts';
import { openCommandHub } from '../command-hub.ts';
import { requireConfig } from '../config.ts';
import { CANDLE_SOURCES } from '../market-source.ts';

interface Options {
  readonly candles?: string;
  readonly json?: true;
}

/** One pair and timeframe of the folder; a pair's form is a guess, since file names say `_` for several characters. */
interface Listed {
  readonly pair: string;
  readonly timeframe: string;
  /** Relative to the folder; null with a problem, and where there are no files. */
  readonly file: string | null;
  readonly report: CandleReport | null;
  readonly problem: string | null;
}

/** Adds the command to `program`. */
export function addCandlesCommand(program: Command): void {
  program
    .command('candles')
    .description('look at a folder of candles')
    .command('list')
    .description('pairs, timeframes, ranges and gaps')
    .option('--candles <source>', CANDLE_SOURCES)

    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const folder = options.candles === 'hub' ? 'hub' : candlesFolder(options.candles);
      const listed = isBotUrl(folder) ? await atBot(folder) : await (folder === 'hub' ? inHub() : inFolder(folder));
      const named = isBotUrl(folder) ? candleBotName(folder) : folder;
      process.stdout.write(options.json === true ? asJson(named, listed) : asText(listed));
    });
}

/** One after the other: a folder may hold more than memory does. */
async function inFolder(folder: string): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for (const { pair, timeframe } of await listCandles(folder)) {
    const read = async () => {
      const { report, file } = await readCandles(folder, pair, timeframe);
      return { report, file: relative(folder, file) };
    };
    listed.push(await look(pair, timeframe, read));
  }
  return listed;
}

async function inHub(): Promise<readonly Listed[]> {
  await using hub = await openCommandHub(requireConfig(process.env, process.cwd()));
  const listed: Listed[] = [];
  for (const { pair, timeframe } of await hub.candles.list()) {
    const read = async () => {
      const found = await hubCandles({ pair, timeframe }, hub.candles);
      return { report: found?.report ?? null, file: null };
    };
    listed.push(await look(pair, timeframe, read));
  }
  if (listed.length > 0) return listed;
  throw new Fault('UNUSABLE_INPUT', "the hub's CANDLES holds no candles; `paramgate import candles` puts some there");
}

async function atBot(url: string): Promise<readonly Listed[]> {
  await using bot = candleBot(url);
  const timeframe = await bot.timeframe();
  const listed: Listed[] = [];
  for (const pair of await bot.pairs()) {
    const read = async () => ({ report: (await bot.candles(pair, timeframe))?.report ?? null, file: null });
    listed.push(await look(pair, timeframe, read));
  }
  return listed;
}

async function look(
  pair: string,
  timeframe: string,
  read: () => Promise<Pick<Listed, 'report' | 'file'>>,
): Promise<Listed> {
  try {
    return { pair, timeframe, ...(await read()), problem: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { pair, timeframe, file: null, report: null, problem: error.message };
  }
}

function asJson(folder: string, listed: readonly Listed[]): string {
  const candles = listed.map(({ pair, timeframe, file, report, problem }) => ({
    pair,
    timeframe,
    file,
    count: report?.count ?? null,
    from: timeOf(report?.fromMs),
    to: timeOf(report?.toMs),
    gaps: report?.gaps ?? null,
    missing: report?.missing ?? null,
    duplicates: report?.duplicates ?? null,
    unordered: report?.unordered ?? null,
    // Said only where there is something.
    ...(report === null ? {} : warned(report, timeframe)),
    problem,
  }));
  return `${JSON.stringify({ folder, candles })}\n`;
}

function asText(listed: readonly Listed[]): string {
  const width = (of: (each: Listed) => string) => Math.max(...listed.map((each) => of(each).length));
  const pairs = width(({ pair }) => pair);
  const timeframes = width(({ timeframe }) => timeframe);
  return listed
    .map((each) => `${each.pair.padEnd(pairs)}  ${each.timeframe.padEnd(timeframes)}  ${summary(each)}\n`)
    .join('');
}

function warned(report: CandleReport, timeframe: string): { readonly warnings?: readonly string[] } {
  const warnings = candleWarnings(report, timeframe);
  return warnings.length === 0 ? {} : { warnings };
}

function summary({ report, problem, timeframe }: Listed): string {
  if (report === null) return problem === null ? 'no candles' : `not usable: ${problem}`;
  const { count, fromMs, toMs, gaps, missing, duplicates, unordered } = report;
  const found = [
    ...(gaps > 0 ? [`${gaps} gaps (${missing} missing)`] : []),
    ...(duplicates > 0 ? [`${duplicates} duplicates`] : []),
    ...(unordered > 0 ? [`${unordered} unordered`] : []),
    ...candleWarnings(report, timeframe),
  ];
  return `${timeOf(fromMs)} to ${timeOf(toMs)}, ${count} candles, ${found.length === 0 ? 'no gaps' : found.join(', ')}`;
}

function timeOf(timeMs: number | null | undefined): string | null {
  return timeMs === null || timeMs === undefined ? null : isoTime(timeMs);
}
