// Leverage bins: edges, labels, and statistics of closed trades as sums that can be merged.
import type { Side } from '#domain/market.ts';

/** A half-open interval of leverage [minLeverage, maxLeverage) with its label, e.g. `2.5-3.5x`. */
export interface Bin {
  readonly label: string;
  readonly minLeverage: number;
  readonly maxLeverage: number;
}

/** Edges of the default bins, centred on whole leverages: 0.5, 1.5, ... 125.5. */
export const DEFAULT_BIN_EDGES: readonly number[] = Array.from({ length: 126 }, (_, index) => index + 0.5);

/** Bins between strictly ascending `edges`, first to last; labels carry no trailing zeros (JavaScript's own number text). */
export function binsOf(edges: readonly number[]): readonly Bin[] {
  return edges.slice(0, -1).map((minLeverage, index) => {
    const maxLeverage = edges[index + 1] as number;
    return { label: `${minLeverage}-${maxLeverage}x`, minLeverage, maxLeverage };
  });
}

/** Index among `binsOf(edges)` of the bin holding `leverage`; -1 outside the edges and for NaN. A leverage on an edge belongs to the bin above. */
export function binIndex(edges: readonly number[], leverage: number): number {
  if (!(leverage >= (edges[0] ?? Number.POSITIVE_INFINITY))) return -1;
  let low = 0;
  let high = edges.length - 1;
  if (leverage >= (edges[high] as number)) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (leverage >= (edges[middle] as number)) low = middle;
    else high = middle;
  }
  return low;
}

/** Sums over the closed trades of one (bin, side, pair); two of them merge by adding, min and max. All percentages are position level. */
export interface TradeSums {
  /** Index among `binsOf` the edges that were asked for. */
  readonly bin: number;
  /** null: nobody recorded it. */
  readonly side: Side | null;
  readonly pair: string;
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  readonly sumStopLossPct: number;
  readonly sumTakeProfitPct: number;
  readonly sumWinPct: number;
  /** Negative or zero. */
  readonly sumLossPct: number;
  readonly firstClosedAtMs: number;
  readonly lastClosedAtMs: number;
}

/** What the trades of a bin say: means at position level, shares 0..1; null where a figure does not exist. Never without a trade. */
export interface BinStatistics extends Bin {
  readonly stopLossPct: number;
  readonly takeProfitPct: number;
  readonly winRate: number;
  readonly profitFactor: number | null;
  readonly avgWinPct: number | null;
  readonly avgLossPct: number | null;
  readonly totalTrades: number;
  readonly firstTradeAtMs: number;
  readonly lastTradeAtMs: number;
}

/** The sums of both sets of trades together; bin, side and pair stay those of `a`. */
export function mergedSums(a: TradeSums, b: TradeSums): TradeSums {
  return {
    bin: a.bin,
    side: a.side,
    pair: a.pair,
    trades: a.trades + b.trades,
    wins: a.wins + b.wins,
    losses: a.losses + b.losses,
    sumStopLossPct: a.sumStopLossPct + b.sumStopLossPct,
    sumTakeProfitPct: a.sumTakeProfitPct + b.sumTakeProfitPct,
    sumWinPct: a.sumWinPct + b.sumWinPct,
    sumLossPct: a.sumLossPct + b.sumLossPct,
    firstClosedAtMs: Math.min(a.firstClosedAtMs, b.firstClosedAtMs),
    lastClosedAtMs: Math.max(a.lastClosedAtMs, b.lastClosedAtMs),
  };
}
