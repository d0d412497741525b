// Wilcoxon's signed-rank test, one-sided, zeros split between the signs: the p-values of scipy.stats.wilcoxon(zero_method='zsplit') with its own choice of
// method (scipy 1.15 and later): exact without ties and for few values with them, else by the normal distribution.
import { normalBelow } from './normal.ts';

/** More values than this are never ranked exactly. */
const MOST_EXACT = 50;
/** ... and with equal sizes or zeros no more than this. */
const MOST_EXACT_TIED = 13;

/** How probable differences that lie so far above zero are when the truth lies at zero. `differences` are finite, at least one. */
export function signedRankP(differences: readonly number[]): number {
  const count = differences.length;
  const { ranks, tied } = doubledRanks(differences);
  const hasZero = differences.includes(0);
  // Twice the sum of ranks of the positive ones, of which zeros count half: a whole number.
  let above = 0;
  differences.forEach((difference, index) => {
    const rank = ranks[index] as number;
    if (difference > 0) above += 2 * rank;
    else if (difference === 0) above += rank;
  });
  if (count <= (tied > 0 || hasZero ? MOST_EXACT_TIED : MOST_EXACT)) {
    const signed = ranks.filter((_, index) => differences[index] !== 0);
    const fixed = ranks.reduce((sum, rank, index) => (differences[index] === 0 ? sum + rank : sum), 0);
    return shareFrom(signed, (above - fixed) / 2);
  }
  const mean = (count * (count + 1)) / 4;
  const spread = Math.sqrt((count * (count + 1) * (2 * count + 1) - tied / 2) / 24);
  return normalBelow(-(above / 4 - mean) / spread);
}

/** Twice the rank of each by its size, equal ones sharing the mean of theirs; and the sum of t^3 - t over the groups of t equal ones. */
function doubledRanks(differences: readonly number[]): { readonly ranks: readonly number[]; readonly tied: number } {
  const order = differences.map((_, index) => index);
  const size = (place: number) => Math.abs(differences[order[place] as number] as number);
  order.sort((a, b) => Math.abs(differences[a] as number) - Math.abs(differences[b] as number));
  const ranks = differences.map(() => 0);
  let tied = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && size(to) === size(from)) to += 1;
    for (let place = from; place < to; place += 1) ranks[order[place] as number] = from + to + 1;
    tied += (to - from) ** 3 - (to - from);
    from = to;
  }
  return { ranks, tied };
}

/** The share of all ways to pick from `ranks` that sum to `least` or more. */
function shareFrom(ranks: readonly number[], least: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= rank; sum -= 1) ways[sum] = (ways[sum] as number) + (ways[sum - rank] as number);
  }
  return ways.subarray(Math.max(0, Math.ceil(least))).reduce((sum, way) => sum + way, 0) / 2 ** ranks.length;
}
