// Sharpe of the cells that may win, to the last digit. A spread from one-pass sums loses digits where trades end almost alike (a spread of 1e-5 keeps six
// of them, one of 1e-6 four), and just there the ratio is greatest: such cells are replayed, and their spread is taken in two passes.
import { LEAST_SPREAD } from './metrics.ts';
import type { CellSums, Population } from './objective.ts';

/** Spreads below this have lost more digits than the tie rule looks at. */
const BLURRED_SPREAD = 3e-4;
/** Cells with less than this share of the greatest value decide neither the peak nor, among its neighbours, the best plateau. */
const MATTERING_SHARE = 0.5;
/** Most cells replayed; the greatest come first. */
const MOST_REPLAYS = 500;

/**
 * Puts exact figures into `values` (NaN: none) where the spread of `sums` is blurred and the value at least half of the greatest. `sharpeOf` replays
 * one cell; null where it has no sharpe.
 */
export function sharpen(
  values: Float64Array,
  { sums, population }: { readonly sums: CellSums; readonly population: Population },
  sharpeOf: (cell: number) => number | null,
): void {
  const blurred = blurredCells(values, sums, population.trades);
  let greatest = greatestOf(values);
  for (let replays = 0; replays < MOST_REPLAYS && blurred.length > 0; replays += 1) {
    const cell = blurred.pop() as number;
    const blurry = values[cell] as number;
    if (blurry < MATTERING_SHARE * greatest) return;
    values[cell] = sharpeOf(cell) ?? Number.NaN;
    greatest = blurry < greatest ? Math.max(greatest, (values[cell] as number) || greatest) : greatestOf(values);
  }
}

function greatestOf(values: Float64Array): number {
  return values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY);
}

/** The cells whose spread is blurred and positive, the least value first; those just below the least spread there is count too. */
function blurredCells(values: Float64Array, sums: CellSums, trades: number): number[] {
  const sum = sums.get('sum');
  const squares = sums.get('squares');
  if (sum === undefined || squares === undefined || trades === 0) return [];
  const cells: number[] = [];
  for (let cell = 0; cell < values.length; cell += 1) {
    const mean = (sum[cell] as number) / trades;
    const spread = Math.sqrt(Math.max(0, (squares[cell] as number) / trades - mean * mean));
    if (mean > 0 && spread > LEAST_SPREAD / 2 && spread < BLURRED_SPREAD) cells.push(cell);
  }
  const rank = (cell: number) => {
    const value = values[cell] as number;
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  return cells.sort((a, b) => rank(a) - rank(b));
}
