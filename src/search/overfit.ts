// The probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, Lopez de Prado, Zhu 2015):
// how often the cell that is best on half of the blocks is no better than the median cell on the other half.
import { tieTolerance } from './plateau.ts';

/** Entries in order of time are cut into this many blocks of equal count. */
export const BLOCKS = 10;
const HALF = 5;
const SUBSETS = 1 << HALF;
/** Cells looked at together: their partial sums stay in the processor's cache. */
const CHUNK = 512;

/** Where the blocks end when `count` entries are cut into blocks of equal count, the first ones one longer. */
export function blockEnds(count: number): readonly number[] {
  const size = Math.floor(count / BLOCKS);
  const longer = count % BLOCKS;
  return Array.from({ length: BLOCKS }, (_, block) => (block + 1) * size + Math.min(block + 1, longer));
}

/** What the splits say: how often and how much the best cell of one half disappoints on the other. */
export interface Overfitting {
  /** The share of the splits in which the best cell in sample has a mid-rank of at most half of N + 1 out of sample. */
  readonly pbo: number;
  /**
   * The slope of the least-squares line through (mean profit in sample, mean profit out of sample) of the best cells, one point per split; null when
   * all means in sample are the same. Since a cell's two halves add up to its whole, one cell that wins every split gives -1 whatever its worth.
   */
  readonly slope: number | null;
  /** The share of the splits in which the best cell in sample earns nothing or loses out of sample. */
  readonly lossShare: number;
}

/**
 * Overfitting over the 252 splits. `blocks` holds, per block, every cell's sum of profit ratios, `trades` how many trades each block has.
 * Sums within the tie tolerance are equal; of equal best cells the first counts.
 */
export function overfittingOf(blocks: readonly Float64Array[], trades: readonly number[]): Overfitting {
  if (blocks.length !== BLOCKS || trades.length !== BLOCKS) {
    throw new Error(`expected ${BLOCKS} blocks, got ${blocks.length} of ${trades.length}`);
  }
  const cells = (blocks[0] as Float64Array).length;
  const splits = halves();
  const chunks = Math.ceil(cells / CHUNK);
  const partial = new PartialSums(blocks);

  // First pass: the greatest sum in sample of every split, per chunk, so that the first cell that ties with it is found without a second full pass.
  const greatest = new Float64Array(splits.length).fill(Number.NEGATIVE_INFINITY);
  const chunkGreatest = new Float64Array(splits.length * chunks);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    partial.load(chunk * CHUNK);
    for (let split = 0; split < splits.length; split += 1) {
      const best = partial.greatest(splits[split] as number);
      chunkGreatest[split * chunks + chunk] = best;
      if (best > (greatest[split] as number)) greatest[split] = best;
    }
  }
  const winners = splits.map((split, index) => {
    const enough = (greatest[index] as number) - tieTolerance(greatest[index] as number);
    let chunk = 0;
    while ((chunkGreatest[index * chunks + chunk] as number) < enough) chunk += 1;
    partial.load(chunk * CHUNK);
    return partial.firstOf(split, enough);
  });

  // Second pass: how many cells are worse than each winner on the other blocks, and how many equal it.
  const ranks = new Float64Array(splits.length);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    partial.load(chunk * CHUNK);
    for (let split = 0; split < splits.length; split += 1) {
      const { unseen } = winners[split] as SplitWinner;
      ranks[split] = (ranks[split] as number) + partial.rankPart(~(splits[split] as number), unseen);
    }
  }
  // Cells below count 1, equal ones (itself among them) 1/2; the mid-rank from 1 is that plus 1/2.
  const overfitted = ranks.reduce((sum, rank) => sum + ((rank + 0.5) / (cells + 1) <= 0.5 ? 1 : 0), 0);
  const all = trades.reduce((sum, count) => sum + count, 0);
  const means = winners.map(({ seen, unseen }, index) => {
    const inside = trades.reduce((sum, count, block) => sum + (((splits[index] as number) >> block) & 1) * count, 0);
    return { seen: seen / inside, unseen: unseen / (all - inside) };
  });
  return {
    pbo: overfitted / splits.length,
    slope: slopeOf(means),
    lossShare: winners.filter(({ unseen }) => unseen <= 0).length / splits.length,
  };
}

