// The thread that keeps closed trades of the hub in memory, so that reading a million of them keeps nobody waiting. Questions about bins follow one
// another, and so do those about sources: each reads the hub for itself, for it may be asked because something was just written. What is
// known is answered at once, also while a read is under way.
import { parentPort, workerData } from 'node:worker_threads';
import type { TradeSums } from '#domain/leverage-bin.ts';
import { outboxReader } from '#store/sqlite/outbox-reader.ts';
import { ReadFile } from '#store/sqlite/read-file.ts';
import { elapsedMs } from '#store/sqlite/thread-time.ts';
import type { SourceSums } from '../hub.ts';
import { binFold } from './day-bins.ts';
import type { DayFold } from './day-fold.ts';
import { sourceFold } from './day-sources.ts';
import { openInflux } from './influx.ts';
import { InfluxFailure } from './influx-failure.ts';
import type { OwnTrade } from './own-trade.ts';
import { pendingOf } from './pending.ts';
import { type ReadOfTrades, recordedHere } from './recorded-here.ts';
import { TradeDays } from './trade-days.ts';
import {
  type FromTrades,
  failedAnswer,
  type ToTrades,
  type TradesQuestion,
  type TradeThreadData,
} from './trade-protocol.ts';
import { tradeReads } from './trade-reads.ts';

/** Days of one kind of figures, and whoever asks them now. */
interface Book<Result> {
  readonly key: string;
  ask(question: TradesQuestion, signal: AbortSignal): Promise<Omit<FromTrades, 'id'>>;
  known(question: TradesQuestion): Omit<FromTrades, 'id'>;
  recorded(trades: readonly OwnTrade[]): void;
  readonly fold: DayFold<Result>;
}

const { influx: hub, names, folder } = workerData as TradeThreadData;
const influx = openInflux(hub);
const pending = folder === null ? () => [] : pendingIn(folder);
const givenUp = new Map<number, AbortController>();
let bins: Book<TradeSums> | undefined;
let sources: Book<SourceSums> | undefined;

parentPort?.on('message', (message: ToTrades) => {
  if ('isGivenUp' in message) return givenUp.get(message.id)?.abort();
  if ('recorded' in message) {
    bins?.recorded(message.recorded);
    sources?.recorded(message.recorded);
    return;
  }
  const { question } = message;
  if (message.isKnown) {
    parentPort?.postMessage({ id: message.id, ...bookOf(question).known(question) } satisfies FromTrades);
    return;
  }
  const giveUp = new AbortController();
  givenUp.set(message.id, giveUp);
  void bookOf(question)
    .ask(question, giveUp.signal)
    .then((answered) => {
      givenUp.delete(message.id);
      parentPort?.postMessage({ id: message.id, ...answered } satisfies FromTrades);
    });
});

/** The book that answers `question`; other edges than before need all days anew. */
function bookOf({ edges }: TradesQuestion): Book<TradeSums | SourceSums> {
  if (edges === null) {
    sources ??= book('', sourceFold());
    return sources;
  }
  const key = JSON.stringify(edges);
  if (bins?.key !== key) bins = book(key, binFold(edges));
  return bins;
}

function book<Result extends TradeSums | SourceSums>(key: string, fold: DayFold<Result>): Book<Result> {
  let signal = new AbortController().signal;
  const reads = tradeReads(influx, names.trades, () => signal);
  const days = new TradeDays(fold, reads);
  const recorded = recordedHere();
  let last: Promise<unknown> = Promise.resolve();
  const answer = async (question: TradesQuestion, own: AbortSignal): Promise<Omit<FromTrades, 'id'>> => {
    const before = { ...reads.cost };
    const costs = () => ({ rows: reads.cost.rows - before.rows, bytes: reads.cost.bytes - before.bytes });
    signal = own;
    let reading: ReadOfTrades | undefined;
    try {
      if (own.aborted) throw new InfluxFailure('timeout', 'nobody waits for the closed trades any more');
      const waiting = pending();
      reading = recorded.begin(waiting);
      const { touchedMs } = reading;
      const rows = await days.ask({ ...question, monotonicMs: elapsedMs(), pending: waiting, touchedMs });
      reading.succeed();
      return { answer: { rows, ignored: fold.ignored() }, cost: costs() };
    } catch (error) {
      reading?.fail();
      return { answer: failedAnswer(error), cost: costs() };
    }
  };
  return {
    key,
    fold,
    recorded: recorded.add,
    known: (question) => {
      const cost = { rows: 0, bytes: 0 };
      try {
        const over = recorded.over(pending());
        const rows = over === undefined ? undefined : days.known({ ...question, pending: over });
        return { answer: { rows: rows ?? null, ignored: fold.ignored() }, cost };
      } catch (error) {
        return { answer: failedAnswer(error), cost };
      }
    },
    ask: (question, own) => {
      const mine = last.then(() => answer(question, own));
      last = mine;
      return mine;
    },
  };
}

function pendingIn(dataFolder: string): () => readonly OwnTrade[] {
  const reader = (kind: 'params' | 'trades') => outboxReader(new ReadFile(dataFolder, kind), kind, names);
  return pendingOf({ params: reader('params'), trades: reader('trades') }).trades;
}
