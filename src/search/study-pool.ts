// The threads that work on studies: so many at a time, each one after the other, the rest in the order in which they came. What is asked goes on answering
// meanwhile, and any study can be ended at any instant.
import { Worker } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import type { FlatPlane } from '#domain/plane.ts';
import type { StudyResult } from '#domain/study.ts';
import type { PairPools } from './pair-pools.ts';
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
  /** Runs a study as soon as it is known whole and a thread is free. */
  run(task: StudyTask | Promise<StudyTask>, watch: StudyWatch): RunningStudy;
  /** What these studies lend each other, before what waits. Rejects when the pool ends. */
  lend(tasks: readonly StudyTask[]): Promise<PairPools>;
  /** The name of the period of each task's candles, before what waits; null where there is nothing to lend from. */
  periods(tasks: readonly StudyTask[]): Promise<readonly (string | null)[]>;
  /** Gives back the threads that have nothing to do, and the candles. */
  rest(): void;
}

/** A pool of at most `threads` threads; the first is started when there is something to do. */
export function openStudyPool(threads: number): StudyPool {
  return new Pool(threads);
}

/** One piece of work from its asking to its end. */
interface Work {
  readonly message: ToThread;
  readonly watch: StudyWatch;
  /** Told the message that ends it. */
  readonly resolve: (end: FromThread) => void;
  readonly reject: (reason: unknown) => void;
  /** The thread that has it; undefined: it waits, or has ended. */
  thread: Worker | undefined;
}

class Pool implements StudyPool {
  readonly threads: number;
  readonly #free: Worker[] = [];
  readonly #busy = new Map<Worker, Work>();
  readonly #waiting: Work[] = [];
  /** By market, the latest last; a promise while somebody reads. undefined: it could not be read. */
  readonly #candles = new Map<string, Promise<ReadCandles | undefined>>();
  readonly #reading = new Map<Worker, (candles: ReadCandles | undefined) => void>();
  #closed = false;

  constructor(threads: number) {
    this.threads = threads;
  }

  run(task: StudyTask | Promise<StudyTask>, watch: StudyWatch): RunningStudy {
    const end = Promise.withResolvers<StudyEnd>();
    end.promise.catch(() => undefined);
    let work: Work | undefined;
    let stopped = false;
    const begin = (known: StudyTask) => {
      if (stopped) return;
      work = {
        message: { kind: 'study', task: known, candles: undefined },
        watch,
        resolve: (told) => told.kind === 'done' && end.resolve({ result: told.result, plane: told.plane }),
        reject: end.reject,
        thread: undefined,
      };
      this.#waiting.push(work);
      this.#next();
    };
    if (task instanceof Promise) task.then(begin).catch(end.reject);
    else begin(task);
    const stop = async () => {
      stopped = true;
      end.reject(STOPPED());
      if (work !== undefined) await this.#stop(work);
    };
    return { end: end.promise, stop };
  }

  async lend(tasks: readonly StudyTask[]): Promise<PairPools> {
    const told = await this.#errand({ kind: 'lend', tasks });
    return told.kind === 'lent' ? told.pools : new Map();
  }

  async periods(tasks: readonly StudyTask[]): Promise<readonly (string | null)[]> {
    const told = await this.#errand({ kind: 'periods', tasks });
    return told.kind === 'found' ? told.periods : [];
  }

  rest(): void {
    for (const thread of this.#free.splice(0)) void thread.terminate();
    if (this.#busy.size === 0) this.#candles.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const work of this.#waiting.splice(0)) work.reject(STOPPED());
    await Promise.all([...this.#free.splice(0), ...this.#busy.keys()].map((thread) => thread.terminate()));
  }

  #errand(message: ToThread): Promise<FromThread> {
    const { promise, resolve, reject } = Promise.withResolvers<FromThread>();
    this.#waiting.unshift({ message, watch: { onProgress: () => undefined }, resolve, reject, thread: undefined });
    this.#next();
    return promise;
  }

  #next(): void {
    if (this.#closed) for (const work of this.#waiting.splice(0)) work.reject(STOPPED());
    while (this.#waiting.length > 0 && this.#busy.size < this.threads) {
      const work = this.#waiting.shift() as Work;
      const thread = this.#free.pop() ?? this.#start();
      work.thread = thread;
      this.#busy.set(thread, work);
      void this.#hand(thread, work);
    }
  }

  /** Hands the work over, a study with its candles when they are at hand; while another thread reads them, as soon as it has. */
  async #hand(thread: Worker, work: Work): Promise<void> {
    const { message } = work;
    if (message.kind !== 'study' || message.task.candles !== undefined) return thread.postMessage(message);
    const { candlesFolder, spec } = message.task;
    const market = `${candlesFolder}\n${spec.pair}\n${spec.timeframe}`;
    const known = this.#candles.get(market);
    const candles = await known;
    if (work.thread !== thread) return;
    const reading = Promise.withResolvers<ReadCandles | undefined>();
    this.#reading.set(thread, reading.resolve);
    if (candles === undefined) this.#keep(market, reading.promise);
    else {
      this.#keep(market, Promise.resolve(candles));
      // When its file has changed since, the thread reads it and tells.
      void reading.promise.then((newer) => newer !== undefined && this.#keep(market, Promise.resolve(newer)));
    }
    thread.postMessage({ ...message, candles } satisfies ToThread);
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
    const work = this.#busy.get(thread);
    if (work === undefined) return;
    switch (message.kind) {
      case 'candles':
        this.#reading.get(thread)?.(message.candles);
        return;
      case 'progress':
        work.watch.onProgress(message.share);
        return;
      case 'trial':
        work.watch.onTrial?.(message.trial);
        return;
      case 'fault':
        work.reject(faultFrom(message));
        break;
      default:
        work.resolve(message);
    }
    this.#release(thread, work);
    this.#free.push(thread);
    this.#next();
  }

  #lose(thread: Worker, error: unknown): void {
    const at = this.#free.indexOf(thread);
    if (at >= 0) this.#free.splice(at, 1);
    const work = this.#busy.get(thread);
    if (work === undefined) return;
    work.reject(error);
    this.#release(thread, work);
    this.#next();
  }

  #release(thread: Worker, work: Work): void {
    this.#busy.delete(thread);
    work.thread = undefined;
    this.#reading.get(thread)?.(undefined);
    this.#reading.delete(thread);
  }

  async #stop(work: Work): Promise<void> {
    const waiting = this.#waiting.indexOf(work);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    await work.thread?.terminate();
  }
}

const STOPPED = () => new Error('the study was stopped');

function faultFrom({ code, message, field, allowed }: PlainFault): Fault {
  return new Fault(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(allowed === undefined ? {} : { allowed }),
  });
}
