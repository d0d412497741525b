// One read of the hub under way: when it began, what it fulfils, and when those who wait for it stop waiting.
import type { Clock, Now } from '#domain/time.ts';

export interface Attempt {
  /** Ascending: a later read saw newer contents. */
  readonly seq: number;
  readonly started: Now;
  /** The latest wish that this read fulfils: those uttered before it reached the hub. */
  wish: number;
  /** When it is slow enough that nobody waits for it (monotonic). */
  readonly slowAtMs: number;
  /** Ended or given up. */
  readonly done: Promise<void>;
  /** `done`, or slow. */
  readonly over: Promise<void>;
  /** Aborts when it is done: a read that was given up is to end at once and to cost the hub nothing more. */
  readonly signal: AbortSignal;
  /** Makes it done. Twice is the same as once. */
  readonly finish: () => void;
}

/** An attempt that begins now; nobody waits for it longer than `patienceMs`. */
export function beginAttempt(about: {
  readonly seq: number;
  readonly wish: number;
  readonly patienceMs: number;
  readonly clock: Clock;
}): Attempt {
  const started = about.clock.now();
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const ending = new AbortController();
  return {
    seq: about.seq,
    started,
    wish: about.wish,
    slowAtMs: started.monotonicMs + about.patienceMs,
    done,
    over: doneWithin(done, about.patienceMs, about.clock),
    signal: ending.signal,
    finish: () => {
      resolve();
      ending.abort();
    },
  };
}

/** Resolves when `done` does, at most `ms` from now; leaves no sleeper behind. */
export async function doneWithin(done: Promise<void>, ms: number, clock: Clock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([done, clock.sleep(ms, ended.signal)]);
  ended.abort();
}
