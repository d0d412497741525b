// The options of `paramgate search`: what each means, how it is read, and the spec they make together.
import type { Command } from 'commander';
import { badInput } from '#domain/fault.ts';
import type { Side } from '#domain/market.ts';
import {
  DIMENSION_NAMES,
  type Dimension,
  type Fills,
  type LevelRange,
  type Objective,
  type Pruner,
  type Sampler,
  type StudySpec,
  type WalkForwardKind,
} from '#domain/study.ts';
import { SEARCH_DEFAULTS, specFrom } from '#search/search.ts';
import { CANDLE_SOURCES, ENTRY_SOURCES } from '../market-source.ts';
import type { SearchPlan } from '../search-plan.ts';
import { decimal, FILLS, instant, oneOf, pair, side, timeframe, whole } from './option-values.ts';

/** Options as commander hands them over. */
export interface SearchOptions {
  readonly pair?: string;
  readonly all?: true;
  readonly candles?: string;
  readonly timeframe: string;
  readonly entries?: string;
  readonly side?: Side;
  readonly stop?: LevelRange;
  readonly target?: LevelRange;
  readonly fee: number;
  readonly fills: (typeof FILLS)[number];
  readonly maxHold: number | LevelRange;
  readonly space: readonly Dimension[];
  readonly sampler: (typeof SAMPLERS)[number];
  readonly trials?: number;
  readonly pruner: (typeof PRUNERS)[number];
  readonly objective: (typeof OBJECTIVES)[number];
  readonly seed: number;
  readonly from?: number;
  readonly to?: number;
  readonly folds: number;
  readonly minTrades: number;
  readonly minOosTrades: number;
  readonly minTestDays: number;
  readonly pboMax: number;
  readonly walkForward: (typeof WALK_FORWARD)[number];
  readonly lossShareMax: number;
  readonly confidence: number;
  readonly feeStress: number;
  readonly plane?: string;
  readonly plot?: string;
  readonly json?: true;
  readonly publish?: true;
}

const SAMPLERS = ['exact', 'tpe', 'random', 'grid'] as const;
const PRUNERS = ['none', 'median', 'hyperband', 'wilcoxon'] as const;
const WALK_FORWARD = ['anchored', 'rolling'] as const;
const OBJECTIVES = ['net_profit', 'expectancy', 'profit_factor', 'sharpe', 'sortino', 'calmar', 'win_rate'] as const;
/** What can be searched beside levels and longest hold. */
const BEYOND = DIMENSION_NAMES.filter((name) => name !== 'maxHold');
const WHOLE = Number.MAX_SAFE_INTEGER;

/** Adds the options to `command`. */
export function addSearchOptions(command: Command): Command {
  const defaults = SEARCH_DEFAULTS;
  return command
    .option('--pair <pair>', 'BASE/QUOTE or BASE/QUOTE:SETTLE', pair('--pair'))
    .option('--all', 'search every pair that has candles of the timeframe, and skip what has not changed')
    .option('--candles <source>', CANDLE_SOURCES)
    .option('--timeframe <timeframe>', 'length of a candle', timeframe('--timeframe'), defaults.timeframe)
    .option('--entries <file>', ENTRY_SOURCES)
    .option('--side <side>', 'long or short entries only; publishes for that side only', side('--side'))
    .option('--stop <min:max:step>', `stops, percent (default: ${shownRange(defaults.stop)})`, levelRange('--stop'))
    .option(
      '--target <min:max:step>',
      `targets, percent (default: ${shownRange(defaults.target)})`,
      levelRange('--target'),
    )
    .option('--fee <pct>', 'fee per side, percent', decimal('--fee'), defaults.feePct)
    .option('--fills <rule>', `how orders fill: ${FILLS.join(', ')}`, oneOf('--fills', FILLS), 'conservative')
    .option(
      '--sampler <name>',
      `who picks the cells: ${SAMPLERS.join(', ')}; exact and grid judge them all`,
      oneOf('--sampler', SAMPLERS),
      'exact',
    )
    .option('--trials <count>', 'cells that tpe and random judge (default: 100)', whole('--trials', 1, 100_000))
    .option(
      '--pruner <name>',
      `who gives up a trial of tpe or random before its last fold: ${PRUNERS.join(', ')}`,
      oneOf('--pruner', PRUNERS),
      'none',
    )
    .option(
      '--max-hold <candles>',
      'longest hold; MIN:MAX:STEP searches it as a third dimension',
      holds('--max-hold'),
      defaults.maxHold,
    )
    .option(
      '--space <name=min:max:step>',
      `searched too by tpe and random; may be given several times: ${BEYOND.join(', ')}`,
      dimension,
      [],
    )
    .option('--objective <name>', OBJECTIVES.join(', '), oneOf('--objective', OBJECTIVES), 'net_profit')
    .option('--seed <number>', 'seed of the study', whole('--seed', 0, 2 ** 31 - 1), defaults.seed)
    .option('--from <time>', 'use candles and entries from this time on', instant('--from'))
    .option('--to <time>', 'use candles and entries before this time', instant('--to'))
    .option('--folds <count>', 'walk-forward folds', whole('--folds', 0, WHOLE), defaults.folds)
    .option(
      '--walk-forward <kind>',
      'what a fold trains on: anchored, all before its test; rolling, the span before it',
      oneOf('--walk-forward', WALK_FORWARD),
      'anchored',
    )
    .option('--min-trades <count>', 'trades a cell needs', whole('--min-trades', 0, WHOLE), defaults.minTrades)
    .option(
      '--min-oos-trades <count>',
      'trades needed out of sample',
      whole('--min-oos-trades', 0, WHOLE),
      defaults.minOosTrades,
    )
    .option(
      '--min-test-days <days>',
      'days of test spans needed',
      whole('--min-test-days', 0, WHOLE),
      defaults.minTestDays,
    )
    .option('--pbo-max <share>', 'most probability of overfitting', decimal('--pbo-max'), defaults.pboMax)
    .option(
      '--loss-share-max <share>',
      'most splits in which the best half loses on the other',
      decimal('--loss-share-max'),
      defaults.lossShareMax,
    )
    .option(
      '--confidence <share>',
      'how sure the expectancy out of sample must be positive',
      decimal('--confidence'),
      defaults.confidence,
    )
    .option(
      '--fee-stress <times>',
      'the winner must also earn with fees this many times as high',
      decimal('--fee-stress'),
      defaults.feeStress,
    )
    .option('--plane <file>', 'write the whole plane as JSON')
    .option('--plot <file>', 'draw the plane and the curves out of sample: FILE.svg, .png or .html')
    .option('--json', 'print one JSON document')
    .option('--publish', 'publish the winner when it is validated');
}

