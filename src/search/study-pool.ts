// The threads that run studies: so many at a time, each one after the other, the rest in the order in which they came. What is asked goes on answering
// meanwhile, and any study can be ended at any instant.
import { Worker } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import type { FlatPlane } from '#domain/plane.ts';
import type { StudyResult } from '#domain/study.ts';
import type { FromThread, PlainFault, ReadCandles, StudyTask, ToThread } from './thread-messages.ts';
import type { FinishedTrial } from './trial-log.ts';

/** Told of a study under way, on the owner's thread. */
export interface StudyWatch {
  /** The share done, 0..1, ascending. */
  readonly onProgress: (share: number) => void;
  /** Each new trial, in order. */
  readonly onTrial?: (trial: FinishedTrial) => void;
}

/** What a study found. */
export interface StudyEnd {
  readonly result: StudyResult;
  readonly plane: FlatPlane;
}

/** A study under way, or waiting for a thread. */
export interface RunningStudy {
  /** Rejects with the study's Fault, or with what broke; after `stop` as well. */
  readonly end: Promise<StudyEnd>;
  /** Ends it wherever it is; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

export interface StudyPool extends AsyncDisposable {
  /** How many studies run at once. */
  readonly threads: number;
  /** Runs a study as soon as a thread is free. */
  run(task: StudyTask, watch: StudyWatch): RunningStudy;
  /** Gives back the threads that have nothing to do, and the candles. */
  rest(): void;
}

/** A pool of at most `threads` threads; the first is started when there is something to do. */
export function openStudyPool(threads: number): StudyPool {
  return new Pool(threads);
}

/** One study from its asking to its end. */
interface Job {
  readonly task: StudyTask;
  readonly watch: StudyWatch;
  readonly end: PromiseWithResolvers<StudyEnd>;
  /** The thread that has it; undefined: it waits, or has ended. */
  thread: Worker | undefined;
}

class Pool implements StudyPool {
  readonly threads: number;
  readonly #free: Worker[] = [];
  readonly #busy = new Map<Worker, Job>();
  readonly #waiting: Job[] = [];
  /** By market, the latest last; a promise while somebody reads. undefined: it could not be read. */
  readonly #candles = new Map<string, Promise<ReadCandles | undefined>>();
  readonly #reading = new Map<Worker, (candles: ReadCandles | undefined) => void>();

  constructor(threads: number) {
    this.threads = threads;
  }

  run(task: StudyTask, watch: StudyWatch): RunningStudy {
    const job: Job = { task, watch, end: Promise.withResolvers(), thread: undefined };
    job.end.promise.catch(() => undefined);
    this.#waiting.push(job);
    this.#next();
    return { end: job.end.promise, stop: () => this.#stop(job) };
  }

  rest(): void {
    for (const thread of this.#free.splice(0)) void thread.terminate();
    if (this.#busy.size === 0) this.#candles.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const job of this.#waiting.splice(0)) job.end.reject(STOPPED());
    await Promise.all([...this.#free.splice(0), ...this.#busy.keys()].map((thread) => thread.terminate()));
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#busy.size < this.threads) {
      const job = this.#waiting.shift() as Job;
      const thread = this.#free.pop() ?? this.#start();
      job.thread = thread;
      this.#busy.set(thread, job);
      void this.#hand(thread, job);
    }
  }

  /** Hands the job over with the candles when they are at hand; while another thread reads them, as soon as it has. */
  async #hand(thread: Worker, job: Job): Promise<void> {
    const { candlesFolder, spec } = job.task;
    const market = `${candlesFolder}\n${spec.pair}\n${spec.timeframe}`;
    const known = this.#candles.get(market);
    const candles = await known;
    if (job.thread !== thread) return;
    const reading = Promise.withResolvers<ReadCandles | undefined>();
    this.#reading.set(thread, reading.resolve);
    if (candles === undefined) this.#keep(market, reading.promise);
    else {
      this.#keep(market, Promise.resolve(candles));
      // When its file has changed since, the thread reads it and tells.
      void reading.promise.then((newer) => newer !== undefined && this.#keep(market, Promise.resolve(newer)));
    }
    thread.postMessage({ task: job.task, candles } satisfies ToThread);
  }

  /** As many markets as threads can use, and one more. */
  #keep(market: string, candles: Promise<ReadCandles | undefined>): void {
    this.#candles.delete(market);
    this.#candles.set(market, candles);
    for (const oldest of this.#candles.keys()) {
      if (this.#candles.size <= this.threads + 1) break;
      this.#candles.delete(oldest);
    }
  }

  #start(): Worker {
    const thread = new Worker(new URL(import.meta.resolve('#search/thread.ts')));
    thread.on('message', (message: FromThread) => this.#hear(thread, message));
    thread.on('error', (error) => this.#lose(thread, error));
    thread.on('exit', (code) => this.#lose(thread, new Error(`the study's thread ended (${code}) without a result`)));
    return thread;
  }

  #hear(thread: Worker, message: FromThread): void {
    const job = this.#busy.get(thread);
    if (job === undefined) return;
    switch (message.kind) {
      case 'candles':
        this.#reading.get(thread)?.(message.candles);
        return;
      case 'progress':
        job.watch.onProgress(message.share);
        return;
      case 'trial':
        job.watch.onTrial?.(message.trial);
        return;
      case 'done':
        job.end.resolve({ result: message.result, plane: message.plane });
        break;
      case 'fault':
        job.end.reject(faultFrom(message));
    }
    this.#release(thread, job);
    this.#free.push(thread);
    this.#next();
  }

  #lose(thread: Worker, error: unknown): void {
    const at = this.#free.indexOf(thread);
    if (at >= 0) this.#free.splice(at, 1);
    const job = this.#busy.get(thread);
    if (job === undefined) return;
    job.end.reject(error);
    this.#release(thread, job);
    this.#next();
  }

  #release(thread: Worker, job: Job): void {
    this.#busy.delete(thread);
    job.thread = undefined;
    this.#reading.get(thread)?.(undefined);
    this.#reading.delete(thread);
  }

  async #stop(job: Job): Promise<void> {
    const waiting = this.#waiting.indexOf(job);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    job.end.reject(STOPPED());
    await job.thread?.terminate();
  }
}

const STOPPED = () => new Error('the study was stopped');

function faultFrom({ code, message, field, allowed }: PlainFault): Fault {
  return new Fault(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(allowed === undefined ? {} : { allowed }),
  });
}
