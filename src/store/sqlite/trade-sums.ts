// Sums over closed trades: SQLite adds per (leverage, side, pair) in one walk over a covering index, bins are put together here.
// Rows are added in the order of the index and of exact leverage, so equal contents give equal doubles.
import { binIndex, mergedSums, type TradeSums } from '#domain/leverage-bin.ts';
import type { TradeStore } from '../store.ts';
import type { ReadFile } from './read-file.ts';
import type { Row } from './signal-rows.ts';

export type SumsQuery = Parameters<TradeStore['sums']>[0];

const LARGEST = Number.MAX_VALUE;
const SUMS = `SELECT leverage, side, pair, count(*) AS trades,
    sum(profitPct > 0) AS wins, sum(profitPct < 0) AS losses,
    sum(stopLossPct) AS stops, sum(takeProfitPct) AS targets,
    total(profitPct) FILTER (WHERE profitPct > 0) AS won, total(profitPct) FILTER (WHERE profitPct < 0) AS lost,
    min(closedAtMs) AS firstAt, max(closedAtMs) AS lastAt
  FROM trades INDEXED BY tradesByClose
  WHERE closedAtMs BETWEEN ? AND ? AND leverage >= ? AND leverage < ? AND profitPct BETWEEN ? AND ?
    AND stopLossPct >= ? AND stopLossPct < 0 AND takeProfitPct > 0 AND takeProfitPct <= ?
  GROUP BY leverage, side, pair ORDER BY leverage, side, pair`;

/** Whether more than `limit` trades were closed in the span of `query`: a look at no more than those. */
export function isLong(trades: ReadFile, { fromMs, toMs }: Pick<SumsQuery, 'fromMs' | 'toMs'>, limit: number): boolean {
  const counted = 'SELECT count(*) AS n FROM (SELECT 1 FROM trades WHERE closedAtMs BETWEEN ? AND ? LIMIT ?)';
  const [row] = trades.rows(counted, Math.ceil(fromMs), Math.floor(toMs), limit + 1);
  return Number(row?.n ?? 0) > limit;
}

/** As `TradeStore.sums`; walks every trade of the span, so it belongs on a thread that serves nobody. */
export function tradeSums(trades: ReadFile, { fromMs, toMs, edges }: SumsQuery): readonly TradeSums[] {
  const lowest = edges[0];
  const end = edges.at(-1);
  if (lowest === undefined || end === undefined) return [];
  const bounds = [Math.ceil(fromMs), Math.floor(toMs), lowest, end, -LARGEST, LARGEST, -LARGEST, LARGEST];
  const sums = new Map<string, TradeSums>();
  for (const row of trades.rows(SUMS, ...bounds)) {
    const found = sumsOf(row, binIndex(edges, row.leverage as number));
    const key = `${found.bin} ${found.side} ${found.pair}`;
    const before = sums.get(key);
    sums.set(key, before === undefined ? found : mergedSums(before, found));
  }
  return [...sums.values()];
}

function sumsOf(row: Row, bin: number): TradeSums {
  return {
    bin,
    side: row.side as TradeSums['side'],
    pair: row.pair as string,
    trades: row.trades as number,
    wins: row.wins as number,
    losses: row.losses as number,
    sumStopLossPct: row.stops as number,
    sumTakeProfitPct: row.targets as number,
    sumWinPct: row.won as number,
    sumLossPct: row.lost as number,
    firstClosedAtMs: row.firstAt as number,
    lastClosedAtMs: row.lastAt as number,
  };
}
