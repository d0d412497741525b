// Where all ways of hearing of a closed trade meet: one after the other, what is known already is not written again, and a way that knows less
// (a message without the stop) never takes away what a better one knew.
import { type ClosedTrade, MAX_TRADES_PER_CALL } from '#domain/trade.ts';
import type { RecordedTrades } from '#store/store.ts';

/** `recorded`: new ones; `updated`: known ones with other figures; `known`: those that were there exactly so. */
export interface Recorded {
  readonly recorded: number;
  readonly updated: number;
  readonly known: number;
}

export interface Recorder {
  /**
   * Records `trades` (any number). Rejects with JOURNAL_UNAVAILABLE or the hub's fault; what was recorded by then stays, and doing it again is safe.
   * `onProgress` is told how many are done.
   */
  record(trades: readonly ClosedTrade[], onProgress?: (done: number) => void): Promise<Recorded>;
}

/** Trades of one slice: written as several calls that share a commit, which others of the same process wait for. */
const SLICE = 5 * MAX_TRADES_PER_CALL;

/** A recorder that looks up in `recorded` and writes by `record`, which takes at most 1,000 trades; `slice` of them share a commit. */
export function openRecorder({
  recorded,
  record,
  slice: sliceLength = SLICE,
}: {
  readonly recorded: Pick<RecordedTrades, 'byKeys'>;
  readonly record: (trades: readonly ClosedTrade[]) => Promise<unknown>;
  readonly slice?: number;
}): Recorder {
  let before: Promise<unknown> = Promise.resolve();
  /** What of `trades` is new or other than it was. */
  const compared = async (trades: readonly ClosedTrade[]) => {
    const found = await recorded.byKeys(trades);
    const toWrite: ClosedTrade[] = [];
    let updated = 0;
    trades.forEach((trade, index) => {
      const known = found[index];
      const wanted = known === undefined ? trade : withKnown(trade, known);
      if (known !== undefined && same(wanted, known)) return;
      if (known !== undefined) updated += 1;
      toWrite.push(wanted);
    });
    return { toWrite, updated, known: trades.length - toWrite.length };
  };
  const write = async (toWrite: readonly ClosedTrade[]): Promise<void> => {
    const calls: Promise<unknown>[] = [];
    for (let from = 0; from < toWrite.length; from += MAX_TRADES_PER_CALL) {
      calls.push(record(toWrite.slice(from, from + MAX_TRADES_PER_CALL)));
    }
    const ends = await Promise.allSettled(calls);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
  const recordAll = async (trades: readonly ClosedTrade[], onProgress?: (done: number) => void): Promise<Recorded> => {
    const sum = { recorded: 0, updated: 0, known: 0 };
    const once = lastOfEach(trades);
    sum.known = trades.length - once.length;
    const slice = (from: number) => once.slice(from, from + sliceLength);
    let next = await compared(slice(0));
    for (let from = 0; from < once.length; from += sliceLength) {
      const { toWrite, updated, known } = next;
      const written = write(toWrite);
      // The next slice, which holds none of these trades, is looked up while these are written.
      const looked = compared(slice(from + sliceLength));
      const [end, nextOne] = await Promise.allSettled([written, looked]);
      if (end.status === 'rejected') throw end.reason;
      sum.recorded += toWrite.length - updated;
      sum.updated += updated;
      sum.known += known;
      onProgress?.(Math.min(from + sliceLength, once.length));
      if (nextOne.status === 'rejected') throw nextOne.reason;
      next = nextOne.value;
    }
    return sum;
  };
  return {
    record: (trades, onProgress) => {
      const now = before.then(() => recordAll(trades, onProgress));
      before = now.catch(() => undefined);
      return now;
    },
  };
}

/** Each trade once, as it was told last. */
function lastOfEach(trades: readonly ClosedTrade[]): readonly ClosedTrade[] {
  if (new Set(trades.map(({ tradeId }) => tradeId)).size === trades.length) return trades;
  const byKey = new Map<string, ClosedTrade>();
  for (const trade of trades) {
    byKey.set(`${trade.openedAtMs} ${trade.pair} ${trade.tradeId}\0${trade.bot}`, trade);
  }
  return byKey.size === trades.length ? trades : [...byKey.values()];
}

/** `trade` with what only the known one says. */
function withKnown(trade: ClosedTrade, known: ClosedTrade): ClosedTrade {
  return {
    ...trade,
    stopLossPct: trade.stopLossPct ?? known.stopLossPct,
    takeProfitPct: trade.takeProfitPct ?? known.takeProfitPct,
    enterTag: trade.enterTag ?? known.enterTag,
    exitReason: trade.exitReason ?? known.exitReason,
  };
}

function same(a: ClosedTrade, b: ClosedTrade): boolean {
  return (
    a.side === b.side &&
    a.leverage === b.leverage &&
    a.profitPct === b.profitPct &&
    a.stopLossPct === b.stopLossPct &&
    a.takeProfitPct === b.takeProfitPct &&
    a.closedAtMs === b.closedAtMs &&
    a.enterTag === b.enterTag &&
    a.exitReason === b.exitReason
  );
}
