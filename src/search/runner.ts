// The worker side of the search: studies wait in the journal and run in threads, several at a time. Whatever is held here can be lost: the journal says what
// was asked, what was seen, what is unfinished and which trials are done, and a study found unfinished goes on from there, to the same figures.
import { Fault } from '#domain/fault.ts';
import type { Study } from '#domain/study.ts';
import type { StudyRequest } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { Lender } from './lending.ts';
import { StudyPublisher, wantsPublishing } from './publication.ts';
import type { StudyRunnerOptions } from './runner-options.ts';
import { openStudyPool, type StudyPool } from './study-pool.ts';
import type { StudyProgress } from './study-progress.ts';
import { type Running, startStudy } from './study-start.ts';
import { cancelledStudy, doneStudy, failedStudy, queuedStudy } from './study-states.ts';

/** The worker side: claims requested studies, runs them in threads, journals and publishes. Only the holder of the worker's lock has one. */
export interface StudyRunner extends AsyncDisposable {
  /**
   * One step: takes up new requests and cancellations, journals trials, progress and ends, publishes, starts studies while threads are free. Does not
   * wait for a study. Rejects when the journal or the hub fails; the next step goes on where this one stopped.
   */
  tick(): Promise<void>;
  /** Queues studies that were not asked for by a request; they are journaled when this resolves. */
  add(studies: readonly Study[]): Promise<void>;
  /** Takes up new requests and cancellations and starts nothing: for a command that holds the lock for a moment. */
  takeUp(): Promise<void>;
  /** Takes up nothing more and stops the running studies; they stay unfinished in the journal and go on with the next start. */
  drain(): Promise<void>;
}

/** A runner over the journal. Opens nothing until its first step. */
export function openStudyRunner(options: StudyRunnerOptions): StudyRunner {
  const runner = new Runner(options);
  return {
    tick: () => runner.tick(),
    takeUp: () => runner.takeUp(),
    add: (studies) => runner.add(studies),
    drain: () => runner.drain(),
    [Symbol.asyncDispose]: () => runner.drain(),
  };
}

/** Requests taken up in one read. */
const BATCH = 100;
/** Least time between two saves of progress. */
const PROGRESS_MS = 500;
/** How long threads without work are kept for the next study. */
const REST_MS = 10_000;

class Runner {
  readonly #with: StudyRunnerOptions;
  readonly #pool: StudyPool;
  readonly #lender: Lender;
  readonly #queue: Study[] = [];
  readonly #running = new Map<string, Running>();
  readonly #publisher: StudyPublisher;
  /** Whoever ran what is being published. */
  readonly #ended = new Map<string, Running>();
  #seenSeq: number | undefined;
  #workedMonotonicMs = 0;
  #step: Promise<void> | undefined;
  #draining = false;

  constructor(options: StudyRunnerOptions) {
    this.#with = options;
    this.#pool = openStudyPool(options.threads);
    this.#lender = new Lender(options, this.#pool);
    this.#publisher = new StudyPublisher(options);
  }

