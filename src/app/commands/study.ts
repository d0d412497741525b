// `paramgate study list|show|cancel|export`: the studies of a data folder, read from its files whether or not a service runs on it.
import type { Command } from 'commander';
import { Fault } from '#domain/fault.ts';
import type { Study } from '#domain/study.ts';
import { cellTrials, optunaJournal, sampledTrials, samples } from '#search/search.ts';
import { openReadStore, type ReadStore } from '#store/open.ts';
import { type Config, requireConfig } from '../config.ts';
import { studyJson, studyStateJson } from '../study-json.ts';
import { openStudyKeeper } from '../study-keeper.ts';
import { studyListText, studyStateText } from '../study-list-text.ts';
import { studyText } from '../study-text.ts';
import { writeWhole } from '../whole-file.ts';
import { oneOf, pair, whole } from './option-values.ts';

/** Cells of a study that judged them all that are exported unless another number is asked for: more make optuna-dashboard slow. */
const EXPORTED_CELLS = 1_000;

/** Adds the commands to `program`, for the data folder of the configuration in force. */
export function addStudyCommand(program: Command): void {
  addStudy(program, () => requireConfig(process.env, process.cwd()));
}

/** Adds the commands to `program`; `configured` is asked when one runs. */
export function addStudy(program: Command, configured: () => Config): void {
  const study = program.command('study').description('look at searches, end them, take them elsewhere');
  const print = (text: string) => {
    process.stdout.write(text);
  };
  study
    .command('list')
    .description('the newest searches first')
    .option('--pair <pair>', 'of this pair only', pair('--pair'))
    .option('--first <count>', 'at most so many', whole('--first', 1, 10_000), 20)
    .option('--json', 'print one JSON document')
    .action(async (options: { pair?: string; first: number; json?: true }) => {
      await using store = await openReadStore({ folder: configured().data });
      const studies = (await store.studies.page(options)).slice(0, options.first);
      const json = () => `${JSON.stringify({ studies: studies.map(studyStateJson) })}\n`;
      print(options.json === true ? json() : studyListText(studies));
    });
  study
    .command('show <id>')
    .description('all that is known of a search')
    .option('--json', 'print one JSON document, for one that is complete the same as `search --json`')
    .action(async (id: string, { json }: { json?: true }) => {
      await using store = await openReadStore({ folder: configured().data });
      const found = await requireStudy(store, id);
      print(json === true ? `${JSON.stringify(documentOf(found))}\n` : textOf(found));
    });
  study
    .command('cancel <id>')
    .description('end a search that waits or runs')
    .option('--json', 'print one JSON document')
    .action(async (id: string, { json }: { json?: true }) => {
      const ended = await openStudyKeeper(configured()).cancelStudy(id);
      const said = ended.state === 'CANCELLED' ? 'is cancelled' : `is ${ended.state}: it ends as soon as a worker runs`;
      print(json === true ? `${JSON.stringify(studyStateJson(ended))}\n` : `study ${id} ${said}\n`);
    });
  study
    .command('export <id>')
    .description('write a search as a file that other tools open')
    .option('--format <name>', 'optuna-journal: for optuna.load_study and optuna-dashboard', oneOf('--format', FORMATS))
    .option('--out <file>', 'write there (default: standard output)')
    .option(
      '--cells <count>',
      'of a search that judged every cell, the best so many',
      whole('--cells', 1, 1_000_000),
      EXPORTED_CELLS,
    )
    .action(async (id: string, { out, cells }: { out?: string; cells: number }) => {
      await using store = await openReadStore({ folder: configured().data });
      const found = await requireStudy(store, id);
      const lines = [...optunaJournal(found, await trialsOf(store, found, cells))].join('');
      if (out === undefined) print(lines);
      else await writeWhole('--out', out, lines);
    });
}

const FORMATS = ['optuna-journal'] as const;

async function requireStudy(store: ReadStore, id: string): Promise<Study> {
  const [study] = await store.studies.byIds([id]);
  if (study !== undefined) return study;
  throw new Fault('UNUSABLE_INPUT', `study: there is none with the id ${JSON.stringify(id)} in the data folder`);
}

async function trialsOf(store: ReadStore, study: Study, most: number) {
  if (samples(study.spec)) return sampledTrials(await store.trials.of(study.id));
  const plane = await store.studies.plane(study.id);
  return study.result === null || plane === undefined ? [] : cellTrials(study, study.result, { plane, most });
}

function documentOf(study: Study) {
  return study.result === null ? { study: studyStateJson(study) } : studyJson(study, study.result, durationMs(study));
}

function textOf(study: Study): string {
  const { result, rivals } = study;
  if (result === null) return studyStateText(study);
  return `${studyStateText(study)}\n${studyText(study, result, rivals ?? null)}`;
}

function durationMs({ startedAtMs, finishedAtMs }: Study): number {
  return startedAtMs === null || finishedAtMs === null ? 0 : finishedAtMs - startedAtMs;
}
