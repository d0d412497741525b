// What figures are made of: how they are read, how often, and who hears of it.
import type { Clock, Now } from '#domain/time.ts';

/** When to read, how long to wait and how long to serve, milliseconds. */
export interface FiguresPace {
  /** At most one read in so many ms, counted from start to start; 0: one for every question (those of one tick share it). */
  readonly everyMs: number;
  /** How long figures are served after the last successful read while the hub cannot be read. */
  readonly maxStaleMs: number;
  /** The longest that anyone waits, and only while there is nothing to serve or something of our own was just written. */
  readonly waitMs: number;
}

/** Figures from an earlier run with the wall time of their read. */
export interface KeptFigures<T> {
  readonly value: T;
  readonly readAtMs: number;
}

export interface FiguresOptions<T> {
  readonly kind: string;
  read(now: Now, signal: AbortSignal): Promise<T>;
  /**
   * The figures as this process knows them without asking the hub: what was last read and what it has written since. undefined: it must be asked.
   * Where it is absent, every write here is followed by a read. What it resolves to comes in the order of reads: a later one knows no less.
   */
  known?(now: Now): T | undefined | Promise<T | undefined>;
  readonly pace: FiguresPace;
  /** true: read ahead, so that an answer is never older than `everyMs` and a read. false: read when asked, and those who ask wait. */
  readonly ahead: boolean;
  readonly kept?: KeptFigures<T> | undefined;
  /** Use `kept` only when the first read fails or is slow, and let the first question wait for that read. */
  readonly keptInReserve?: boolean | undefined;
  readonly clock: Clock;
  /** Told of every successful read, with the wall time of its start. */
  onRead?(value: T, readAtMs: number): void;
  /** Told when reads begin to fail and when they work again. */
  onFailing?(failing: boolean, error: unknown): void;
}
