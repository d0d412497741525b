// `paramgate report`: over the closed trades recorded in the data folder and in the fleet's hub, what the levels they were given earned beside what the fallback would have
// earned and the best possible in hindsight. Trades whose levels or candles are not at hand are counted and left out.
import type { Command } from 'commander';
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import { isoTime } from '#domain/time.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { compareInHindsight, type PastTrade, readMaterial } from '#search/search.ts';
import { openReadStore, type ReadStore } from '#store/open.ts';
import type { SharedTradeHistory } from '#store/store.ts';
import { openCommandHub } from '../command-hub.ts';
import { type Config, requireConfig } from '../config.ts';
import { HindsightGroups, type HindsightRow, type LevelsOrigin } from '../hindsight-report.ts';
import { CANDLE_SOURCES, marketSource } from '../market-source.ts';
import { textTable } from '../text-table.ts';
import { decimal, instant, pair, timeframe, whole } from './option-values.ts';

interface Options {
  readonly candles?: string;
  readonly timeframe: string;
  readonly pair?: string;
  readonly from?: number;
  readonly to?: number;
  readonly fee: number;
  readonly maxHold: number;
  readonly json?: true;
}

/** Later than any trade. */
const EVER_MS = 253_402_300_800_000;

/** Adds the command to `program`. */
export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('what served levels earned, beside the fallback and the best in hindsight')
    .option('--candles <source>', CANDLE_SOURCES)
    .option('--timeframe <timeframe>', 'length of a candle', timeframe('--timeframe'), '5m')
    .option('--pair <pair>', 'of this pair only', pair('--pair'))
    .option('--from <time>', 'trades closed from this time on', instant('--from'))
    .option('--to <time>', 'trades closed before this time', instant('--to'))
    .option('--fee <pct>', 'fee per side, percent', decimal('--fee', 0, 50), 0.05)
    .option('--max-hold <candles>', 'longest hold', whole('--max-hold', 1, 1_000_000), 500)
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      process.stdout.write(await report(options, requireConfig(process.env, process.cwd())));
    });
}

async function report(options: Options, config: Config): Promise<string> {
  await using hub = await openCommandHub(config);
  const source = await marketSource({ candles: options.candles, entries: 'every_candle' }, config.candles, hub);
  await using store = await openReadStore({ folder: config.data });
  const problems: string[] = [];
  const period = { fromMs: options.from ?? 0, toMs: options.to ?? EVER_MS };
  const { trades: all, incomplete } = await tradesOf(store, hub.history, { period, problems });
  const recorded = options.pair === undefined ? all : all.filter((trade) => trade.pair === options.pair);
  if (recorded.length === 0) {
    const where = hub.history === null ? config.data : `${config.data} and in the hub`;
    const more = [
      ...(incomplete > 0 ? [`${incomplete} points in the hub do not say when they opened`] : []),
      ...problems,
    ];
    throw new Fault(
      'UNUSABLE_INPUT',
      [`no closed trades are recorded in ${where} for what is asked`, ...more].join('; '),
    );
  }
  const groups = new HindsightGroups(config.binEdges);
  const origins = await originsOf(store, config.fallback);
  const left = { levels: 0, candles: 0 };
  for (const [of, trades] of Map.groupBy(recorded, (trade) => trade.pair)) {
    const sorted = trades
      .map((trade) => groups.sorted(trade, origins(trade)))
      .filter((trade): trade is PastTrade => trade !== undefined);
    left.levels += trades.length - sorted.length;
    try {
      const market = { pair: of, timeframe: options.timeframe };
      const material = await source.materialOf(market);
      const { candles } = await readMaterial(material, { ...market, fromMs: null, toMs: null }, null);
      left.candles += compareInHindsight(candles, sorted, {
        fallback: config.fallback,
        feePct: options.fee,
        maxHold: options.maxHold,
      });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'UNUSABLE_INPUT') throw error;
      left.candles += sorted.length;
      problems.push(error.message);
    }
  }
  const rows = groups.rows();
  const compared = rows.total[0]?.trades ?? 0;
  if (compared === 0) {
    const why = problems[0] ?? 'their levels are not recorded, or they lie outside the candles';
    throw new Fault('UNUSABLE_INPUT', `none of ${recorded.length} recorded trades can be compared: ${why}`);
  }
  const counts = {
    recorded: recorded.length,
    compared,
    withoutLevels: left.levels,
    withoutCandles: left.candles,
    incomplete,
  };
  if (options.json === true) {
    const { total, ...by } = rows;
    const { timeframe, fee, maxHold } = options;
    const times = { from: timeOf(options.from), to: timeOf(options.to) };
    const asked = { timeframe, feePct: fee, maxHold, ...times, fallback: config.fallback };
    return `${JSON.stringify({ ...asked, trades: counts, total: total[0], ...by, problems })}\n`;
  }
  return asText(rows, counts, problems);
}