  tick(): Promise<void> {
    return this.#once(async () => {
      await this.#takeUpAll();
      await this.#publishAll();
      for (const running of [...this.#running.values()]) await this.#follow(running);
      while (this.#running.size < this.#pool.threads && (await this.#startNext()));
      this.#rest();
    });
  }

  takeUp(): Promise<void> {
    return this.#once(async () => {
      await this.#takeUpAll();
      await this.#publishAll();
    });
  }

  async add(studies: readonly Study[]): Promise<void> {
    for (const study of studies) {
      await this.#with.studies.save(study);
      this.#queue.push(study);
    }
  }

  async drain(): Promise<void> {
    this.#draining = true;
    await this.#step?.catch(() => undefined);
    const running = [...this.#running.values()];
    this.#running.clear();
    await this.#pool[Symbol.asyncDispose]();
    // What is lost here is judged again.
    for (const { progress } of running) await this.#journalTrials(progress).catch(() => undefined);
  }

  #once(step: () => Promise<void>): Promise<void> {
    if (this.#draining) return Promise.resolve();
    this.#step ??= step().finally(() => {
      this.#step = undefined;
    });
    return this.#step;
  }

  async #takeUpAll(): Promise<void> {
    const seen = this.#seenSeq ?? (await this.#recover());
    for (const { seq, atMs, request } of await this.#with.requests.after(seen, BATCH)) {
      await this.#takeUp(request, seq, atMs);
      this.#seenSeq = seq;
    }
  }

  async #recover(): Promise<number> {
    const { requestSeq, studies } = await this.#with.studies.unfinished();
    for (const study of studies) if (study.result !== null) this.#publisher.add(study);
    this.#queue.push(...studies.filter((study) => study.result === null));
    this.#seenSeq = requestSeq;
    return requestSeq;
  }

  async #takeUp(request: StudyRequest, requestSeq: number, atMs: number): Promise<void> {
    const { studies, trials, clock, log } = this.#with;
    if (request.kind === 'start') {
      const study = queuedStudy(request.studyId, request.spec, atMs);
      await studies.save(study, { requestSeq });
      this.#queue.push(study);
      return;
    }
    if (request.kind === 'keep') {
      const given = wantsPublishing(request.study) ? await this.#publisher.give(request.study) : { published: false };
      if (request.trials.length > 0) await trials.append(request.studyId, request.trials);
      await studies.save({ ...request.study, ...given }, { requestSeq, plane: request.plane ?? undefined });
      return;
    }
    const [study] = await studies.byIds([request.studyId]);
    if (study === undefined) return log.warn({ studyId: request.studyId }, 'asked to cancel an unknown study');
    const unfinished = study.state === 'QUEUED' || study.state === 'RUNNING';
    if (!unfinished || this.#publisher.has(study.id)) return studies.save(study, { requestSeq });
    const running = this.#running.get(study.id);
    await running?.job.stop();
    if (running !== undefined) await this.#journalTrials(running.progress);
    await studies.save(cancelledStudy(running?.progress.now ?? study, clock.now().wallMs), { requestSeq });
    if (running !== undefined) this.#finished(running, 'CANCELLED');
    const waiting = this.#queue.findIndex(({ id }) => id === study.id);
    if (waiting >= 0) this.#queue.splice(waiting, 1);
  }

  /** Journals what is new of a running study: its trials, how far it is, or its end. */
  async #follow(running: Running): Promise<void> {
    const { studies, clock, log, candlesFolder } = this.#with;
    const { progress } = running;
    await this.#journalTrials(progress);
    const now = clock.now();
    const { ending } = progress;
    if (ending === undefined) {
      const study = progress.now;
      if (study === progress.study || now.monotonicMs - running.savedMonotonicMs < PROGRESS_MS) return;
      await studies.save(study);
      progress.study = study;
      running.savedMonotonicMs = now.monotonicMs;
      return;
    }
    if ('error' in ending) {
      const failed = failedStudy(progress.study, ending.error, { atMs: now.wallMs, candlesFolder });
      if (!(ending.error instanceof Fault)) log.error({ studyId: failed.id, err: ending.error }, 'a study broke');
      await studies.save(failed);
      this.#finished(running, 'FAILED');
      return;
    }
    const { result, plane } = ending;
    const { basis } = progress;
    const study = basis === undefined ? progress.study : { ...progress.study, basis };
    const done = doneStudy(study, result, now.wallMs);
    if (!wantsPublishing(done)) {
      await studies.save({ ...done, state: 'COMPLETE' }, { plane });
      this.#finished(running, 'COMPLETE');
      return;
    }
    // Still RUNNING, but with its result: after a crash it is published, not run again, since it would then have to beat itself.
    await studies.save(done, { plane });
    this.#running.delete(done.id);
    this.#ended.set(done.id, running);
    this.#publisher.add(done);
    await this.#publishAll();
  }

  async #journalTrials(progress: StudyProgress): Promise<void> {
    const { pending } = progress;
    if (pending.length === 0) return;
    await this.#with.trials.append(progress.study.id, pending);
    progress.journaled(pending.length);
  }

  #finished({ progress }: Running, state: Study['state']): void {
    const { id, spec } = progress.study;
    const durationMs = this.#with.clock.now().monotonicMs - progress.startedMonotonicMs;
    mark('study.finished', { id, state, durationMs });
    this.#with.log.info({ studyId: id, pair: spec.pair, state }, 'study ended');
    this.#running.delete(id);
  }

  async #publishAll(): Promise<void> {
    for (let id = await this.#publisher.next(); id !== undefined; id = await this.#publisher.next()) {
      const running = this.#ended.get(id);
      if (running !== undefined) this.#finished(running, 'COMPLETE');
      this.#ended.delete(id);
    }
  }

  /** Starts the first waiting study that may run beside those that do; whether there was one. */
  async #startNext(): Promise<boolean> {
    const at = this.#queue.findIndex((study) => this.#mayRun(study));
    const next = this.#queue[at];
    if (next === undefined) return false;
    const start = { ...this.#with, sources: this.#with, lender: this.#lender, pool: this.#pool };
    this.#running.set(next.id, await startStudy(next, start));
    this.#queue.splice(at, 1);
    return true;
  }

  /** Of two studies of one pair that publish, the later one has to beat the earlier. */
  #mayRun({ spec }: Study): boolean {
    const others = [...this.#running.values(), ...this.#ended.values()];
    return !others.some(
      ({ progress: { study } }) => study.spec.pair === spec.pair && (study.spec.publish || spec.publish),
    );
  }

  /** Threads that had nothing to do for a while are given back. */
  #rest(): void {
    const { monotonicMs } = this.#with.clock.now();
    if (this.#running.size > 0) this.#workedMonotonicMs = monotonicMs;
    else if (monotonicMs - this.#workedMonotonicMs > REST_MS) this.#pool.rest();
  }
}