/** The best cell of a split: its figure on the half that chose it, and on the other. */
interface SplitWinner {
  readonly seen: number;
  readonly unseen: number;
}

/** The slope of the least-squares line from seen to unseen; null without any spread of the seen. */
function slopeOf(points: readonly SplitWinner[]): number | null {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const seen = mean(points.map((point) => point.seen));
  const unseen = mean(points.map((point) => point.unseen));
  let products = 0;
  let squares = 0;
  for (const point of points) {
    products += (point.seen - seen) * (point.unseen - unseen);
    squares += (point.seen - seen) ** 2;
  }
  // A millionth of a percent of spread is the noise of sums.
  return squares / points.length < 1e-16 ? null : products / squares;
}

/** All choices of half of the blocks, as bit masks. */
function halves(): readonly number[] {
  const masks = Array.from({ length: 1 << BLOCKS }, (_, mask) => mask);
  return masks.filter((mask) => bits(mask) === HALF);
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** For one chunk of cells the sums over every subset of the first five blocks and of the last five: any split's sum is one addition of two. */
class PartialSums {
  readonly #blocks: readonly Float64Array[];
  readonly #low = Array.from({ length: SUBSETS }, () => new Float64Array(CHUNK));
  readonly #high = Array.from({ length: SUBSETS }, () => new Float64Array(CHUNK));
  #length = 0;

  constructor(blocks: readonly Float64Array[]) {
    this.#blocks = blocks;
  }

  /** Takes up the cells from `from` on. */
  load(from: number): void {
    this.#length = Math.min(CHUNK, (this.#blocks[0] as Float64Array).length - from);
    for (let subset = 1; subset < SUBSETS; subset += 1) {
      const newest = 31 - Math.clz32(subset);
      const rest = subset & ~(1 << newest);
      this.#sum(this.#low, { subset, rest, block: this.#blocks[newest] as Float64Array, from });
      this.#sum(this.#high, { subset, rest, block: this.#blocks[newest + HALF] as Float64Array, from });
    }
  }

  #sum(sums: readonly Float64Array[], of: { subset: number; rest: number; block: Float64Array; from: number }): void {
    const into = sums[of.subset] as Float64Array;
    const rest = sums[of.rest] as Float64Array;
    for (let cell = 0; cell < this.#length; cell += 1) {
      into[cell] = (rest[cell] as number) + (of.block[of.from + cell] as number);
    }
  }

  /** The greatest sum over the blocks of `mask`. */
  greatest(mask: number): number {
    const low = this.#low[mask & (SUBSETS - 1)] as Float64Array;
    const high = this.#high[(mask >> HALF) & (SUBSETS - 1)] as Float64Array;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let cell = 0; cell < this.#length; cell += 1) {
      const sum = (low[cell] as number) + (high[cell] as number);
      if (sum > greatest) greatest = sum;
    }
    return greatest;
  }

  /** The first cell whose sum over the blocks of `mask` is at least `enough`: that sum, and its sum over the other blocks. */
  firstOf(mask: number, enough: number): SplitWinner {
    for (let cell = 0; cell < this.#length; cell += 1) {
      const seen = this.#at(mask, cell);
      if (seen >= enough) return { seen, unseen: this.#at(~mask, cell) };
    }
    throw new Error('no cell of the chunk reaches the greatest sum of the chunk');
  }

  /** How many cells have a sum over `mask` below `value`, plus half of those equal to it. */
  rankPart(mask: number, value: number): number {
    const low = this.#low[mask & (SUBSETS - 1)] as Float64Array;
    const high = this.#high[(mask >> HALF) & (SUBSETS - 1)] as Float64Array;
    const tolerance = tieTolerance(value);
    const below = value - tolerance;
    const above = value + tolerance;
    let twice = 0;
    for (let cell = 0; cell < this.#length; cell += 1) {
      const sum = (low[cell] as number) + (high[cell] as number);
      twice += (sum < below ? 1 : 0) + (sum <= above ? 1 : 0);
    }
    return twice / 2;
  }

  #at(mask: number, cell: number): number {
    const low = (this.#low[mask & (SUBSETS - 1)] as Float64Array)[cell] as number;
    return low + ((this.#high[(mask >> HALF) & (SUBSETS - 1)] as Float64Array)[cell] as number);
  }
}
