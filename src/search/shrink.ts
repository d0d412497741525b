// Borrowing from the other pairs: a pair with few trades is judged as if it had some more, which end in each cell as those of all other pairs did on
// average. Its optimum so moves towards theirs, the further the fewer trades it has of its own, and is always a cell that was really judged.
import { type CellSums, columnOf, type Population, type Statistic } from './objective.ts';

/** Sums over the trades of several pairs, for every cell of one grid, in ranges that end at the same time. */
export interface CellPool {
  readonly sums: CellSums;
  readonly trades: number;
}

/** A pool being filled. */
export interface OpenPool {
  /** Adds one pair's sums; they are copied. */
  add(sums: CellSums, trades: number): void;
  readonly pool: CellPool;
}

/**
 * Trades borrowed: a pair with as many of its own goes half of the way. Measured on twelve pairs: with sixty trades each a hundred bring a few percent
 * more than none, with three hundred nothing either way, and a thousand begin to cost where each pair has an edge of its own.
 */
export const BORROWED_TRADES = 100;

/** An empty pool for `cells` cells and these statistics. */
export function openPool(cells: number, statistics: readonly Statistic[]): OpenPool {
  const sums = new Map(statistics.map((statistic) => [statistic, shared(cells)]));
  let trades = 0;
  return {
    add: (added, count) => {
      for (const [statistic, into] of sums) {
        const from = columnOf(added, statistic);
        if (from.length !== cells) throw new Error(`${from.length} cells for a pool of ${cells}`);
        for (let cell = 0; cell < cells; cell += 1) into[cell] = (into[cell] as number) + (from[cell] as number);
      }
      trades += count;
    },
    get pool() {
      return { sums, trades };
    },
  };
}

/** Zeros in shared memory: every thread that borrows looks at the same. */
function shared(cells: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT));
}

/**
 * A pair's own sums and trades with `borrowed` trades of the others', taken from a pool that holds the pair itself too. Days grow as trades do, so that
 * figures per day stay what they are. Unchanged when the pool holds no other pair.
 */
export function shrunk(
  own: { readonly sums: CellSums; readonly population: Population },
  pool: CellPool,
  borrowed: number,
): { readonly sums: CellSums; readonly population: Population } {
  const { trades, days } = own.population;
  const others = pool.trades - trades;
  if (others <= 0 || borrowed <= 0 || trades === 0) return own;
  const share = borrowed / others;
  const sums = new Map<Statistic, Float64Array>();
  for (const [statistic, mine] of own.sums) {
    const all = columnOf(pool.sums, statistic);
    sums.set(
      statistic,
      mine.map((sum, cell) => sum + share * ((all[cell] as number) - sum)),
    );
  }
  return { sums, population: { trades: trades + borrowed, days: (days * (trades + borrowed)) / trades } };
}
