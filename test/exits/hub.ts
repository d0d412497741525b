// A hub under a test's control: each read stays open until the test ends it, and every read is counted.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { TradeSums } from '#domain/leverage-bin.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import type { SnapshotStore } from '#store/store.ts';

/** Reads that a test answers by hand, oldest first; `answering` answers them at once instead. */
export interface Reads<T> {
  read(): Promise<T>;
  /** How many were begun. */
  readonly count: number;
  /** How many are begun and not ended. */
  readonly open: number;
  /** Ends the oldest open read with `value`. */
  succeed(value: T): void;
  /** Ends the oldest open read with an error. */
  fail(message?: string): void;
  /** From now on every read ends at once with what `answer` returns or throws; undefined: by hand again. */
  answering(answer: (() => T) | undefined): void;
}

export function reads<T>(): Reads<T> {
  const waiting: PromiseWithResolvers<T>[] = [];
  let count = 0;
  let answer: (() => T) | undefined;
  const oldest = () => {
    const next = waiting.shift();
    if (next === undefined) throw new Error('no read is open');
    return next;
  };
  return {
    read: async () => {
      count += 1;
      if (answer !== undefined) return answer();
      const open = Promise.withResolvers<T>();
      waiting.push(open);
      return open.promise;
    },
    get count() {
      return count;
    },
    get open() {
      return waiting.length;
    },
    succeed: (value) => oldest().resolve(value),
    fail: (message = 'hub down') => oldest().reject(new Error(message)),
    answering: (next) => {
      answer = next;
    },
  };
}

/** A whole hub: its reads by kind, what was asked of `sums` and recorded, and the listeners told of writes. */
export function standInHub() {
  const params = reads<{ records: readonly ParamRecord[]; ignored: number }>();
  const sums = reads<readonly TradeSums[]>();
  const listeners = new Set<(kind: 'params' | 'trades') => void>();
  const asked: { fromMs: number; toMs: number; edges: readonly number[] }[] = [];
  const recorded: ClosedTrade[] = [];
  return {
    paramReads: params,
    sumReads: sums,
    asked,
    recorded,
    listeners,
    tell: (kind: 'params' | 'trades') => {
      for (const listener of listeners) listener(kind);
    },
    params: { newest: params.read },
    trades: {
      record: async (trades: readonly ClosedTrade[]) => {
        recorded.push(...trades);
        return { recorded: trades.length, duplicates: 0 };
      },
      sums: (query: { fromMs: number; toMs: number; edges: readonly number[] }) => {
        asked.push(query);
        return sums.read();
      },
    },
    onHubWrite: (listener: (kind: 'params' | 'trades') => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** Snapshots in memory, as text like on disk, so that nothing survives that JSON cannot carry. */
export function memorySnapshots(): SnapshotStore & {
  readonly kept: Map<string, string>;
  saves: number;
  broken: boolean;
} {
  const kept = new Map<string, string>();
  const store = {
    kept,
    saves: 0,
    broken: false,
    load: async (kind: string): Promise<unknown> => {
      const text = kept.get(kind);
      return text === undefined ? undefined : JSON.parse(text);
    },
    save: async (kind: string, value: unknown) => {
      store.saves += 1;
      if (store.broken) throw new Error('disk full');
      kept.set(kind, JSON.stringify(value));
    },
  };
  return store;
}
