// Studies in a line each, and where one stands, for the person who asked on a terminal.
import type { Study } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
import { durationText } from './progress.ts';
import { textTable } from './text-table.ts';

/** A line for each study, ending with a line break. */
export function studyListText(studies: readonly Study[]): string {
  if (studies.length === 0) return 'no studies\n';
  const rows = studies.map((study) => [
    study.id,
    study.spec.pair,
    study.spec.timeframe,
    study.spec.side?.toLowerCase() ?? 'both',
    study.spec.sampler.toLowerCase(),
    isoTime(study.createdAtMs).slice(0, 16),
    stateOf(study),
    levelsOf(study),
    study.result === null ? '' : study.result.validated ? 'yes' : 'no',
    study.published ? 'yes' : study.renewed === true ? 'anew' : 'no',
  ]);
  const head = [
    'id',
    'pair',
    'timeframe',
    'side',
    'sampler',
    'asked',
    'state',
    'stop / target',
    'validated',
    'published',
  ];
  return textTable([head, ...rows])
    .map((line) => `${line}\n`)
    .join('');
}

/** Where a study stands, in a line. */
export function studyStateText(study: Study): string {
  const asked = `asked ${isoTime(study.createdAtMs)}`;
  const why = study.error === null ? '' : `: ${study.error}`;
  return `study ${study.id}: ${study.spec.pair} ${study.spec.timeframe}, ${asked}, ${stateOf(study)}${why}\n`;
}

function stateOf({ state, progress, remainingMs }: Study): string {
  if (state !== 'RUNNING') return state.toLowerCase();
  const left = remainingMs === undefined ? '' : `, about ${durationText(remainingMs)} left`;
  return `running, ${Math.floor(progress * 100)} %${left}`;
}

function levelsOf({ result }: Study): string {
  return result === null ? '' : `${result.best.stopLossPct} / ${result.best.takeProfitPct}`;
}
