// The calling thread's end of the hub's reader thread: one thread per question, and none is left behind when the store closes.
import { Worker } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import type { TradeSums } from '#domain/leverage-bin.ts';
import type { TradeStore } from '../store.ts';
import { type Failure, fromFailure } from './writer-protocol.ts';

type Reply = { readonly sums: readonly TradeSums[] } | { readonly failure: Failure };

export interface SumsReader extends Pick<TradeStore, 'sums'> {
  /** Ends the threads under way; their questions reject with HUB_UNAVAILABLE. */
  close(): Promise<void>;
}

export function sumsReader(folder: string): SumsReader {
  const threads = new Set<Worker>();
  let closed = false;
  const unavailable = (why: string) =>
    new Fault('HUB_UNAVAILABLE', `the closed trades in ${folder} cannot be read: ${why}`);
  return {
    sums: (query) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(unavailable('the store is closed'));
        const entry = new URL(import.meta.resolve('#store/sqlite/sums-thread.ts'));
        const thread = new Worker(entry, { workerData: { folder, query } });
        threads.add(thread);
        thread.once('message', (reply: Reply) => {
          if ('sums' in reply) resolve(reply.sums);
          else reject(fromFailure(reply.failure));
        });
        thread.once('error', reject);
        thread.once('exit', () => {
          threads.delete(thread);
          reject(unavailable('the reader stopped'));
        });
      }),
    close: async () => {
      closed = true;
      await Promise.all([...threads].map((thread) => thread.terminate()));
    },
  };
}
