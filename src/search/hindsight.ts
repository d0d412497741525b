// What trades would have earned with other levels, judged afterwards over candles: the ones they were given, the fallback, and of all the best.
// Every figure of a trade is of the same entry: the open of the first candle at or after its opening, with conservative fills.
import { type ExitLevels, validLevels } from '#domain/exit-params.ts';
import type { Candles, Side } from '#domain/market.ts';
import { placeSignals } from './entries.ts';
import { gridOf } from './grid.ts';
import { noSums, PlaneTables } from './plane.ts';
import { simulate } from './simulate.ts';

/** A closed trade, and the groups it belongs to. */
export interface PastTrade {
  readonly side: Side;
  readonly openedAtMs: number;
  /** As it earned, percent at position level. */
  readonly profitPct: number;
  readonly levels: ExitLevels;
  readonly groups: readonly HindsightSums[];
}

/** Sums over the trades of one group, percent at position level. `cells`: of each pair of levels of the grid, as ratios. */
export interface HindsightSums {
  trades: number;
  recordedPct: number;
  servedPct: number;
  fallbackPct: number;
  readonly cells: Float64Array;
}

/** The levels among which the best is looked for, steps of 0.1 percentage points. */
export const HINDSIGHT_GRID = gridOf({ min: -0.2, max: -7, step: 0.1 }, { min: 0.2, max: 6, step: 0.1 });

/** Sums of no trades. */
export function noHindsight(): HindsightSums {
  const cells = HINDSIGHT_GRID.stopsPct.length * HINDSIGHT_GRID.targetsPct.length;
  return { trades: 0, recordedPct: 0, servedPct: 0, fallbackPct: 0, cells: new Float64Array(cells) };
}

/** The levels that would have earned most, the tightest stop and then the smallest target where several would; null without trades. */
export function bestInHindsight({
  trades,
  cells,
}: HindsightSums): (ExitLevels & { readonly netProfitPct: number }) | null {
  if (trades === 0) return null;
  const best = cells.reduce((at, sum, cell) => (sum > (cells[at] as number) + 1e-9 ? cell : at), 0);
  const { stopsPct, targetsPct } = HINDSIGHT_GRID;
  return {
    stopLossPct: stopsPct[Math.floor(best / targetsPct.length)] as number,
    takeProfitPct: targetsPct[best % targetsPct.length] as number,
    netProfitPct: 100 * (cells[best] as number),
  };
}

/** Adds each of `trades` (of the candles' pair) to its groups; how many found no candle. `maxHold` at least 1. */
export function compareInHindsight(
  candles: Candles,
  trades: readonly PastTrade[],
  rules: { readonly fallback: ExitLevels; readonly feePct: number; readonly maxHold: number },
): number {
  let missed = 0;
  const { fallback, feePct, maxHold } = rules;
  for (const trade of trades) {
    const signal = { timeMs: trade.openedAtMs, side: trade.side };
    const { entries } = placeSignals(candles, [signal], { side: null, source: 'file' });
    if (entries.candle.length === 0 || !validLevels(trade.levels) || trade.levels.stopLossPct <= -100) {
      missed += 1;
      continue;
    }
    const common = {
      candles,
      entries,
      fills: 'CONSERVATIVE' as const,
      feePct,
      maxHold,
      leverage: 1,
      oneAtATime: false,
    };
    const earned = (levels: ExitLevels) => 100 * (simulate({ ...common, levels }).trades.profit[0] as number);
    const [served, otherwise] = [earned(trade.levels), earned(fallback)];
    const sums = noSums(HINDSIGHT_GRID, ['sum']);
    const tables = new PlaneTables({ candles, entries, grid: HINDSIGHT_GRID, feePct, maxHold }, ['sum']);
    tables.take(0, 1);
    tables.addTo(sums);
    const cells = sums.get('sum') as Float64Array;
    for (const group of trade.groups) {
      group.trades += 1;
      group.recordedPct += trade.profitPct;
      group.servedPct += served;
      group.fallbackPct += otherwise;
      for (let cell = 0; cell < cells.length; cell += 1)
        group.cells[cell] = (group.cells[cell] as number) + (cells[cell] as number);
    }
  }
  return missed;
}
