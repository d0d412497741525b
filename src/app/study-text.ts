// A study in words and small tables, for the person who asked for it on a terminal.
import { roundHalfAway } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Metrics, Rivals, Study, StudyResult } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
import { samples, unpublishable } from '#search/search.ts';
import { chosenText, replayOptions } from './plan-text.ts';
import { textTable } from './text-table.ts';

/** The study's best, peak, folds, conditions and verdict, ending with a line break. `rivals` null: their levels are not known any more. */
export function studyText(study: Study, result: StudyResult, rivals: Rivals | null): string {
  const { spec } = study;
  const { candles, entries, validation } = result;
  const folds = validation.folds.map((fold) => [
    `${day(fold.testFromMs)} to ${day(fold.testToMs)}`,
    pct(fold.stopLossPct),
    pct(fold.takeProfitPct),
    figure(fold.inSample.expectancyPct),
    figure(fold.outOfSample.expectancyPct),
    `${fold.outOfSample.trades}`,
    ...(spec.space.length === 0 ? [] : [chosenText(fold) ?? '']),
  ]);
  const period =
    candles.fromMs === null || candles.toMs === null ? '' : ` from ${day(candles.fromMs)} to ${day(candles.toMs)}`;
  return [
    `${spec.pair} ${spec.timeframe}: ${result.trials} ${samples(spec) ? `trials of ${spec.sampler.toLowerCase()}` : 'cells'} by ${spec.objective.toLowerCase()}, fee ${spec.feePct} %, ${spec.fills.toLowerCase()} fills`,
    `${candles.count} candles${period}, ${candles.missing} missing; ${entries.count} entries (${entries.long} long, ${entries.short} short), ${entries.skipped} skipped`,
    '',
    ...textTable([
      ['whole period', ...COLUMNS],
      metricsRow(samples(spec) ? 'best trial' : 'best plateau', result.best, result.best.metrics),
      metricsRow('peak', result.peak, result.peak.metrics),
    ]),
    ...besideText(study, result),
    '',
    ...textTable([
      ['unseen entries', ...COLUMNS],
      metricsRow('folds, own levels', null, validation.outOfSample),
      metricsRow('fallback', rivals?.fallback ?? null, result.fallback),
      ...(result.incumbent === null ? [] : [metricsRow('served now', rivals?.incumbent ?? null, result.incumbent)]),
    ]),
    '',
    ...(folds.length === 0
      ? ['no fold could be tested']
      : textTable([
          [
            'tested',
            'stop',
            'target',
            'mean % in sample',
            'out of sample',
            'trades',
            ...(spec.space.length === 0 ? [] : ['with']),
          ],
          ...folds,
        ])),
    '',
    ...validation.conditions.map(({ passed, sentence }) => `${passed ? 'passed' : 'FAILED'}  ${sentence}`),
    ...validation.warnings.map((warning) => `warning ${warning}`),
    '',
    verdict(study, result),
    '',
  ].join('\n');
}

/** What was chosen beside the levels, and how to look at it again. */
function besideText({ spec }: Study, { best, peak }: StudyResult): readonly string[] {
  const [ofBest, ofPeak] = [chosenText(best), chosenText(peak)];
  if (ofBest === undefined || ofPeak === undefined) return [];
  return [
    `${samples(spec) ? 'best trial' : 'best plateau'} with ${ofBest}`,
    ...(ofPeak === ofBest ? [] : [`peak with ${ofPeak}`]),
    `replayed, over the same candles and entries, by: simulate ${replayOptions(spec, best)}`,
  ];
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
  const { standing } = result;
  const why = unpublishable(study.spec);
  if (why !== null)
    return `${result.validated ? 'Validated' : 'Not validated, as said above'}, and not published: ${why}.`;
  if (standing !== undefined) {
    const served = `${pct(standing.stopLossPct)} / ${pct(standing.takeProfitPct)}`;
    const found = `Not validated: ${levels} does not beat ${served}, which is served now and meets every other condition itself`;
    if (study.renewed === true) return `${found}. It was published anew.`;
    if (!study.spec.publish) return `${found}. It is not published anew, since --publish was not asked for.`;
    return `${found}. It is handed over and will be published anew when a worker runs, unless other levels are by then.`;
  }
  if (!result.validated) return `Not validated, as said above: ${levels} is not published.`;
  if (study.published) return `Validated and published: ${study.spec.pair} is served ${levels} from now on.`;
  if (study.spec.publish) return `Validated: ${levels}. It is handed over and will be published when a worker runs.`;
  return `Validated: ${levels}. Not published, since --publish was not asked for.`;
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
