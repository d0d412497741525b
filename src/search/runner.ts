// The worker side of the search: studies wait in the journal and run one at a time. Whatever is held here can be lost: the journal says what was asked,
// what was seen and what is unfinished, and a study found unfinished is run again from its beginning, to the same figures.
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Study } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import type { ParamStore, StudyJournal, StudyRequest, StudyRequests } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { incumbentOf } from './incumbent.ts';
import { paramRecord, wantsPublishing } from './publication.ts';
import type { StudyOutcome } from './study-run.ts';
import { queuedStudy } from './study-states.ts';
import { type StudyThread, startStudyThread } from './study-thread.ts';

/** The worker side: claims requested studies, runs one at a time in a thread of its own, journals and publishes. */
export interface StudyRunner extends AsyncDisposable {
  /**
   * One step: takes up new requests and cancellations, journals progress and ends, publishes, starts the next study when none runs. Does not wait for
   * a study. Rejects when the journal or the hub fails; the next step goes on where this one stopped.
   */
  tick(): Promise<void>;
  /** Takes up nothing more and stops the running study; it stays unfinished in the journal and is run again by the next start. */
  drain(): Promise<void>;
}

/** What a runner works with. */
export interface StudyRunnerOptions {
  readonly requests: Pick<StudyRequests, 'after'>;
  readonly studies: StudyJournal;
  readonly params: ParamStore;
  /** A freqtrade data folder; undefined: studies fail, saying so. */
  readonly candlesFolder: string | undefined;
  /** What is served without anything better, position level. */
  readonly fallback: ExitLevels;
  readonly clock: Clock;
  readonly log: Log;
}

/** A runner over the journal. Opens nothing until its first step. */
export function openStudyRunner(options: StudyRunnerOptions): StudyRunner {
  const runner = new Runner(options);
  return {
    tick: () => runner.tick(),
    drain: () => runner.drain(),
    [Symbol.asyncDispose]: () => runner.drain(),
  };
}

type End = { readonly outcome: StudyOutcome } | { readonly error: unknown };

/** The study that has the thread. */
interface Running {
  study: Study;
  readonly thread: StudyThread;
  readonly startedMonotonicMs: number;
  progress: number;
  progressSavedMs: number;
  end: End | undefined;
}

/** Requests taken up in one read. */
const BATCH = 100;
/** Least time between two saves of progress. */
const PROGRESS_MS = 500;

class Runner {
  readonly #with: StudyRunnerOptions;
  readonly #queue: Study[] = [];
  #seenSeq: number | undefined;
  #running: Running | undefined;
  /** A study that ended well and whose levels are to be published before it counts as complete. */
  #publishing: Study | undefined;
  #step: Promise<void> | undefined;
  #draining = false;

  constructor(options: StudyRunnerOptions) {
    this.#with = options;
  }

