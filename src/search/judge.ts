// Judges every cell of a study. One pass over the entries in order of time serves the whole period, every fold's training range (a prefix, since folds
// are anchored) and the blocks of the overfitting test.
import type { StudySpec } from '#domain/study.ts';
import { calmarValues } from './calmar.ts';
import { freqtradeCalmar } from './freqtrade-calmar.ts';
import { FreqtradePlane } from './freqtrade-plane.ts';
import { additiveValues, type Population, statisticsFor } from './objective.ts';
import { BLOCKS, blockEnds } from './overfit.ts';
import { noSums, type PlaneInput, PlaneTables } from './plane.ts';
import { tickDecimals } from './tick.ts';

/** What to judge: the cells over the first `trades` entries, for each population. */
export interface Judging {
  readonly populations: readonly Population[];
  /** Told the objective of every cell (NaN: the cell has none) for the population at `index`; called once for each, in no order. */
  readonly judged: (values: Float64Array, index: number) => void;
  /** Told the share of the work done, 0..1, ascending. */
  readonly onProgress: (share: number) => void;
}

/** Entries looked at between two reports of progress. */
const PORTION = 4_096;

/** Judges as told; returns every cell's sum of profit ratios per block of the overfitting test, or null with fewer entries than blocks. */
export function judgeCells(
  input: PlaneInput,
  { fills, objective, minTrades }: Pick<StudySpec, 'fills' | 'objective' | 'minTrades'>,
  { populations, judged, onProgress }: Judging,
): readonly Float64Array[] | null {
  const entries = input.entries.candle.length;
  const cells = input.grid.stopsPct.length * input.grid.targetsPct.length;
  const statistics = statisticsFor(objective);
  const market = fills === 'FREQTRADE' ? { candles: input.candles, decimals: tickDecimals(input.candles) } : null;
  const tables = market === null ? new PlaneTables(input, statistics) : new FreqtradePlane(input, market, statistics);
  const totals = noSums(input.grid, statistics);
  const ends = entries < BLOCKS ? [] : blockEnds(entries);
  const blocks = ends.map(() => noSums(input.grid, ['sum']));
  const passes = objective === 'CALMAR' ? 1 + populations.length : 1;

  const marks = new Set([...ends, ...populations.map(({ trades }) => trades)]);
  let taken = 0;
  for (const mark of [...marks].sort((a, b) => a - b)) {
    const block = blocks[ends.findIndex((end) => end >= mark)];
    while (taken < mark) {
      const next = Math.min(mark, taken + PORTION);
      tables.take(taken, next);
      taken = next;
      onProgress(taken / entries / passes);
    }
    tables.addTo(...(block === undefined ? [totals] : [totals, block]));
    populations.forEach((population, index) => {
      if (population.trades !== mark) return;
      if (mark < minTrades) judged(new Float64Array(cells).fill(Number.NaN), index);
      else if (objective !== 'CALMAR') judged(additiveValues(objective, totals, population), index);
    });
  }
  if (objective === 'CALMAR') {
    populations.forEach((population, index) => {
      if (population.trades < minTrades) return;
      const onRow = (share: number) => onProgress((1 + index + share) / passes);
      judged(
        market === null
          ? calmarValues(input, population, onRow)
          : freqtradeCalmar(input, market, { population, onRow }),
        index,
      );
    });
  }
  onProgress(1);
  return blocks.length === 0 ? null : blocks.map((block) => block.get('sum') as Float64Array);
}
