// What closed trades earned per feeder their tag names. Every trade of the span is read, so a long walk belongs on a thread that serves nobody.
import { sourcesInTag } from '#domain/tag-sources.ts';
import type { SourceSums, TradeStore } from '../store.ts';
import type { ReadFile } from './read-file.ts';

export type SourcesQuery = Parameters<TradeStore['bySource']>[0];

const TAGGED = `SELECT enterTag, count(*) AS trades, total(profitPct > 0) AS wins, total(profitPct) AS profit FROM trades
  WHERE closedAtMs BETWEEN ? AND ? AND enterTag IS NOT NULL AND profitPct BETWEEN ? AND ? GROUP BY enterTag ORDER BY enterTag`;
const LARGEST = Number.MAX_VALUE;

/** As `TradeStore.bySource`. */
export function sourceSums(trades: ReadFile, { fromMs, toMs }: SourcesQuery): readonly SourceSums[] {
  const sums = new Map<string, SourceSums>();
  for (const row of trades.rows(TAGGED, Math.ceil(fromMs), Math.floor(toMs), -LARGEST, LARGEST)) {
    for (const source of sourcesInTag(row.enterTag as string)) {
      const before = sums.get(source) ?? { source, trades: 0, wins: 0, sumProfitPct: 0 };
      sums.set(source, {
        source,
        trades: before.trades + (row.trades as number),
        wins: before.wins + (row.wins as number),
        sumProfitPct: before.sumProfitPct + (row.profit as number),
      });
    }
  }
  return [...sums.values()];
}
