// How wide tpe's kernels are: as wide as the way to the farther neighbour, within limits. Found without sorting, for it is asked for every trial
// and all observations: nearer than the least width nobody needs to know how near, so only the outermost of each narrow strip have neighbours to look at.

/** The least width is the range / this, with fewer observations the range / (observations + 2). */
const FINEST = 100;

/** Strips are half as wide as the least width; what lies outside the range belongs to the outermost. */
const STRIPS = 2 * FINEST + 2;

/**
 * The widths of the kernels at `centres` (by age), then of the one kernel over everything, which is the range. The outermost of several know one
 * neighbour only; one alone has the ends as neighbours. Among equals the older is the left one.
 */
export function kernelWidths(centres: Float64Array, low: number, high: number): Float64Array {
  const count = centres.length;
  const range = high - low;
  const finest = range / Math.min(FINEST, count + 2);
  const widths = new Float64Array(count + 1).fill(finest, 0, count);
  widths[count] = range;
  const { least, greatest } = outermost(centres, low, finest / 2);
  let before = -1;
  for (let strip = 0; strip < STRIPS; strip += 1) {
    const first = least[strip] as number;
    if (first < 0) continue;
    if (before >= 0) between(widths, centres, [before, first]);
    before = greatest[strip] as number;
  }
  if (count === 1) {
    const only = centres[0] as number;
    widths[0] = Math.max(finest, only - low, high - only);
  }
  for (let index = 0; index < count; index += 1) widths[index] = Math.min(widths[index] as number, range);
  return widths;
}

/** Widens the neighbours `left` and `right` to the way between them. */
function between(widths: Float64Array, centres: Float64Array, [left, right]: readonly [number, number]): void {
  const way = (centres[right] as number) - (centres[left] as number);
  if (way > (widths[left] as number)) widths[left] = way;
  if (way > (widths[right] as number)) widths[right] = way;
}

/** Who is outermost in each strip, -1 where it is empty: of the least ones the oldest, of the greatest ones the newest. */
function outermost(centres: Float64Array, low: number, width: number) {
  const least = new Int32Array(STRIPS).fill(-1);
  const greatest = new Int32Array(STRIPS).fill(-1);
  const perWidth = 1 / width;
  for (let index = 0; index < centres.length; index += 1) {
    const centre = centres[index] as number;
    const strip = Math.min(Math.max(Math.floor((centre - low) * perWidth), 0), STRIPS - 1);
    const leastYet = least[strip] as number;
    if (leastYet < 0 || centre < (centres[leastYet] as number)) least[strip] = index;
    const greatestYet = greatest[strip] as number;
    if (greatestYet < 0 || centre >= (centres[greatestYet] as number)) greatest[strip] = index;
  }
  return { least, greatest };
}
