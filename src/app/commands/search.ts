// `paramgate search`: judges stop x target cells over a pair's candles, tests the winner on entries it has not seen, keeps the study and, when asked
// and validated, publishes it. Flags are judged before any file is read; standard output stays empty unless the whole answer is there.
import { access, constants, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { ExitLevels } from '#domain/exit-params.ts';
import { badInput, Fault } from '#domain/fault.ts';
import type { Side } from '#domain/market.ts';
import { planeOf } from '#domain/plane.ts';
import type { Plane, Study } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import type { Trial } from '#domain/trial.ts';
import {
  type KeptStudy,
  openStudyPool,
  requireSpec,
  type StudyEnd,
  type StudyTask,
  type StudyWatch,
  samples,
} from '#search/search.ts';
import { systemClock } from '../clock.ts';
import { requireConfig } from '../config.ts';
import { newId } from '../identity.ts';
import { openProgress } from '../progress.ts';
import { planeJson, studyJson } from '../study-json.ts';
import { openStudyKeeper } from '../study-keeper.ts';
import { studyText } from '../study-text.ts';
import { addSearchOptions, flagOf, type SearchOptions, specOf } from './search-options.ts';

/** What the command needs of the service around it. */
export interface SearchSurroundings {
  /** Used without `--candles`. */
  readonly candlesFolder: string | undefined;
  readonly fallback: ExitLevels;
  /** The levels served for the pair now; null without. */
  incumbent(pair: string, side: Side | null): Promise<ExitLevels | null>;
  /** Keeps the study and publishes it when it is to be; the study as it then is. */
  keepStudy(kept: KeptStudy): Promise<Study>;
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

/** Adds the command to `program`; `surroundings` are opened when it runs. */
export function addSearch(program: Command, surroundings: () => SearchSurroundings): void {
  const command = program
    .command('search')
    .description('find levels in the history of a pair and test them out of sample');
  addSearchOptions(command).action(async (options: SearchOptions) => {
    process.stdout.write(await search(options, surroundings()));
  });
}

async function search(options: SearchOptions, { clock, ...surroundings }: SearchSurroundings): Promise<string> {
  const spec = requireSpec(specOf(options), flagOf);
  const candlesFolder = options.candles ?? surroundings.candlesFolder;
  if (candlesFolder === undefined) {
    throw badInput('--candles', 'no folder is given', 'a freqtrade data folder, here or in PARAMGATE_CANDLES');
  }
  if (options.plane !== undefined) await requireWritable(options.plane);
  if (options.trials !== undefined && !samples(spec)) {
    process.stderr.write(`paramgate: --trials is not used: ${options.sampler} judges every cell\n`);
  }
  const started = clock.now();
  const incumbent = await surroundings.incumbent(spec.pair, spec.side);
  const rivals = { fallback: surroundings.fallback, incumbent };
  const shown = openProgress(`searching ${spec.pair}`, process.stderr, clock);
  const trials: Trial[] = [];
  let trialFromMs = started.wallMs;
  const { result, plane } = await runAlone(
    { spec, candlesFolder, entriesFile: options.entries ?? null, ...rivals },
    {
      onProgress: (share) => shown.show(share),
      onTrial: (trial) => {
        const { wallMs } = clock.now();
        trials.push({ ...trial, startedAtMs: trialFromMs, finishedAtMs: wallMs });
        trialFromMs = wallMs;
      },
    },
  ).finally(() => shown.stop());
  const finished = clock.now();

  const study: Study = {
    id: surroundings.newId(),
    spec,
    rivals,
    state: 'COMPLETE',
    progress: 1,
    createdAtMs: started.wallMs,
    startedAtMs: started.wallMs,
    finishedAtMs: finished.wallMs,
    result,
    published: false,
    error: null,
  };
  if (options.plane !== undefined) await writePlane(options.plane, study, planeOf(plane));
  const kept = await surroundings.keepStudy({
    study,
    trials: trials.filter(({ search }) => search === 0),
    plane: planeOf(plane),
  });
  if (options.json !== true) return studyText(kept, result, rivals);
  const durationMs = Math.round(finished.monotonicMs - started.monotonicMs);
  return `${JSON.stringify(studyJson(kept, result, durationMs))}\n`;
}

/** Runs the study in a thread of its own. */
async function runAlone(task: StudyTask, watch: StudyWatch): Promise<StudyEnd> {
  await using pool = openStudyPool(1);
  return await pool.run(task, watch).end;
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
