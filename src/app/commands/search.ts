// `paramgate search`: judges every stop x target cell over a pair's candles, tests the winner on entries it has not seen, keeps the study and, when asked
// and validated, publishes it. Flags are judged before any file is read; standard output stays empty unless the whole answer is there.
import { access, constants, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { ExitLevels } from '#domain/exit-params.ts';
import { badInput, Fault } from '#domain/fault.ts';
import type { Side } from '#domain/market.ts';
import type { Fills, LevelRange, Objective, Plane, Study, StudySpec } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import { requireSpec, SEARCH_DEFAULTS, specFrom, startStudyThread } from '#search/search.ts';
import { systemClock } from '../clock.ts';
import { requireConfig } from '../config.ts';
import { newId } from '../identity.ts';
import { openProgress } from '../progress.ts';
import { planeJson, studyJson } from '../study-json.ts';
import { openStudyKeeper } from '../study-keeper.ts';
import { studyText } from '../study-text.ts';
import { decimal, FILLS, instant, oneOf, pair, side, timeframe, whole } from './option-values.ts';

/** What the command needs of the service around it. */
export interface SearchSurroundings {
  /** Used without `--candles`. */
  readonly candlesFolder: string | undefined;
  readonly fallback: ExitLevels;
  /** The levels served for the pair now; null without. */
  incumbent(pair: string, side: Side | null): Promise<ExitLevels | null>;
  /** Keeps the study and publishes it when it is to be; the study as it then is. */
  keepStudy(study: Study, plane: Plane | null): Promise<Study>;
  readonly newId: () => string;
  readonly clock: Clock;
}

/** Adds the command to `program`, for the data folder and fallback of the configuration in force. */
export function addSearchCommand(program: Command): void {
  addSearch(program, () => {
    const config = requireConfig(process.env, process.cwd());
    const { candles, fallback } = config;
    return { ...openStudyKeeper(config), candlesFolder: candles, fallback, newId, clock: systemClock };
  });
}

/** Options as commander hands them over. */
interface Options {
  readonly pair: string;
  readonly candles?: string;
  readonly timeframe: string;
  readonly entries?: string;
  readonly side?: Side;
  readonly stop?: LevelRange;
  readonly target?: LevelRange;
  readonly fee: number;
  readonly fills: (typeof FILLS)[number];
  readonly maxHold: number;
  readonly objective: (typeof OBJECTIVES)[number];
  readonly seed: number;
  readonly from?: number;
  readonly to?: number;
  readonly folds: number;
  readonly minTrades: number;
  readonly minOosTrades: number;
  readonly minTestDays: number;
  readonly pboMax: number;
  readonly plane?: string;
  readonly json?: true;
  readonly publish?: true;
}

const OBJECTIVES = ['net_profit', 'expectancy', 'profit_factor', 'sharpe', 'sortino', 'calmar', 'win_rate'] as const;
const WHOLE = Number.MAX_SAFE_INTEGER;

/** Adds the command to `program`; `surroundings` are opened when it runs. */
export function addSearch(program: Command, surroundings: () => SearchSurroundings): void {
  const defaults = SEARCH_DEFAULTS;
  program
    .command('search')
    .description('find levels in the history of a pair and test them out of sample')
    .requiredOption('--pair <pair>', 'BASE/QUOTE or BASE/QUOTE:SETTLE', pair('--pair'))
    .option('--candles <folder>', 'freqtrade data folder (default: PARAMGATE_CANDLES)')
    .option('--timeframe <timeframe>', 'length of a candle', timeframe('--timeframe'), defaults.timeframe)
    .option('--entries <file>', 'CSV time,side (default: every candle, both sides)')
    .option('--side <side>', 'long or short entries only; publishes for that side only', side('--side'))
    .option('--stop <min:max:step>', `stops, percent (default: ${shownRange(defaults.stop)})`, levelRange('--stop'))
    .option(
      '--target <min:max:step>',
      `targets, percent (default: ${shownRange(defaults.target)})`,
      levelRange('--target'),
    )
    .option('--fee <pct>', 'fee per side, percent', decimal('--fee'), defaults.feePct)
    .option('--fills <rule>', `how orders fill: ${FILLS.join(', ')}`, oneOf('--fills', FILLS), 'conservative')
    .option('--sampler <name>', 'which cells are judged: exact, all of them', oneOf('--sampler', ['exact']), 'exact')
    .option('--max-hold <candles>', 'longest hold', whole('--max-hold', 0, WHOLE), defaults.maxHold)
    .option('--objective <name>', OBJECTIVES.join(', '), oneOf('--objective', OBJECTIVES), 'net_profit')
    .option('--seed <number>', 'seed of the study', whole('--seed', 0, WHOLE), defaults.seed)
    .option('--from <time>', 'use candles and entries from this time on', instant('--from'))
    .option('--to <time>', 'use candles and entries before this time', instant('--to'))
    .option('--folds <count>', 'walk-forward folds', whole('--folds', 0, WHOLE), defaults.folds)
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
    .option('--plane <file>', 'write the whole plane as JSON')
    .option('--json', 'print one JSON document')
    .option('--publish', 'publish the winner when it is validated')
    .action(async (options: Options) => {
      process.stdout.write(await search(options, surroundings()));
    });
}

async function search(options: Options, { clock, ...surroundings }: SearchSurroundings): Promise<string> {
  const spec = requireSpec(specOf(options), flagOf);
  const candlesFolder = options.candles ?? surroundings.candlesFolder;
  if (candlesFolder === undefined) {
    throw badInput('--candles', 'no folder is given', 'a freqtrade data folder, here or in PARAMGATE_CANDLES');
  }
  if (options.plane !== undefined) await requireWritable(options.plane);
  const started = clock.now();
  const incumbent = await surroundings.incumbent(spec.pair, spec.side);
  const { fallback } = surroundings;
  const task = { spec, candlesFolder, entriesFile: options.entries ?? null, fallback, incumbent };
  const progress = openProgress(`searching ${spec.pair}`, process.stderr);
  const thread = startStudyThread(task, (share) => progress.show(share));
  const { result, plane } = await thread.outcome.finally(() => progress.stop());
  const finished = clock.now();

  const study: Study = {
    id: surroundings.newId(),
    spec,
    state: 'COMPLETE',
    progress: 1,
    createdAtMs: started.wallMs,
    startedAtMs: started.wallMs,
    finishedAtMs: finished.wallMs,
    result,
    published: false,
    error: null,
  };
  if (options.plane !== undefined) await writePlane(options.plane, study, plane);
  const kept = await surroundings.keepStudy(study, plane);
  if (options.json !== true) return studyText(kept, result, { fallback, incumbent });
  const durationMs = Math.round(finished.monotonicMs - started.monotonicMs);
  return `${JSON.stringify(studyJson(kept, result, durationMs))}\n`;
}

function specOf(options: Options): StudySpec {
  const { fee, from, to, ...same } = options;
  return specFrom({
    pair: same.pair,
    timeframe: same.timeframe,
    side: same.side ?? null,
    objective: same.objective.toUpperCase() as Objective,
    feePct: fee,
    fills: same.fills.toUpperCase() as Fills,
    maxHold: same.maxHold,
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
    publish: same.publish === true,
  });
}

/** `maxHold` of the spec is `--max-hold` here. */
function flagOf(field: string): string {
  const flag = field === 'feePct' ? 'fee' : field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${flag}`;
}

/** MIN:MAX:STEP, either end first. */
function levelRange(flag: string): (text: string) => LevelRange {
  return (text) => {
    const parts = text.split(':');
    if (parts.length !== 3) {
      throw badInput(flag, `${JSON.stringify(text)} is no range`, 'MIN:MAX:STEP, e.g. -7:-0.2:0.02');
    }
    const [min, max, step] = parts.map(decimal(flag)) as [number, number, number];
    return { min, max, step };
  };
}

function shownRange({ min, max, step }: LevelRange): string {
  return `${min}:${max}:${step}`;
}

/** Refuses before the work what could not be kept after it. */
async function requireWritable(file: string): Promise<void> {
  await access(dirname(file), constants.W_OK).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}

async function writePlane(file: string, study: Study, plane: Plane): Promise<void> {
  await writeFile(file, `${JSON.stringify(planeJson(study, plane))}\n`).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}

function unwritable(file: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Fault('UNUSABLE_INPUT', `--plane: ${file} cannot be written (${why})`, { field: '--plane', cause });
}