/** What the options ask of `pair`; not checked yet. */
export function specOf(options: SearchOptions, pair: string): StudySpec {
  const { fee, from, to, ...same } = options;
  return specFrom({
    pair,
    timeframe: same.timeframe,
    side: same.side ?? null,
    objective: same.objective.toUpperCase() as Objective,
    feePct: fee,
    fills: same.fills.toUpperCase() as Fills,
    ...heldBy(same.maxHold, same.space),
    sampler: same.sampler.toUpperCase() as Sampler,
    trials: same.trials ?? null,
    pruner: same.pruner.toUpperCase() as Pruner,
    seed: same.seed,
    stop: same.stop ?? SEARCH_DEFAULTS.stop,
    target: same.target ?? SEARCH_DEFAULTS.target,
    fromMs: from ?? null,
    toMs: to ?? null,
    folds: same.folds,
    minTrades: same.minTrades,
    minOosTrades: same.minOosTrades,
    minTestDays: same.minTestDays,
    pboMax: same.pboMax,
    walkForward: same.walkForward.toUpperCase() as WalkForwardKind,
    lossShareMax: same.lossShareMax,
    confidence: same.confidence,
    feeStress: same.feeStress,
    publish: same.publish === true,
  });
}

/** `spec` with what the configuration says instead of a default: `isGiven` tells whether the option of that name stands on the command line. */
export function withPlan(
  spec: StudySpec,
  { asked }: Pick<SearchPlan, 'asked'>,
  isGiven: (option: string) => boolean,
): StudySpec {
  const fields = Object.entries(asked).filter(([field]) => !isGiven(FLAGS[field] ?? field));
  const space = isGiven('maxHold') ? spec.space : spec.space.filter(({ name }) => name !== 'maxHold');
  return specFrom({ ...spec, ...Object.fromEntries(fields), space, pair: spec.pair });
}

/** Fields that are called otherwise here. */
const FLAGS: Readonly<Record<string, string>> = { feePct: 'fee', maxHolds: 'maxHold' };

/** `maxHold` of the spec is `--max-hold` here. */
export function flagOf(field: string): string {
  const named = FLAGS[field] ?? field;
  const flag = named.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${flag}`;
}

/** MIN:MAX:STEP, either end first. */
function levelRange(flag: string, allowed = 'MIN:MAX:STEP, e.g. -7:-0.2:0.02'): (text: string) => LevelRange {
  return (text) => {
    const parts = text.split(':');
    if (parts.length !== 3) {
      throw badInput(flag, `${JSON.stringify(text)} is no range`, allowed);
    }
    const [min, max, step] = parts.map(decimal(flag)) as [number, number, number];
    return { min, max, step };
  };
}

function shownRange({ min, max, step }: LevelRange): string {
  return `${min}:${max}:${step}`;
}

/** One number of candles, or a range of them. */
function holds(flag: string): (text: string) => number | LevelRange {
  return (text) =>
    text.includes(':') ? levelRange(flag, 'MIN:MAX:STEP, e.g. 50:500:50')(text) : whole(flag, 0, WHOLE)(text);
}

function heldBy(held: number | LevelRange, space: readonly Dimension[]): Partial<StudySpec> {
  return typeof held === 'number' ? { maxHold: held, space } : { space: [{ name: 'maxHold', ...held }, ...space] };
}

/** NAME=MIN:MAX:STEP or NAME=VALUE, added to those before. */
function dimension(text: string, before: readonly Dimension[]): readonly Dimension[] {
  const [named = '', values, more] = text.split('=');
  const name = BEYOND.find((each) => each === named);
  if (name === undefined || values === undefined || more !== undefined) {
    const found = `${JSON.stringify(text)} is no dimension`;
    throw badInput('--space', found, `NAME=MIN:MAX:STEP or NAME=VALUE with a name of ${BEYOND.join(', ')}`);
  }
  if (values.includes(':')) return [...before, { name, ...levelRange('--space')(values) }];
  const value = decimal('--space')(values);
  return [...before, { name, min: value, max: value, step: 1 }];
}