/** What is recorded here and, once each, what the fleet's hub holds beside; a hub that cannot be read is a problem, no reason to tell nothing. */
async function tradesOf(
  store: Pick<ReadStore, 'history'>,
  hub: SharedTradeHistory | null,
  {
    period,
    problems,
  }: { readonly period: { readonly fromMs: number; readonly toMs: number }; readonly problems: string[] },
): Promise<{ readonly trades: readonly ClosedTrade[]; readonly incomplete: number }> {
  const here = await store.history.within(period);
  if (hub === null) return { trades: here, incomplete: 0 };
  const keyOf = ({ bot, tradeId, pair: of, openedAtMs }: ClosedTrade) => JSON.stringify([bot, tradeId, of, openedAtMs]);
  const known = new Set(here.map(keyOf));
  try {
    const { trades, incomplete } = await hub.within(period);
    return { trades: [...here, ...trades.filter((trade) => !known.has(keyOf(trade)))], incomplete };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    problems.push(`closed trades of the hub: ${error.message}`);
    return { trades: here, incomplete: 0 };
  }
}

/** Where levels came from: the fallback, a study that was published for the pair before the trade opened, or neither. */
async function originsOf(
  store: ReadStore,
  fallback: ExitLevels,
): Promise<(trade: ClosedTrade) => (levels: ExitLevels) => LevelsOrigin> {
  const published = (await store.studies.page({ first: 10_000 })).flatMap(
    ({ spec, result, finishedAtMs, ...study }) => {
      const levels = study.published ? result?.best : study.renewed === true ? result?.standing : undefined;
      return levels === undefined ? [] : [{ pair: spec.pair, levels, atMs: finishedAtMs ?? 0 }];
    },
  );
  const near = (a: ExitLevels, b: ExitLevels) =>
    Math.abs(a.stopLossPct - b.stopLossPct) < 5e-5 && Math.abs(a.takeProfitPct - b.takeProfitPct) < 5e-5;
  return (trade) => (levels) => {
    const found = published.some(
      (one) => one.pair === trade.pair && one.atMs <= trade.openedAtMs && near(one.levels, levels),
    );
    if (found) return 'OPTUNA';
    return near(levels, fallback) ? 'FALLBACK' : 'OTHER';
  };
}

function asText(
  rows: ReturnType<HindsightGroups['rows']>,
  counts: Readonly<Record<'recorded' | 'compared' | 'withoutLevels' | 'withoutCandles' | 'incomplete', number>>,
  problems: readonly string[],
): string {
  const table = (name: string, of: readonly HindsightRow[]) => [
    ...textTable([
      [name, 'trades', 'recorded %', 'served %', 'fallback %', 'best %', 'best levels'],
      ...of.map(({ name: label, trades, recordedPct, servedPct, fallbackPct, best }) => [
        label,
        `${trades}`,
        recordedPct.toFixed(2),
        servedPct.toFixed(2),
        fallbackPct.toFixed(2),
        best === null ? '-' : best.netProfitPct.toFixed(2),
        best === null ? '-' : `${best.stopLossPct} / ${best.takeProfitPct}`,
      ]),
    ]),
    '',
  ];
  const { recorded, compared, withoutLevels, withoutCandles, incomplete } = counts;
  return [
    `${compared} of ${recorded} recorded trades compared; ${withoutLevels} have no levels, ${withoutCandles} no candles. Net profits at position level.`,
    ...(incomplete === 0 ? [] : [`${incomplete} points in the hub lack a side, an opening, a leverage or a profit.`]),
    '',
    ...table('all', rows.total),
    ...table('pair', rows.pairs),
    ...table('leverage', rows.bins),
    ...table('levels from', rows.params),
    ...table('feeder', rows.sources),
    ...problems.map((problem) => `not at hand: ${problem}`),
    '',
  ].join('\n');
}

function timeOf(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : isoTime(timeMs);
}
