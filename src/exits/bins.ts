// What the closed trades of a leverage bin say: sums merged into statistics, for a side, a pair or all.
// The order in which sums arrive never shows: means are freed of the noise of adding doubles before anyone rounds or multiplies them.
import { roundHalfAway, roundPct } from '#domain/decimal.ts';
import { type BinStatistics, binsOf, mergedSums, type TradeSums } from '#domain/leverage-bin.ts';
import type { Side } from '#domain/market.ts';

/** The experience of the fleet as read at one instant: the sums themselves and, by bin index, what all of them and those of each side say. */
export interface BinFigures {
  readonly sums: readonly TradeSums[];
  readonly both: readonly (BinStatistics | undefined)[];
  readonly LONG: readonly (BinStatistics | undefined)[];
  readonly SHORT: readonly (BinStatistics | undefined)[];
}

/** Figures of `sums` counted over bins between `edges`. */
export function binFigures(sums: readonly TradeSums[], edges: readonly number[]): BinFigures {
  return {
    sums,
    both: binStatistics(sums, edges, {}),
    LONG: binStatistics(sums, edges, { side: 'LONG' }),
    SHORT: binStatistics(sums, edges, { side: 'SHORT' }),
  };
}

/** Which trades to count. Absent: all, also those whose side nobody recorded. */
export interface BinFilter {
  readonly side?: Side | undefined;
  readonly pair?: string | undefined;
}

/** By bin index the merged statistics of the sums that pass `filter`, unrounded; undefined where no trade passes. */
export function binStatistics(
  sums: readonly TradeSums[],
  edges: readonly number[],
  filter: BinFilter,
): readonly (BinStatistics | undefined)[] {
  const merged: (TradeSums | undefined)[] = [];
  for (const one of sums) {
    if (filter.side !== undefined && one.side !== filter.side) continue;
    if (filter.pair !== undefined && one.pair !== filter.pair) continue;
    const before = merged[one.bin];
    merged[one.bin] = before === undefined ? one : mergedSums(before, one);
  }
  return binsOf(edges).map((bin, index) => {
    const total = merged[index];
    return total === undefined || total.trades === 0 ? undefined : { ...bin, ...statistics(total) };
  });
}

/** `statistics` with its percentages as they leave the service. */
export function roundedStatistics(statistics: BinStatistics): BinStatistics {
  const { avgWinPct, avgLossPct } = statistics;
  return {
    ...statistics,
    stopLossPct: roundPct(statistics.stopLossPct),
    takeProfitPct: roundPct(statistics.takeProfitPct),
    avgWinPct: avgWinPct === null ? null : roundPct(avgWinPct),
    avgLossPct: avgLossPct === null ? null : roundPct(avgLossPct),
  };
}

function statistics(total: TradeSums): Omit<BinStatistics, 'label' | 'minLeverage' | 'maxLeverage'> {
  return {
    stopLossPct: ratio(total.sumStopLossPct, total.trades),
    takeProfitPct: ratio(total.sumTakeProfitPct, total.trades),
    winRate: total.wins / total.trades,
    profitFactor: total.sumLossPct < 0 ? ratio(total.sumWinPct, -total.sumLossPct) : null,
    avgWinPct: total.wins > 0 ? ratio(total.sumWinPct, total.wins) : null,
    avgLossPct: total.losses > 0 ? ratio(total.sumLossPct, total.losses) : null,
    totalTrades: total.trades,
    firstTradeAtMs: total.firstClosedAtMs,
    lastTradeAtMs: total.lastClosedAtMs,
  };
}

/**
 * Adding thousands of doubles leaves noise around the 13th digit, different for each order of adding. Nine decimals of a sum and ten of a ratio keep
 * far more than is ever served and make 1.00015 a half again, whichever gateway added it up. The sums come first: a ratio of decimals may itself be a
 * half at the tenth place (a sum over 128 trades), which no noise may decide. `b` is not 0.
 */
function ratio(a: number, b: number): number {
  return roundHalfAway(roundHalfAway(a, 9) / (roundHalfAway(b, 9) || b), 10);
}
