// `paramgate search`: judges stop x target cells over a pair's candles, tests the winner on entries it has not seen, keeps the study and, when asked
// and validated, publishes it. Flags are judged before any file is read; standard output stays empty unless the whole answer is there.
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { ExitLevels } from '#domain/exit-params.ts';
import { badInput } from '#domain/fault.ts';
import { planeOf } from '#domain/plane.ts';
import type { Rivals, Study, StudySpec } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import { type KeptStudy, openStudyPool, readMaterial, requireSpec, samples } from '#search/search.ts';
import type { HubDesk } from '#store/open.ts';
import type { StudyJournal } from '#store/store.ts';
import { systemClock } from '../clock.ts';
import { openCommandHub } from '../command-hub.ts';
import { requireConfig } from '../config.ts';
import { newId } from '../identity.ts';
import { marketSource } from '../market-source.ts';
import { equityCurves } from '../plot-curves.ts';
import { openProgress } from '../progress.ts';
import { ranStudy } from '../ran-study.ts';
import { NO_PLAN, type SearchPlan } from '../search-plan.ts';
import { planeJson, studyJson } from '../study-json.ts';
import { openStudyKeeper } from '../study-keeper.ts';
import { studyText } from '../study-text.ts';
import { studyThreads } from '../study-threads.ts';
import { unwritable, writeWhole } from '../whole-file.ts';
import { searchAllPairs } from './search-all.ts';
import { addSearchOptions, flagOf, type SearchOptions, specOf, withPlan } from './search-options.ts';

/** What the command needs of the service around it. */
export interface SearchSurroundings {
  /** Used without `--candles`. */
  readonly candlesFolder: string | undefined;
  readonly fallback: ExitLevels;
  /** What the configuration says of searches. */
  readonly plan: SearchPlan;
  /** How many pairs are searched at once. */
  readonly threads: number;
  /** The hub's candles and entries, open until disposed. */
  openHub(): Promise<Pick<HubDesk, 'candles' | 'entries'> & AsyncDisposable>;
  /** The studies kept so far. */
  readonly studies: Pick<StudyJournal, 'page'>;
  /** Whom a study must beat. */
  rivals(of: Pick<StudySpec, 'pair' | 'side'>): Promise<Rivals>;
  /** Keeps the study and publishes it when it is to be; the study as it then is. */
  keepStudy(kept: KeptStudy): Promise<Study>;
  readonly newId: () => string;
  readonly clock: Clock;
}

/** Adds the command to `program`, for the data folder and fallback of the configuration in force. */
export function addSearchCommand(program: Command): void {
  addSearch(program, () => {
    const config = requireConfig(process.env, process.cwd());
    const { candles, fallback, search: plan = NO_PLAN } = config;
    const threads = studyThreads(config);
    const keeper = openStudyKeeper(config);
    return {
      ...keeper,
      candlesFolder: candles,
      fallback,
      plan,
      threads,
      openHub: () => openCommandHub(config),
      newId,
      clock: systemClock,
    };
  });
}

/** Adds the command to `program`; `surroundings` are opened when it runs. */
export function addSearch(program: Command, surroundings: () => SearchSurroundings): void {
  const command = program
    .command('search')
    .description('find levels in the history of a pair, or of all pairs, and test them out of sample');
  addSearchOptions(command).action(async (options: SearchOptions) => {
    const isGiven = (option: string) => command.getOptionValueSource(option) === 'cli';
    process.stdout.write(await search(options, surroundings(), isGiven));
  });
}

async function search(
  options: SearchOptions,
  surroundings: SearchSurroundings,
  isGiven: (option: string) => boolean,
): Promise<string> {
  const { clock, plan, candlesFolder } = surroundings;
  const { pair, all } = options;
  if ((pair === undefined) !== (all === true)) {
    throw badInput('--pair', pair === undefined ? 'no pair is named' : `${pair} and --all exclude each other`, PAIRS);
  }
  const spec = requireSpec(withPlan(specOf(options, pair ?? 'A/B'), plan, isGiven), flagOf);
  if (all === true) {
    for (const flag of ['plane', 'plot'] as const)
      if (options[flag] !== undefined) throw badInput(`--${flag}`, 'it shows one pair', 'a search of one --pair');
  }
  await using hub = await surroundings.openHub();
  const source = await marketSource(options, candlesFolder, hub);
  // Pictures are drawn by who asks for one: the library costs memory and time.
  const plot = options.plot === undefined ? undefined : await import('../plot.ts');
  const picture = plot?.requirePictureFile(options.plot ?? '');
  for (const flag of ['plane', 'plot'] as const) await requireWritable(`--${flag}`, options[flag]);
  if (options.trials !== undefined && !samples(spec)) {
    process.stderr.write(`paramgate: --trials is not used: ${options.sampler} judges every cell\n`);
  }
  if (all === true) {
    const { pair: _any, ...asked } = spec;
    return await searchAllPairs(asked, source, { ...surroundings, json: options.json === true });
  }
  const started = clock.now();
  let begun = false;
  const shown = openProgress(`searching ${spec.pair}`, process.stderr, clock);
  await using pool = openStudyPool(1);
  const ran = await ranStudy(spec, { ...surroundings, source, pool }, (share) => {
    // Before the first figure, and not where nothing runs: a refusal is one line.
    if (!begun && samples(spec)) process.stderr.write(`paramgate: ${KEPT_AT_ITS_END}\n`);
    begun = true;
    shown.show(share);
  }).finally(() => shown.stop());
  const durationMs = Math.round(clock.now().monotonicMs - started.monotonicMs);
  const { study, trials } = ran;
  const { result, rivals } = study;
  const plane = options.plane === undefined && plot === undefined ? undefined : planeOf(ran.plane);
  if (options.plane !== undefined && plane !== undefined)
    await writeWhole('--plane', options.plane, `${JSON.stringify(planeJson(study, plane))}\n`);
  if (plot !== undefined && picture !== undefined && plane !== undefined) {
    const read = await readMaterial(await source.materialOf(spec), spec, source.entriesFile);
    const curves = equityCurves(spec, result, { read, rivals });
    await writeWhole(
      '--plot',
      picture.file,
      await plot.drawStudy({ spec, result, rivals, plane, trials, curves }, picture),
    );
  }
  const kept = await surroundings.keepStudy(ran);
  if (options.json !== true) return studyText(kept, result, rivals);
  return `${JSON.stringify(studyJson(kept, result, durationMs))}\n`;
}

const PAIRS = 'one of --pair P and --all';
/** What who asks for many trials should know before, not after a crash. */
const KEPT_AT_ITS_END =
  'this search is kept when it ends; one that goes on after a crash, and that `study list` and `study cancel` reach, is asked of a service: startSearch';

/** Refuses before the work what could not be kept after it. */
async function requireWritable(flag: string, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  await access(dirname(file), constants.W_OK).catch((error: unknown) => {
    throw unwritable(flag, file, error);
  });
}
