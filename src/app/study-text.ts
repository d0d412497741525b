// A study in words and small tables, for the person who asked for it on a terminal.
import { roundHalfAway } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Metrics, Study, StudyResult } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';

/** What was compared with, for the table. */
export interface Compared {
  readonly fallback: ExitLevels;
  readonly incumbent: ExitLevels | null;
}

/** The study's best, peak, folds, conditions and verdict, ending with a line break. */
export function studyText(study: Study, result: StudyResult, { fallback, incumbent }: Compared): string {
  const { spec } = study;
  const { candles, entries, validation } = result;
  const folds = validation.folds.map((fold) => [
    `${day(fold.testFromMs)} to ${day(fold.testToMs)}`,
    pct(fold.stopLossPct),
    pct(fold.takeProfitPct),
    figure(fold.inSample.expectancyPct),
    figure(fold.outOfSample.expectancyPct),
    `${fold.outOfSample.trades}`,
  ]);
  const period =
    candles.fromMs === null || candles.toMs === null ? '' : ` from ${day(candles.fromMs)} to ${day(candles.toMs)}`;
  return [
    `${spec.pair} ${spec.timeframe}: ${result.trials} cells by ${spec.objective.toLowerCase()}, fee ${spec.feePct} %, ${spec.fills.toLowerCase()} fills`,
    `${candles.count} candles${period}, ${candles.missing} missing; ${entries.count} entries (${entries.long} long, ${entries.short} short), ${entries.skipped} skipped`,
    '',
    ...table([
      ['whole period', ...COLUMNS],
      metricsRow('best plateau', result.best, result.best.metrics),
      metricsRow('peak', result.peak, result.peak.metrics),
    ]),
    '',
    ...table([
      ['unseen entries', ...COLUMNS],
      metricsRow('folds, own levels', null, validation.outOfSample),
      metricsRow('fallback', fallback, result.fallback),
      ...(result.incumbent === null ? [] : [metricsRow('served now', incumbent, result.incumbent)]),
    ]),
    '',
    ...(folds.length === 0
      ? ['no fold could be tested']
      : table([['tested', 'stop', 'target', 'mean % in sample', 'out of sample', 'trades'], ...folds])),
    '',
    ...validation.conditions.map(({ passed, sentence }) => `${passed ? 'passed' : 'FAILED'}  ${sentence}`),
    ...validation.warnings.map((warning) => `warning ${warning}`),
    '',
    verdict(study, result),
    '',
  ].join('\n');
}

const COLUMNS = ['stop', 'target', 'trades', 'win rate', 'profit factor', 'mean %', 'net %', 'drawdown %'];

function metricsRow(name: string, levels: ExitLevels | null, metrics: Metrics): readonly string[] {
  return [
    name,
    levels === null ? '' : pct(levels.stopLossPct),
    levels === null ? '' : pct(levels.takeProfitPct),
    `${metrics.trades}`,
    figure(metrics.winRate),
    figure(metrics.profitFactor),
    figure(metrics.expectancyPct),
    figure(metrics.netProfitPct),
    figure(metrics.maxDrawdownPct),
  ];
}

function verdict(study: Study, result: StudyResult): string {
  const levels = `${pct(result.best.stopLossPct)} / ${pct(result.best.takeProfitPct)}`;
  if (!result.validated) return `Not validated, as said above: ${levels} is not published.`;
  if (study.published) return `Validated and published: ${study.spec.pair} is served ${levels} from now on.`;
  if (study.spec.publish) return `Validated: ${levels}. It is handed over and will be published when a worker runs.`;
  return `Validated: ${levels}. Not published, since --publish was not asked for.`;
}

/** Columns as wide as their widest cell; the first flush left, the others right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function figure(value: number | null): string {
  return value === null ? '-' : roundHalfAway(value, 2).toFixed(2);
}

function pct(level: number): string {
  return `${level}`;
}

function day(timeMs: number): string {
  return isoTime(timeMs).slice(0, 10);
}
