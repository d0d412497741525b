// What waits in this folder's outboxes as readers see it: newest last. A row is parsed once; one that has left is forgotten at the next look.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { OutboxReader } from '#store/sqlite/outbox-reader.ts';
import { type OwnTrade, ownKey } from './own-trade.ts';

export interface Pending {
  /** Published levels the hub may not have yet, oldest first. */
  params(): readonly ParamRecord[];
  /** Closed trades the hub may not have yet, each by its newest figures, and where they stood before. */
  trades(): readonly OwnTrade[];
}

/** What waits in the outboxes of published levels and of closed trades. */
export function pendingOf(readers: { readonly params: OutboxReader; readonly trades: OutboxReader }): Pending {
  const params = waiting<ParamRecord>(readers.params);
  const trades = waiting<OwnTrade>(readers.trades);
  return {
    params,
    trades: () => {
      const newest = new Map<string, OwnTrade>();
      for (const trade of trades()) newest.set(ownKey(trade), trade);
      return [...newest.values()];
    },
  };
}

function waiting<T>(reader: OutboxReader): () => readonly T[] {
  let known = new Map<number, T>();
  let lastSeq = 0;
  return () => {
    const seqs = reader.refSeqs();
    const kept = new Map<number, T>();
    const fresh = new Map((seqs.at(-1) ?? 0) > lastSeq ? reader.refs(lastSeq).map(({ seq, ref }) => [seq, ref]) : []);
    for (const seq of seqs) {
      const ref = fresh.get(seq);
      const value = known.get(seq) ?? (ref === undefined ? undefined : (JSON.parse(ref) as T));
      if (value !== undefined) kept.set(seq, value);
    }
    known = kept;
    lastSeq = Math.max(lastSeq, seqs.at(-1) ?? 0);
    return [...kept.values()];
  };
}
