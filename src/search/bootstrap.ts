// How sure the expectancy out of sample is: a circular block bootstrap over the trades in order of time (Politis and Romano 1992). Seeded: the same
// trades and seed give the same interval on every machine.
import type { ExpectancyInterval } from '#domain/study.ts';
import { firstAtOrAfter } from './entries.ts';
import { chanceOf, type Uniform } from './samplers/chance.ts';

/** Trades in order of their entry, as columns of equal length. */
export interface BootstrapTrades {
  readonly profit: Float64Array;
  readonly entryCandle: Int32Array;
  readonly exitCandle: Int32Array;
  /** What each trade would have lost at its full stop, a negative ratio. */
  readonly atStop: Float64Array;
}

/** Samples drawn; more change the ends of the interval in their second digit at most. */
const SAMPLES = 2_000;

/** The draws of the bootstrap are those of no trial. */
const NO_TRIAL = -1;

/**
 * The interval that holds the middle `confidence` (0..1) of the samples' means: half of the rest lie below it, half above. null without trades.
 *
 * Blocks are as long as trades depend on one another: twice as many as open while one trade is open, and at least the cube root of all. Trades count for
 * that by their profit squared, which is what the spread is made of: where many are stopped at once and few run far, the few are what hangs together.
 * One more block counts as drawn from, in which every trade is stopped: history that holds no disaster says little about how rare disasters are. For
 * rare losses the lower end is then close to that of the exact Poisson interval (with none seen: the rule of three), for many trades it changes nothing.
 */
export function expectancyInterval(
  trades: BootstrapTrades,
  { seed, confidence }: { readonly seed: number; readonly confidence: number },
): ExpectancyInterval | null {
  const { profit, atStop } = trades;
  const count = profit.length;
  if (count === 0) return null;
  const blockTrades = blockLength(trades);
  const sums = runningSums(profit, blockTrades);
  const stopped = runningSums(atStop, blockTrades);
  const blocks = Math.ceil(count / blockTrades);
  const uniform = chanceOf(seed, NO_TRIAL);
  const means = new Float64Array(SAMPLES);
  for (let sample = 0; sample < SAMPLES; sample += 1)
    means[sample] = oneMean(uniform, { sums, stopped, blocks, count, blockTrades });
  means.sort();
  const tail = Math.floor(((1 - confidence) / 2) * SAMPLES);
  return {
    lowerPct: 100 * (means[tail] as number),
    upperPct: 100 * (means[SAMPLES - 1 - tail] as number),
    confidence,
    blockTrades,
  };
}

interface Drawing {
  readonly sums: Float64Array;
  readonly stopped: Float64Array;
  readonly blocks: number;
  readonly count: number;
  readonly blockTrades: number;
}

/** The mean profit of as many blocks as there are, and one more, each drawn with replacement; one draw in that many is the block of stops. */
function oneMean(uniform: Uniform, { sums, stopped, blocks, count, blockTrades }: Drawing): number {
  let sum = 0;
  for (let block = 0; block <= blocks; block += 1) {
    const from = Math.floor(uniform() * count);
    const table = Math.floor(uniform() * (blocks + 1)) === 0 ? stopped : sums;
    sum += (table[from + blockTrades] as number) - (table[from] as number);
  }
  return sum / ((blocks + 1) * blockTrades);
}

/** How many trades are drawn together, 1 to their number. */
function blockLength({ profit, entryCandle, exitCandle }: BootstrapTrades): number {
  const count = profit.length;
  let weights = 0;
  let meanwhile = 0;
  for (let index = 0; index < count; index += 1) {
    const weight = (profit[index] as number) ** 2;
    weights += weight;
    meanwhile += weight * (firstAtOrAfter(entryCandle, (exitCandle[index] as number) + 1) - index - 1);
  }
  const together = weights === 0 ? 0 : (2 * meanwhile) / weights;
  return Math.min(count, Math.max(1, Math.ceil(Math.cbrt(count)), Math.ceil(together)));
}

/** Sums of the values before each index, going on past the end with the first `more` values again. */
function runningSums(values: Float64Array, more: number): Float64Array {
  const sums = new Float64Array(values.length + more + 1);
  for (let index = 0; index < values.length + more; index += 1) {
    sums[index + 1] = (sums[index] as number) + (values[index % values.length] as number);
  }
  return sums;
}