  tick(): Promise<void> {
    if (this.#draining) return Promise.resolve();
    this.#step ??= this.#doStep().finally(() => {
      this.#step = undefined;
    });
    return this.#step;
  }

  async drain(): Promise<void> {
    this.#draining = true;
    await this.#step?.catch(() => undefined);
    await this.#running?.thread.stop();
    this.#running = undefined;
  }

  async #doStep(): Promise<void> {
    const seen = this.#seenSeq ?? (await this.#recover());
    for (const { seq, atMs, request } of await this.#with.requests.after(seen, BATCH)) {
      await this.#takeUp(request, seq, atMs);
      this.#seenSeq = seq;
    }
    await this.#publish();
    await this.#follow();
    if (this.#running === undefined && this.#publishing === undefined) await this.#startNext();
  }

  async #recover(): Promise<number> {
    const { requestSeq, studies } = await this.#with.studies.unfinished();
    this.#publishing = studies.find((study) => study.result !== null);
    this.#queue.push(...studies.filter((study) => study.result === null));
    this.#seenSeq = requestSeq;
    return requestSeq;
  }

  async #takeUp(request: StudyRequest, requestSeq: number, atMs: number): Promise<void> {
    const { studies, log } = this.#with;
    if (request.kind === 'start') {
      const study = queuedStudy(request.studyId, request.spec, atMs);
      await studies.save(study, { requestSeq });
      this.#queue.push(study);
      return;
    }
    if (request.kind === 'keep') {
      const published = wantsPublishing(request.study) && (await this.#give(request.study));
      await studies.save({ ...request.study, published }, { requestSeq, plane: request.plane ?? undefined });
      return;
    }
    const [study] = await studies.byIds([request.studyId]);
    if (study === undefined) return log.warn({ studyId: request.studyId }, 'asked to cancel an unknown study');
    const unfinished = study.state === 'QUEUED' || study.state === 'RUNNING';
    if (!unfinished || this.#publishing?.id === study.id) return studies.save(study, { requestSeq });
    if (this.#running?.study.id === study.id) await this.#running.thread.stop();
    await studies.save({ ...study, state: 'CANCELLED', finishedAtMs: this.#with.clock.now().wallMs }, { requestSeq });
    if (this.#running?.study.id === study.id) this.#finished('CANCELLED');
    const waiting = this.#queue.findIndex(({ id }) => id === study.id);
    if (waiting >= 0) this.#queue.splice(waiting, 1);
  }

  /** Journals how far the running study is, or its end. */
  async #follow(): Promise<void> {
    const { studies, clock, log } = this.#with;
    const running = this.#running;
    if (running === undefined) return;
    const now = clock.now();
    if (running.end === undefined) {
      if (running.progress === running.study.progress || now.monotonicMs - running.progressSavedMs < PROGRESS_MS)
        return;
      running.study = { ...running.study, progress: running.progress };
      await studies.save(running.study);
      running.progressSavedMs = now.monotonicMs;
      return;
    }
    const finishedAtMs = running.study.finishedAtMs ?? now.wallMs;
    running.study = { ...running.study, finishedAtMs };
    if ('error' in running.end) {
      const error = running.end.error instanceof Fault ? running.end.error.message : 'internal error';
      if (!(running.end.error instanceof Fault))
        log.error({ studyId: running.study.id, err: running.end.error }, 'a study broke');
      await studies.save({ ...running.study, state: 'FAILED', error });
      this.#finished('FAILED');
      return;
    }
    const { result, plane } = running.end.outcome;
    const done: Study = { ...running.study, progress: 1, result };
    if (wantsPublishing(done)) {
      // Still RUNNING, but with its result: after a crash it is published, not run again, since it would then have to beat itself.
      await studies.save(done, { plane });
      this.#publishing = done;
      await this.#publish();
    } else await studies.save({ ...done, state: 'COMPLETE' }, { plane });
    this.#finished('COMPLETE');
  }

  #finished(state: Study['state']): void {
    const running = this.#running;
    if (running === undefined) return;
    const durationMs = this.#with.clock.now().monotonicMs - running.startedMonotonicMs;
    mark('study.finished', { id: running.study.id, state, durationMs });
    this.#with.log.info({ studyId: running.study.id, pair: running.study.spec.pair, state }, 'study ended');
    this.#running = undefined;
  }

  async #publish(): Promise<void> {
    const study = this.#publishing;
    if (study === undefined) return;
    const published = await this.#give(study);
    await this.#with.studies.save({ ...study, state: 'COMPLETE', published });
    this.#publishing = undefined;
  }

  /** Publishes the study's levels. Again after a crash: the record is the same, to the millisecond. */
  async #give(study: Study): Promise<true> {
    await this.#with.params.publish(paramRecord(study));
    mark('params.published', { pair: study.spec.pair });
    this.#with.log.info({ studyId: study.id, pair: study.spec.pair }, 'levels published');
    return true;
  }

  async #startNext(): Promise<void> {
    const { studies, params, clock, candlesFolder, fallback, log } = this.#with;
    const next = this.#queue[0];
    if (next === undefined) return;
    const { wallMs, monotonicMs } = clock.now();
    if (candlesFolder === undefined) {
      const error = 'no folder of candles is configured (PARAMGATE_CANDLES)';
      await studies.save({ ...next, state: 'FAILED', startedAtMs: wallMs, finishedAtMs: wallMs, error });
      this.#queue.shift();
      return;
    }
    const { records } = await params.newest();
    const study: Study = { ...next, state: 'RUNNING', progress: 0, startedAtMs: wallMs };
    await studies.save(study);
    this.#queue.shift();
    const incumbent = incumbentOf(records, study.spec.pair, study.spec.side);
    const thread = startStudyThread(
      { spec: study.spec, candlesFolder, entriesFile: null, fallback, incumbent },
      (share) => {
        running.progress = share;
      },
    );
    const running: Running = {
      study,
      thread,
      startedMonotonicMs: monotonicMs,
      progress: 0,
      progressSavedMs: monotonicMs,
      end: undefined,
    };
    thread.outcome.then(
      (outcome) => {
        running.end = { outcome };
      },
      (error: unknown) => {
        running.end = { error };
      },
    );
    this.#running = running;
    mark('study.started', { id: study.id });
    log.info({ studyId: study.id, pair: study.spec.pair }, 'study started');
  }
}
