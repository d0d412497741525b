// `paramgate simulate`: replays one pair of levels over a pair's candles and prints the trades and their figures. Flags are judged before any file
// is read; standard output stays empty unless the whole answer is there.
import type { Command } from 'commander';
import { badInput } from '#domain/fault.ts';
import type { CandleReport, Side } from '#domain/market.ts';
import { metricsJson } from '#domain/metrics-json.ts';
import type { Fills } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
import { candleWarnings } from '#market/candles.ts';
import {
  type ExitPlan,
  isPlain,
  type Replay,
  type ReplayedTrade,
  readMaterial,
  replay,
  requireLevels,
} from '#search/search.ts';
import { openCommandHub } from '../command-hub.ts';
import { requireConfig } from '../config.ts';
import { CANDLE_SOURCES, ENTRY_SOURCES, marketSource } from '../market-source.ts';
import { planText } from '../plan-text.ts';
import { decimal, FILLS, instant, leverage, oneOf, pair, side, timeframe, whole } from './option-values.ts';
import { addPlanOptions, type PlanOptions, planOf } from './plan-options.ts';

interface Options extends PlanOptions {
  readonly pair: string;
  readonly candles?: string;
  readonly stop: number;
  readonly target: number;
  readonly timeframe: string;
  readonly entries?: string;
  readonly leverage: number;
  readonly side?: Side;
  readonly fee: number;
  readonly fills: (typeof FILLS)[number];
  readonly maxHold: number;
  readonly oneAtATime?: true;
  readonly from?: number;
  readonly to?: number;
  readonly json?: true;
}

/** The options with what they ask of the exits. */
type Asked = Options & { readonly plan: ExitPlan };

/** Adds the command to `program`. */
export function addSimulateCommand(program: Command): void {
  const command = program
    .command('simulate')
    .description('replay one pair of levels over history')
    .requiredOption('--pair <pair>', 'BASE/QUOTE or BASE/QUOTE:SETTLE', pair('--pair'))
    .requiredOption('--stop <pct>', 'stop, position level percent, e.g. -1.48', decimal('--stop'))
    .requiredOption('--target <pct>', 'target, position level percent, e.g. 1.00', decimal('--target'))
    .option('--candles <source>', CANDLE_SOURCES)
    .option('--timeframe <timeframe>', 'length of a candle', timeframe('--timeframe'), '5m')
    .option('--entries <file>', ENTRY_SOURCES)
    .option('--leverage <times>', 'leverage of every trade', leverage('--leverage'), 1)
    .option('--side <side>', 'long or short only', side('--side'))
    .option('--fee <pct>', 'fee per side, percent', decimal('--fee', 0, 100), 0.05)
    .option('--fills <rule>', `how orders fill: ${FILLS.join(', ')}`, oneOf('--fills', FILLS), 'conservative')
    .option('--max-hold <candles>', 'longest hold, 0 for none', whole('--max-hold', 0, 1_000_000_000), 500);
  addPlanOptions(command)
    .option('--one-at-a-time', 'as one bot would: one open trade at a time')
    .option('--from <time>', 'use candles and entries from this time on', instant('--from'))
    .option('--to <time>', 'use candles and entries before this time', instant('--to'))
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      process.stdout.write(await simulation(options));
    });
}

async function simulation(options: Options): Promise<string> {
  const levels = { stopLossPct: options.stop, takeProfitPct: options.target };
  const request = { levels, leverage: options.leverage, feePct: options.fee, maxHold: options.maxHold };
  requireLevels(request, { stop: '--stop', target: '--target' });
  const plan = planOf(options, options.leverage);
  const from = options.from ?? Number.NEGATIVE_INFINITY;
  const to = options.to ?? Number.POSITIVE_INFINITY;
  if (from >= to) throw badInput('--to', 'the period ends before it begins', 'a time after --from');
  const config = requireConfig(process.env, process.cwd());
  await using hub = await openCommandHub(config);
  const source = await marketSource(options, config.candles, hub);
  const period = { fromMs: options.from ?? null, toMs: options.to ?? null };
  const {
    candles,
    report,
    signals,
    from: entriesFrom,
    outside,
  } = await readMaterial(await source.materialOf(options), { ...options, ...period }, source.entriesFile);
  const told = [...candleWarnings(report, options.timeframe), ...(outside === undefined ? [] : [outside])];
  for (const warning of told) process.stderr.write(`paramgate: ${warning}\n`);
  const found = replay({
    ...request,
    plan,
    fills: options.fills.toUpperCase() as Fills,
    candles,
    signals,
    source: entriesFrom,
    side: options.side ?? null,
    oneAtATime: options.oneAtATime === true,
  });
  return options.json === true
    ? asJson({ ...options, plan }, report, found)
    : asText({ ...options, plan }, report, found);
}

function asJson(options: Asked, report: CandleReport, found: Replay): string {
  const { pair, timeframe, fills, leverage, fee } = options;
  const { fromMs, toMs, count, gaps, missing, duplicates, unordered, tooClose } = report;
  const document = {
    pair,
    timeframe,
    fills,
    leverage,
    feePct: fee,
    // Said only where there is one: without, the answer is that of a stop and a target.
    ...(isPlain(options.plan) ? {} : { plan: options.plan }),
    candles: {
      count,
      from: timeOf(fromMs),
      to: timeOf(toMs),
      gaps,
      missing,
      duplicates,
      unordered,
      ...(tooClose === undefined ? {} : { tooClose: tooClose.count }),
    },
    entries: found.entries,
    trades: found.trades.map(tradeJson),
    metrics: metricsJson(found.metrics),
  };
  return `${JSON.stringify(document)}\n`;
}

function tradeJson(trade: ReplayedTrade) {
  return {
    side: trade.side.toLowerCase(),
    signalAt: isoTime(trade.signalAtMs),
    openedAt: isoTime(trade.openedAtMs),
    openRate: trade.openRate,
    closedAt: isoTime(trade.closedAtMs),
    closeRate: trade.closeRate,
    exitReason: trade.exitReason,
    bars: trade.bars,
    profitRatio: trade.profitRatio,
  };
}

function asText(options: Asked, report: CandleReport, { entries, metrics }: Replay): string {
  const { exits, ...figures } = metricsJson(metrics);
  const told = planText(options.plan);
  const rows: [string, string][] = [
    [
      'levels',
      `stop ${options.stop} %, target ${options.target} %, leverage ${options.leverage}, fee ${options.fee} %`,
    ],
    ...(told === undefined ? [] : [['', told] as [string, string]]),
    ['candles', `${report.count} from ${timeOf(report.fromMs)} to ${timeOf(report.toMs)}`],
    [
      '',
      `${report.gaps} gaps (${report.missing} missing), ${report.duplicates} duplicates, ${report.unordered} unordered`,
    ],
    ['entries', `${entries.count} (${entries.long} long, ${entries.short} short) from ${entries.source}`],
    ['', `${entries.skipped} skipped, ${entries.overlapping} overlapping`],
    ...Object.entries(figures).map(([name, value]): [string, string] => [
      name,
      value === null ? '-' : shortNumber(value),
    ]),
    [
      'exits',
      Object.entries(exits)
        .map(([reason, count]) => `${reason} ${count}`)
        .join(', '),
    ],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`);
  return `${options.pair} ${options.timeframe}, ${options.fills} fills (figures at leverage 1)\n${lines.join('')}`;
}

function shortNumber(value: number): string {
  return String(Number(value.toFixed(4)));
}

function timeOf(timeMs: number | null): string | null {
  return timeMs === null ? null : isoTime(timeMs);
}
