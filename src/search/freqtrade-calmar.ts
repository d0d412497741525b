// Calmar of every cell with freqtrade's fills. Drawdown depends on the order in which trades end, so each cell's profits are laid on their exit candles
// and added up in time. Each level's own end is found once per entry, not per cell.
import { type Ends, endAt, noEnds } from './ends.ts';
import type { TickedCandles } from './freqtrade-exit.ts';
import { FreqtradeWalker, NEVER } from './freqtrade-touch.ts';
import type { Grid } from './grid.ts';
import { deepestFall, yearlyRatio } from './metrics.ts';
import type { Population } from './objective.ts';
import type { PlaneInput } from './plane.ts';

/** Bytes the ends of one tile of levels may take. */
const TILE_BYTES = 64 * 2 ** 20;

/**
 * The metric calmar of every cell over the first `population.trades` entries, NaN where it does not exist. `onRow` is told the share of rows done
 * (0..1) after each; this may take many seconds.
 */
export function freqtradeCalmar(
  input: PlaneInput,
  market: TickedCandles,
  { population, onRow }: { readonly population: Population; readonly onRow: (share: number) => void },
): Float64Array {
  const { stopsPct, targetsPct } = input.grid;
  const values = new Float64Array(stopsPct.length * targetsPct.length).fill(Number.NaN);
  if (population.trades === 0) return values;
  const tileLevels = Math.max(8, Math.floor(TILE_BYTES / (24 * population.trades)));
  let cellsDone = 0;
  for (let firstStop = 0; firstStop < stopsPct.length; firstStop += tileLevels) {
    const stops = stopsPct.slice(firstStop, firstStop + tileLevels);
    for (let firstTarget = 0; firstTarget < targetsPct.length; firstTarget += tileLevels) {
      const targets = targetsPct.slice(firstTarget, firstTarget + tileLevels);
      const tile = new Tile(input, market, {
        grid: { stopsPct: stops, targetsPct: targets },
        trades: population.trades,
      });
      for (let stop = 0; stop < stops.length; stop += 1) {
        for (let target = 0; target < targets.length; target += 1) {
          const { profit, relativeFall } = tile.cell(stop, target);
          const ratio = yearlyRatio((100 * profit) / population.days, relativeFall);
          values[(firstStop + stop) * targetsPct.length + firstTarget + target] = ratio ?? Number.NaN;
        }
        cellsDone += targets.length;
        onRow(cellsDone / values.length);
      }
    }
  }
  return values;
}

/** Where and how each entry would end at one level alone; columns per entry. */
interface LevelEnds {
  readonly candle: Int32Array;
  /** NaN where the order waits. */
  readonly profit: Float64Array;
}

/** Some levels of the grid. An exit at neither level is kept as that of the stop; one that the levels of its candle precede, a candle later. */
class Tile {
  readonly #entries: PlaneInput['entries'];
  readonly #walkers: readonly [FreqtradeWalker, FreqtradeWalker];
  readonly #stops: readonly LevelEnds[];
  readonly #targets: readonly LevelEnds[];
  readonly #trades: number;
  readonly #ends: Ends;
  readonly #changes: Float64Array;

  constructor(input: PlaneInput, market: TickedCandles, { grid, trades }: { grid: Grid; trades: number }) {
    const candles = market.candles.open.length;
    const ends = () => ({ candle: new Int32Array(trades), profit: new Float64Array(trades) });
    this.#entries = input.entries;
    this.#walkers = [
      new FreqtradeWalker(market, grid, { ...input, side: 'LONG' }),
      new FreqtradeWalker(market, grid, { ...input, side: 'SHORT' }),
    ];
    this.#stops = grid.stopsPct.map(ends);
    this.#targets = grid.targetsPct.map(ends);
    this.#trades = trades;
    this.#ends = noEnds(candles);
    this.#changes = new Float64Array(candles);
    for (let trade = 0; trade < trades; trade += 1) this.#keep(trade);
  }

  #keep(trade: number): void {
    const walker = this.#walkerOf(trade);
    walker.walk(this.#entries.candle[trade] as number);
    const { stops, targets, timeout } = walker;
    const leaves = timeout.candle + (timeout.afterLevels ? 1 : 0);
    this.#stops.forEach(({ candle, profit }, stop) => {
      const met = (stops.candle[stop] as number) !== NEVER;
      candle[trade] = met ? (stops.candle[stop] as number) : leaves;
      profit[trade] = met ? (stops.profit[stop] as number) : timeout.profit;
    });
    this.#targets.forEach(({ candle, profit }, target) => {
      candle[trade] = targets.candle[target] as number;
      profit[trade] = targets.profit[target] as number;
    });
  }

  #walkerOf(trade: number): FreqtradeWalker {
    return this.#walkers[this.#entries.short[trade] === 1 ? 1 : 0];
  }

  /** What the trades of one cell earn, and their deepest fall relative to what was there. */
  cell(stop: number, target: number): { readonly profit: number; readonly relativeFall: number } {
    const stops = this.#stops[stop] as LevelEnds;
    const targets = this.#targets[target] as LevelEnds;
    const last = this.#changes.length - 1;
    let sum = 0;
    for (let trade = 0; trade < this.#trades; trade += 1) {
      const won = (targets.candle[trade] as number) < (stops.candle[trade] as number);
      const from = won ? targets : stops;
      let candle = Math.min(from.candle[trade] as number, last);
      let profit = from.profit[trade] as number;
      if (Number.isNaN(profit)) {
        ({ candle, profit } = this.#walkerOf(trade).alone(this.#entries.candle[trade] as number, stop, target));
      }
      endAt(this.#ends, candle, profit);
      sum += profit;
    }
    return { profit: sum, relativeFall: deepestFall(this.#changes, this.#collect()).relative };
  }

  /** Puts the sums of all candles with an exit in order and forgets them; returns how many there are. */
  #collect(): number {
    const { at, marks } = this.#ends;
    let count = 0;
    for (let word = 0; word < marks.length; word += 1) {
      for (let bits = marks[word] as number; bits !== 0; bits &= bits - 1) {
        const candle = (word << 5) + 31 - Math.clz32(bits & -bits);
        this.#changes[count] = at[candle] as number;
        at[candle] = 0;
        count += 1;
      }
      marks[word] = 0;
    }
    return count;
  }
}
