// Closed trades of the shared hub as the serving thread sees them: it asks, and a thread of its own reads, keeps and adds. That thread starts with the
// first question and lives as long as the store; should it fail, the next question starts another, which reads everything anew.
import { Worker } from 'node:worker_threads';
import type { TradeSums } from '#domain/leverage-bin.ts';
import type { Log } from '#domain/log.ts';
import type { SourceSums, TradeStore } from '../hub.ts';
import type { QueryCost } from './influx.ts';
import { InfluxFailure } from './influx-failure.ts';
import type { OwnTrade } from './own-trade.ts';
import {
  errorOf,
  type FromTrades,
  type ToTrades,
  type TradesQuestion,
  type TradeThreadData,
} from './trade-protocol.ts';

export interface InfluxTrades extends Required<Pick<TradeStore, 'sums' | 'knownSums' | 'bySource'>> {
  /** `trades` were recorded here: they are known from now on, and the next answers of the hub read the days they were closed on. */
  touched(trades: readonly OwnTrade[]): void;
  /** Ends the thread; questions under way reject with HUB_UNAVAILABLE. */
  close(): Promise<void>;
}

export interface InfluxTradesOptions extends TradeThreadData {
  readonly log: Log;
  /** Told what each answer cost to read. */
  readonly onCost?: ((cost: QueryCost) => void) | undefined;
}

interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Without asking the hub. */
  readonly isKnown?: boolean;
}

/** Young objects of the thread die at once: more room for them would only be resident. */
const LIMITS = { maxYoungGenerationSizeMb: 2 };

export function influxTrades({ log, onCost, ...data }: InfluxTradesOptions): InfluxTrades {
  const waiting = new Map<number, PromiseWithResolvers<FromTrades>>();
  let thread: Worker | undefined;
  let lastId = 0;
  let ignoredBefore = 0;
  let isClosed = false;

  const fail = (error: unknown) => {
    thread = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const start = () => {
    const started = new Worker(new URL(import.meta.resolve('#store/influx/trade-thread.ts')), {
      workerData: data satisfies TradeThreadData,
      resourceLimits: LIMITS,
    });
    started.on('message', (message: FromTrades) => {
      waiting.get(message.id)?.resolve(message);
      waiting.delete(message.id);
    });
    started.on('error', (error) => {
      log.warn({ err: error }, 'the reader of closed trades failed and starts anew');
      if (thread === started) fail(new InfluxFailure('broken', 'the reader of closed trades failed'));
    });
    started.on('exit', () => {
      if (thread === started) fail(new InfluxFailure('unreachable', 'the reader of closed trades has ended'));
    });
    return started;
  };
  const ask = async (question: TradesQuestion, { signal, isKnown = false }: AskOptions) => {
    if (isClosed) throw new InfluxFailure('unreachable', 'the store is closed');
    if (signal?.aborted === true) throw new InfluxFailure('timeout', 'nobody waits for the closed trades any more');
    thread ??= start();
    const asked = thread;
    lastId += 1;
    const id = lastId;
    const answered = Promise.withResolvers<FromTrades>();
    waiting.set(id, answered);
    const giveUp = () => {
      waiting.delete(id);
      asked.postMessage({ id, isGivenUp: true } satisfies ToTrades);
      answered.reject(new InfluxFailure('timeout', 'the closed trades were given up before they were read'));
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    asked.postMessage({ id, question, isKnown } satisfies ToTrades);
    try {
      const { answer, cost } = await answered.promise;
      if (!isKnown) onCost?.(cost);
      if ('failure' in answer) throw errorOf(answer);
      if (answer.ignored !== ignoredBefore && question.edges !== null) {
        ignoredBefore = answer.ignored;
        log.info({ ignored: answer.ignored }, 'closed trades of names that are no pairs are ignored');
      }
      return answer.rows;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  };
  return {
    sums: async ({ fromMs, toMs, edges }, signal) =>
      (await ask({ fromMs, toMs, edges }, { signal })) as readonly TradeSums[],
    knownSums: async ({ fromMs, toMs, edges }) => {
      if (thread === undefined) return undefined;
      return ((await ask({ fromMs, toMs, edges }, { isKnown: true })) ?? undefined) as readonly TradeSums[] | undefined;
    },
    bySource: async ({ fromMs, toMs }, signal) =>
      (await ask({ fromMs, toMs, edges: null }, { signal })) as readonly SourceSums[],
    touched: (trades) => {
      thread?.postMessage({ recorded: trades } satisfies ToTrades);
    },
    close: async () => {
      isClosed = true;
      const ending = thread;
      fail(new InfluxFailure('unreachable', 'the store is closed'));
      await ending?.terminate();
    },
  };
}
