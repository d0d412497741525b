// Sums over closed trades without keeping the calling thread waiting: a short walk happens at once, a long one in a thread of its own,
// which ends with its answer, for figures are asked rarely and an idle thread costs memory.
import { Worker } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import type { TradeStore } from '../store.ts';
import { ReadFile } from './read-file.ts';
import { sourceSums } from './trade-sources.ts';
import { isLong, tradeSums } from './trade-sums.ts';
import { type Failure, fromFailure } from './writer-protocol.ts';

/** The longest walk made on the calling thread, trades: a few milliseconds. `bySource` reads whole rows. */
export const SHORT_WALK = { sums: 5_000, bySource: 1_000 } as const;

type WalkName = keyof typeof SHORT_WALK;
type Query<Name extends WalkName> = Parameters<TradeStore[Name]>[0];
type Sums<Name extends WalkName> = Awaited<ReturnType<TradeStore[Name]>>;
type Reply<Name extends WalkName> = { readonly sums: Sums<Name> } | { readonly failure: Failure };

export interface SumsReader extends Pick<TradeStore, WalkName> {
  /** Ends the threads under way; their questions reject with HUB_UNAVAILABLE. */
  close(): Promise<void>;
}

export function sumsReader(folder: string): SumsReader {
  const trades = new ReadFile(folder, 'trades');
  const threads = new Set<Worker>();
  const inThread = <Name extends WalkName>(walk: Name, query: Query<Name>) =>
    new Promise<Sums<Name>>((resolve, reject) => {
      const entry = new URL(import.meta.resolve('#store/sqlite/sums-thread.ts'));
      const thread = new Worker(entry, { workerData: { folder, walk, query } });
      threads.add(thread);
      thread.once('message', (reply: Reply<Name>) => {
        if ('sums' in reply) resolve(reply.sums);
        else reject(fromFailure(reply.failure));
      });
      thread.once('error', reject);
      thread.once('exit', () => {
        threads.delete(thread);
        reject(new Fault('HUB_UNAVAILABLE', `the closed trades in ${folder} cannot be read: the reader has stopped`));
      });
    });
  return {
    sums: async (query) =>
      isLong(trades, query, SHORT_WALK.sums) ? inThread('sums', query) : tradeSums(trades, query),
    bySource: async (query) =>
      isLong(trades, query, SHORT_WALK.bySource) ? inThread('bySource', query) : sourceSums(trades, query),
    close: async () => {
      trades.close();
      await Promise.all([...threads].map((thread) => thread.terminate()));
    },
  };
}
