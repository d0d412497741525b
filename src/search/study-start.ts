// The beginning of a study's run: what it has to beat and what an earlier run has done of it are read, and it is journaled as running before it runs.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Log } from '#domain/log.ts';
import type { Study } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import type { ParamStore, StudyJournal, TrialJournal } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { rivalsOf } from './incumbent.ts';
import type { Lender } from './lending.ts';
import type { RunningStudy, StudyPool } from './study-pool.ts';
import { StudyProgress } from './study-progress.ts';
import { materialFor, type StudySources } from './study-sources.ts';
import { begunStudy } from './study-states.ts';
import type { StudyTask } from './thread-messages.ts';

/** A study that has a thread. */
export interface Running {
  readonly progress: StudyProgress;
  readonly job: RunningStudy;
  /** When its progress was journaled last. */
  savedMonotonicMs: number;
}

/** What a study starts with. */
export interface Start {
  readonly studies: Pick<StudyJournal, 'save'>;
  readonly trials: Pick<TrialJournal, 'of'>;
  readonly params: Pick<ParamStore, 'newest'>;
  readonly fallback: ExitLevels;
  readonly sources: StudySources;
  readonly lender: Lender;
  readonly pool: StudyPool;
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts `waiting`, or goes on with it where an earlier run has stopped. Rejects, with nothing begun, when the journal or the hub fails. */
export async function startStudy(
  waiting: Study,
  { studies, trials, params, sources, lender, fallback, pool, clock, log }: Start,
): Promise<Running> {
  const { wallMs, monotonicMs } = clock.now();
  const { id, spec } = waiting;
  const rivals = waiting.rivals ?? rivalsOf((await params.newest()).records, spec, fallback);
  const known = await trials.of(id);
  const study = begunStudy(waiting, rivals, wallMs);
  await studies.save(study);
  const progress = new StudyProgress(study, clock, known.length > 0);
  const prepared = async (): Promise<StudyTask> => {
    const { basis, ...material } = await materialFor(spec, sources);
    progress.basis = basis;
    const pools = await lender.poolsFor(spec, study.together ?? []);
    return { spec, ...material, entriesFile: null, ...rivals, known, ...(pools === undefined ? {} : { pools }) };
  };
  const job = pool.run(prepared(), progress);
  job.end.then(progress.onEnd, (error: unknown) => progress.onEnd({ error }));
  mark('study.started', { id });
  log.info({ studyId: id, pair: spec.pair, trialsKnown: known.length }, 'study started');
  return { progress, job, savedMonotonicMs: monotonicMs };
}
