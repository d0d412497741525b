// What the owner of a running study knows of it: the trials not journaled yet, how far it is, how long it will still take, and how it ended.
import type { Study } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import type { Trial } from '#domain/trial.ts';
import type { StudyEnd, StudyWatch } from './study-pool.ts';
import type { FinishedTrial } from './trial-log.ts';

/** How a study ended. */
export type Ending = StudyEnd | { readonly error: unknown };

export class StudyProgress implements StudyWatch {
  /** As last journaled. */
  study: Study;
  ending: Ending | undefined;
  /** Known once candles and entries are. */
  basis: string | undefined;
  readonly startedMonotonicMs: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #trials: Trial[] = [];
  /** Where the pace is measured from: the start, or for a study taken up again the first that was heard of it. */
  #from: { readonly atMs: number; readonly share: number } | undefined;
  #share: number;
  #trialFromMs: number;

  constructor(study: Study, clock: Pick<Clock, 'now'>, isTakenUpAgain: boolean) {
    const { wallMs, monotonicMs } = clock.now();
    this.study = study;
    this.startedMonotonicMs = monotonicMs;
    this.#clock = clock;
    this.#share = study.progress;
    this.#trialFromMs = wallMs;
    this.#from = isTakenUpAgain ? undefined : { atMs: monotonicMs, share: 0 };
  }

  readonly onProgress = (share: number): void => {
    this.#from ??= { atMs: this.#clock.now().monotonicMs, share };
    this.#share = Math.max(this.#share, share);
  };

  readonly onTrial = (trial: FinishedTrial): void => {
    const { wallMs } = this.#clock.now();
    this.#trials.push({ ...trial, startedAtMs: this.#trialFromMs, finishedAtMs: wallMs });
    this.#trialFromMs = wallMs;
  };

  readonly onEnd = (ending: Ending): void => {
    this.ending = ending;
  };

  /** The trials that are not journaled yet. */
  get pending(): readonly Trial[] {
    return this.#trials.slice();
  }

  /** Told that the first `count` pending trials are journaled. */
  journaled(count: number): void {
    this.#trials.splice(0, count);
  }

  /** The study as it is now; the same as journaled when it is no farther. */
  get now(): Study {
    if (this.#share === this.study.progress) return this.study;
    const remainingMs = this.#remainingMs();
    return { ...this.study, progress: this.#share, ...(remainingMs === undefined ? {} : { remainingMs }) };
  }

  /** By the pace so far. */
  #remainingMs(): number | undefined {
    if (this.#from === undefined || this.#share <= this.#from.share) return undefined;
    const elapsedMs = this.#clock.now().monotonicMs - this.#from.atMs;
    return Math.round((elapsedMs / (this.#share - this.#from.share)) * (1 - this.#share));
  }
}
