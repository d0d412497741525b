// Closed trades that this process recorded, or found waiting in its outbox, until a read of the hub that began after they had left for it has ended. Whatever
// way a trade is on, it is here, in the outbox or in what was read.
import { type OwnTrade, ownKey } from './own-trade.ts';
import { dayOf } from './trade-columns.ts';

export interface RecordedHere {
  /** `trades` were recorded now. */
  add(trades: readonly OwnTrade[]): void;
  /** What is to be laid over what was read, each trade once by its newest figures; undefined: too many to know. `pending`: what waits now. */
  over(pending: readonly OwnTrade[]): readonly OwnTrade[] | undefined;
  /** A read begins. `pending`: what waits now. */
  begin(pending: readonly OwnTrade[]): ReadOfTrades;
}

/** A read that has begun; it ends with one of its two ends. */
export interface ReadOfTrades {
  /** By day the earliest close of what was recorded since the last read that succeeded, epoch ms. */
  readonly touchedMs: readonly number[];
  succeed(): void;
  fail(): void;
}

/** More than these are read from the hub instead. */
const MOST_KEPT = 10_000;

/** Nothing recorded yet. */
export function recordedHere(mostKept = MOST_KEPT): RecordedHere {
  const own = new Map<string, OwnTrade>();
  let touched = new Map<number, number>();
  /** How often `own` became too long; up to `readOverflows` of these a read has made good. */
  let overflows = 0;
  let readOverflows = 0;
  const touch = (day: number, atMs: number) => touched.set(day, Math.min(atMs, touched.get(day) ?? atMs));
  const keep = (trade: OwnTrade) => {
    own.delete(ownKey(trade));
    own.set(ownKey(trade), trade);
    if (own.size <= mostKept) return;
    own.clear();
    overflows += 1;
  };
  return {
    add: (trades) => {
      for (const trade of trades) {
        touch(dayOf(trade.closedAtMs), trade.closedAtMs);
        keep(trade);
      }
    },
    over: (pending) => {
      if (overflows > readOverflows || pending.length > mostKept) return undefined;
      const newest = new Map(pending.map((trade) => [ownKey(trade), trade]));
      for (const [key, trade] of own) newest.set(key, trade);
      return [...newest.values()];
    },
    begin: (pending) => {
      const waiting = new Set(pending.map(ownKey));
      const arrived = [...own].filter(([key]) => !waiting.has(key));
      const overflowsBefore = overflows;
      for (const trade of pending) if (!own.has(ownKey(trade))) keep(trade);
      const taken = touched;
      touched = new Map();
      return {
        touchedMs: [...taken.values()],
        succeed: () => {
          for (const [key, trade] of arrived) if (own.get(key) === trade) own.delete(key);
          readOverflows = overflowsBefore;
        },
        fail: () => {
          for (const [day, atMs] of taken) touch(day, atMs);
        },
      };
    },
  };
}
