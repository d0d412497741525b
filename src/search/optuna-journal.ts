// A study as a file of Optuna's journal storage: one JSON object a line, which `optuna.load_study` and optuna-dashboard open. Written from scratch each time;
// the ids are implicit, so a file holds one study. Lines are made so that the dashboard's own reader, which knows less than Optuna's, understands them:
// params and attributes with a trial's creation, steps one by one, the end with both times.
import type { Study } from '#domain/study.ts';
import type { Trial } from '#domain/trial.ts';
import { studyName } from './sampling.ts';
import { type Space, spaceOf } from './space.ts';

/** Optuna's numbers for what a journal line does, for a state, and for the direction of objectives, which are all maximised here. */
const [CREATE_STUDY, STUDY_ATTRIBUTE, STUDY_SYSTEM_ATTRIBUTE, CREATE_TRIAL, END_TRIAL, STEP] = [0, 2, 3, 4, 6, 7];
const STATES = { COMPLETE: 1, PRUNED: 2, FAILED: 3 } as const;
const MAXIMIZE = 2;

/** A trial as it is told to Optuna; `attributes` are shown beside it. */
export type ToldTrial = Pick<Trial, 'state' | 'point' | 'objective' | 'steps' | 'startedAtMs' | 'finishedAtMs'> & {
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** The lines of `study` with `trials`, numbered in their order. */
export function* optunaJournal(study: Study, trials: Iterable<ToldTrial>): Generator<string> {
  const line = (op: number | undefined, content: object) =>
    `${JSON.stringify({ op_code: op, worker_id: `paramgate-${study.id}`, ...content })}\n`;
  yield line(CREATE_STUDY, { study_name: studyName(study.spec), directions: [MAXIMIZE] });
  for (const [key, value] of Object.entries(studyAttributes(study))) {
    yield line(STUDY_ATTRIBUTE, { study_id: 0, user_attr: { [key]: value } });
  }
  const metric = study.spec.objective.toLowerCase();
  yield line(STUDY_SYSTEM_ATTRIBUTE, { study_id: 0, system_attr: { 'study:metric_names': [metric] } });
  const dimensions = dimensionsOf(spaceOf(study.spec));
  let id = 0;
  for (const trial of trials) {
    const datetime_start = timeOf(trial.startedAtMs);
    yield line(CREATE_TRIAL, {
      study_id: 0,
      datetime_start,
      distributions: Object.fromEntries(dimensions.map(({ name, distribution }) => [name, distribution])),
      params: PARAMS,
      user_attrs: trial.attributes,
      system_attrs: {},
    }).replace(`"${PARAMS}"`, paramsText(dimensions, trial.point));
    for (const [step, value] of trial.steps.entries()) {
      yield line(STEP, { trial_id: id, step, intermediate_value: value }).replace(
        '"intermediate_value":null',
        '"intermediate_value":NaN',
      );
    }
    yield line(END_TRIAL, {
      trial_id: id,
      state: STATES[trial.state],
      values: valuesOf(trial),
      datetime_start,
      datetime_complete: timeOf(trial.finishedAtMs),
    });
    id += 1;
  }
}

const PARAMS = '(params)';

/** JSON in which a real number is one for Python too: 5.0, not 5. */
function paramsText(dimensions: readonly ToldDimension[], point: ToldTrial['point']): string {
  const params = dimensions.map(({ name, axis, levels, isReal }) => {
    const value = levels[point[axis] ?? 0];
    return `"${name}":${value}${isReal && Number.isInteger(value) ? '.0' : ''}`;
  });
  return `{${params.join(',')}}`;
}

/** A pruned trial has the last value it told, as Optuna keeps it. */
function valuesOf({ state, objective, steps }: ToldTrial): readonly number[] | null {
  const value = state === 'PRUNED' ? (steps.at(-1) ?? null) : objective;
  return value === null ? null : [value];
}

/** Python reads `+00:00` in every version, `Z` only in newer ones. */
function timeOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.(\d{3})Z$/, '.$1000+00:00');
}

interface ToldDimension {
  readonly name: string;
  /** Its name in points. */
  readonly axis: string;
  readonly levels: readonly number[];
  readonly isReal: boolean;
  /** JSON within JSON, as the journal has it. */
  readonly distribution: string;
}

function dimensionsOf({ grid, holds, searchesHold, axes }: Space): readonly ToldDimension[] {
  const levels = (name: string, axis: string, values: readonly number[]): ToldDimension => {
    const sorted = [...values].sort((a, b) => a - b);
    const [low = 0, high = low] = [sorted[0], sorted.at(-1)];
    const attributes = { step: stepOf(sorted), low, high, log: false };
    return {
      name,
      axis,
      levels: values,
      isReal: true,
      distribution: JSON.stringify({ name: 'FloatDistribution', attributes }),
    };
  };
  const held = { log: false, step: (holds[1] ?? 0) - (holds[0] ?? 0) || 1, low: holds[0], high: holds.at(-1) };
  return [
    levels('stop_loss_pct', 'stop', grid.stopsPct),
    levels('take_profit_pct', 'target', grid.targetsPct),
    ...(searchesHold
      ? [
          {
            name: 'max_hold',
            axis: 'maxHold',
            levels: holds,
            isReal: false,
            distribution: JSON.stringify({ name: 'IntDistribution', attributes: held }),
          },
        ]
      : []),
    ...axes.map(({ name, values }) => levels(snakeCase(name), name, values)),
  ];
}

/** `trailingBeyond` is `trailing_beyond`, as Python has it. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The step of evenly spaced levels; null for one alone, and where rounding to 4 decimals has made them uneven. */
function stepOf(sorted: readonly number[]): number | null {
  const [first, second] = sorted;
  if (first === undefined || second === undefined) return null;
  const step = Math.round((second - first) * 1e4) / 1e4;
  return sorted.every((level, index) => Math.abs(level - first - index * step) < 1e-8) ? step : null;
}

/** What is known of the study beside its trials: what was asked, what was found, and why it is believed or not. */
function studyAttributes({ id, spec, state, published, result }: Study): Readonly<Record<string, unknown>> {
  const lower = (text: string) => text.toLowerCase();
  return {
    study_id: id,
    pair: spec.pair,
    timeframe: spec.timeframe,
    side: spec.side === null ? 'both' : lower(spec.side),
    sampler: lower(spec.sampler),
    pruner: lower(spec.pruner),
    fills: lower(spec.fills),
    fee_pct: spec.feePct,
    max_hold: spec.maxHold,
    seed: spec.seed,
    state: lower(state),
    published,
    ...(result === null
      ? {}
      : {
          points_judged: result.trials,
          best_stop_loss_pct: result.best.stopLossPct,
          best_take_profit_pct: result.best.takeProfitPct,
          best_objective: result.best.objective,
          validated: result.validated,
          conditions: result.validation.conditions,
          warnings: result.validation.warnings,
        }),
  };
}
