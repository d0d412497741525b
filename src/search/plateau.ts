// Which cell of a plane wins: the peak (greatest value) and the plateau (greatest mean of the neighbourhood), with one tie rule for both.

/** Rows are stops, columns targets, both from the level nearest zero outward. */
export interface PlaneShape {
  readonly rows: number;
  readonly columns: number;
}

/** Neighbours up to this many grid steps away in each direction count for a plateau. */
export const REACH = 5;

/** The warning for a plane of at most `REACH` + 1 levels each way: the plateau of every cell is the whole of it, so that the plateaus choose nothing. */
export function coarseWarnings({ rows, columns }: PlaneShape): readonly string[] {
  if (rows > REACH + 1 || columns > REACH + 1 || rows * columns === 1) return [];
  return [
    `on a grid of ${rows} stops x ${columns} targets every plateau is the whole plane: best is its first cell; take smaller steps, or look at the peak`,
  ];
}

/** Values closer than this to the greatest one tie with it: 1e-9 of it, or 1e-9. */
export function tieTolerance(greatest: number): number {
  return 1e-9 * Math.max(1, Math.abs(greatest));
}

/** The cell of the greatest value; among ties the tightest stop, then the smallest target. NaN cells never win; -1 when there is no other. */
export function greatestCell(values: Float64Array): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > greatest) greatest = value;
  if (greatest === Number.NEGATIVE_INFINITY) return -1;
  const enough = greatest - tieTolerance(greatest);
  return values.findIndex((value) => value >= enough);
}

/** Several planes whose cells lie next to one another: cell (row, column, slice) has the index (row x columns + column) x slices + slice. */
export interface SlicedShape extends PlaneShape {
  readonly slices: number;
}

/**
 * The two winners: the best plateau and the peak; undefined when no cell has a value. A plateau is made of neighbours in its own slice, and of equal
 * slices the first wins.
 */
export function winnersOf(
  values: Float64Array,
  { rows, columns, slices }: SlicedShape,
): { readonly best: number; readonly peak: number } | undefined {
  const peak = greatestCell(values);
  if (peak < 0) return undefined;
  if (slices === 1) return { best: greatestCell(plateauScores(values, { rows, columns })), peak };
  const scores = new Float64Array(values.length);
  const own = new Float64Array(rows * columns);
  for (let slice = 0; slice < slices; slice += 1) {
    for (let cell = 0; cell < own.length; cell += 1) own[cell] = values[cell * slices + slice] as number;
    const ofSlice = plateauScores(own, { rows, columns });
    for (let cell = 0; cell < own.length; cell += 1) scores[cell * slices + slice] = ofSlice[cell] as number;
  }
  return { best: greatestCell(scores), peak };
}

/**
 * For every cell the mean value of the cells at most 5 steps away in both directions, clipped at the edges, NaN cells left out.
 * A NaN cell has no score. Windows are summed afresh, along rows and then columns, so that no long running sum carries noise into a tie.
 */
export function plateauScores(values: Float64Array, shape: PlaneShape): Float64Array {
  const { rows, columns } = shape;
  const known = new Float64Array(values.length);
  const there = new Float64Array(values.length);
  let missing = 0;
  for (let cell = 0; cell < values.length; cell += 1) {
    const value = values[cell] as number;
    if (Number.isNaN(value)) missing += 1;
    else {
      known[cell] = value;
      there[cell] = 1;
    }
  }
  const scores = boxSums(known, shape);
  const counts = missing === 0 ? undefined : boxSums(there, shape);
  for (let row = 0, cell = 0; row < rows; row += 1) {
    const high = Math.min(rows - 1, row + REACH) - Math.max(0, row - REACH) + 1;
    for (let column = 0; column < columns; column += 1, cell += 1) {
      const wide = Math.min(columns - 1, column + REACH) - Math.max(0, column - REACH) + 1;
      const count = counts === undefined ? high * wide : (counts[cell] as number);
      scores[cell] = there[cell] === 0 ? Number.NaN : (scores[cell] as number) / count;
    }
  }
  return scores;
}

function boxSums(values: Float64Array, { rows, columns }: PlaneShape): Float64Array {
  const across = new Float64Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const last = Math.min(columns - 1, column + REACH);
      let sum = 0;
      for (let near = Math.max(0, column - REACH); near <= last; near += 1)
        sum += values[row * columns + near] as number;
      across[row * columns + column] = sum;
    }
  }
  const sums = new Float64Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    const last = Math.min(rows - 1, row + REACH);
    for (let near = Math.max(0, row - REACH); near <= last; near += 1) {
      for (let column = 0; column < columns; column += 1) {
        sums[row * columns + column] =
          (sums[row * columns + column] as number) + (across[near * columns + column] as number);
      }
    }
  }
  return sums;
}
