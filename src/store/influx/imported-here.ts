// What this data folder imported for the shared hub: candles that still wait for it, to be laid over what it says, and every entry, which the hub has or
// will have.
import type { Candles } from '#domain/market.ts';
import type { CandleListing, CandleStore, EntryStore } from '#store/hub.ts';
import { candleReader, entryReader } from '#store/sqlite/candles.ts';
import type { CandleBlock, EntryBlock } from '#store/sqlite/imports.ts';
import type { OutboxReader } from '#store/sqlite/outbox-reader.ts';
import type { ReadFile } from '#store/sqlite/read-file.ts';

type CandleQuery = Parameters<CandleStore['read']>[0];

export interface ImportedHere {
  /** Candles of the series that wait, in parts, each ascending; none when nothing of the series waits. */
  waiting(query: CandleQuery): Promise<readonly Candles[]>;
  /** The series of which something waits. */
  listWaiting(): readonly CandleListing[];
  /** All candles of the series that were imported here. */
  readonly candles: Pick<CandleStore, 'read'>;
  readonly entries: Pick<EntryStore, 'read'>;
  /** Whether entries of `pair` wait. */
  hasWaitingEntries(pair: string): boolean;
}

/** What `imports`, the file, holds; `outbox` says what of it waits, `worker` holds decisions, which count as entries too. */
export function importedHere(imports: ReadFile, outbox: OutboxReader, worker: ReadFile): ImportedHere {
  const candles = candleReader(imports);
  const waiting = () => outbox.refs(0).map(({ ref }) => JSON.parse(ref) as CandleBlock | EntryBlock);
  const blocks = () => waiting().filter((block): block is CandleBlock => 'timeframe' in block);
  return {
    waiting: async ({ pair, timeframe, fromMs, toMs }) => {
      const parts: Candles[] = [];
      for (const block of blocks()) {
        if (block.pair !== pair || block.timeframe !== timeframe) continue;
        const span = { fromMs: Math.max(fromMs, block.fromMs), toMs: Math.min(toMs, block.lastMs + 1) };
        if (span.fromMs < span.toMs) parts.push(await candles.read({ pair, timeframe, ...span }));
      }
      return parts;
    },
    listWaiting: blocks,
    candles,
    entries: entryReader(imports, worker),
    hasWaitingEntries: (pair) => waiting().some((block) => !('timeframe' in block) && block.pair === pair),
  };
}
