// `paramgate candles list`: what a folder holds - pairs, timeframes, ranges and holes. A file that cannot be used is listed with what is wrong with it.
import { relative } from 'node:path';
import type { Command } from 'commander';
import { Fault } from '#domain/fault.ts';
import type { CandleReport } from '#domain/market.ts';
import { isoTime } from '#domain/time.ts';
import { listCandles, readCandles } from '#market/candles.ts';
import { candlesFolder } from '../candles-folder.ts';

interface Options {
  readonly candles?: string;
  readonly json?: true;
}

/** One pair and timeframe of the folder; a pair's form is a guess, since file names say `_` for several characters. */
interface Listed {
  readonly pair: string;
  readonly timeframe: string;
  /** Relative to the folder; null with a problem. */
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
    .option('--candles <folder>', 'freqtrade data folder (default: PARAMGATE_CANDLES)')
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const folder = candlesFolder(options.candles);
      const listed: Listed[] = [];
      // One after the other: a folder may hold more than memory does.
      for (const { pair, timeframe } of await listCandles(folder)) listed.push(await look(folder, pair, timeframe));
      process.stdout.write(options.json === true ? asJson(folder, listed) : asText(listed));
    });
}

async function look(folder: string, pair: string, timeframe: string): Promise<Listed> {
  try {
    const { report, file } = await readCandles(folder, pair, timeframe);
    return { pair, timeframe, file: relative(folder, file), report, problem: null };
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

function summary({ report, problem }: Listed): string {
  if (report === null) return `not usable: ${problem}`;
  const { count, fromMs, toMs, gaps, missing, duplicates, unordered } = report;
  const found = [
    ...(gaps > 0 ? [`${gaps} gaps (${missing} missing)`] : []),
    ...(duplicates > 0 ? [`${duplicates} duplicates`] : []),
    ...(unordered > 0 ? [`${unordered} unordered`] : []),
  ];
  return `${timeOf(fromMs)} to ${timeOf(toMs)}, ${count} candles, ${found.length === 0 ? 'no gaps' : found.join(', ')}`;
}

function timeOf(timeMs: number | null | undefined): string | null {
  return timeMs === null || timeMs === undefined ? null : isoTime(timeMs);
}
