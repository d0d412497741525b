// Judges every cell of a study. One pass over the entries in order of time serves the whole period, every fold's training range and the blocks of the
// overfitting test.
import type { Objective, StudySpec } from '#domain/study.ts';
import { calmarValues } from './calmar.ts';
import { sharpen } from './exact-sharpe.ts';
import { freqtradeCalmar } from './freqtrade-calmar.ts';
import { FreqtradePlane } from './freqtrade-plane.ts';
import { metricsOf } from './metrics.ts';
import { additiveValues, type CellSums, type Population, statisticsFor } from './objective.ts';
import { BLOCKS, blockEnds } from './overfit.ts';
import { heldApart, holdsOf, noSums, type PlaneInput, PlaneTables, sideBySide } from './plane.ts';
import { BORROWED_TRADES, type CellPool, shrunk } from './shrink.ts';
import { simulate } from './simulate.ts';
import { tickDecimals } from './tick.ts';
import { entriesWithin } from './trades.ts';

/** The entries from <= index < `from` + `trades`, and the days D of their period. */
export interface EntryRange extends Population {
  readonly from: number;
}

/** What to judge: the cells over each population's entries. */
export interface Judging {
  readonly populations: readonly EntryRange[];
  /** Told the objective of every cell (NaN: the cell has none) for the population at `index`; called once for each, in no order. */
  readonly judged: (values: Float64Array, index: number) => void;
  /** Told the sums of the population at `index`, which grow on afterwards: what is to be kept must be copied. Not by calmar, which has none. */
  readonly summed?: (sums: CellSums, index: number) => void;
  /** All pairs' sums of the population at `index`, this pair's among them, to borrow trades from. */
  readonly pool?: (index: number) => CellPool | undefined;
  /** Told the share of the work done, 0..1, ascending. */
  readonly onProgress: (share: number) => void;
}

/** Every cell's sum of profit ratios per block of the overfitting test, and how many trades each block has. */
export interface BlockSums {
  readonly sums: readonly Float64Array[];
  readonly trades: readonly number[];
}

/** Entries looked at between two reports of progress. */
const PORTION = 4_096;

/** Judges as told; returns the blocks of the overfitting test, or null with fewer entries than blocks. */
export function judgeCells(
  input: PlaneInput,
  { fills, objective, minTrades }: Pick<StudySpec, 'fills' | 'objective' | 'minTrades'>,
  { populations, judged, summed, pool, onProgress }: Judging,
): BlockSums | null {
  const entries = input.entries.candle.length;
  const holds = holdsOf(input);
  const cells = input.grid.stopsPct.length * input.grid.targetsPct.length * holds.length;
  const statistics = statisticsFor(objective);
  const market = fills === 'FREQTRADE' ? { candles: input.candles, decimals: tickDecimals(input.candles) } : null;
  const tables =
    market === null
      ? new PlaneTables(input, statistics)
      : heldApart(holds, (maxHold) => new FreqtradePlane({ ...input, maxHold }, market, statistics), {
          grid: input.grid,
          statistics,
        });
  const passes = objective === 'CALMAR' ? 1 + populations.length : 1;
  const noFigures = () => new Float64Array(cells).fill(Number.NaN);
  const ends = entries < BLOCKS ? [] : blockEnds(entries);
  const blocks = ends.map(() => noSums(input.grid, ['sum'], holds.length));
  /** Sums of what has been taken since each beginning that is still wanted: anchored folds share one, rolling ones give theirs back. */
  const since = new Map<number, CellSums>();

  const own = (by: Exclude<Objective, 'CALMAR'>, sums: CellSums, population: EntryRange) => {
    const values = additiveValues(by, sums, population);
    if (by === 'SHARPE') sharpen(values, { sums, population }, (cell) => sharpeAt(input, fills, { cell, population }));
    return values;
  };

  const marks = new Set([...ends, ...populations.flatMap(({ from, trades }) => [from, from + trades])]);
  let taken = 0;
  for (const mark of [...marks].sort((a, b) => a - b)) {
    const block = blocks[ends.findIndex((end) => end >= mark)];
    while (taken < mark) {
      const next = Math.min(mark, taken + PORTION);
      tables.take(taken, next);
      taken = next;
      onProgress(taken / entries / passes);
    }
    if (mark > 0) tables.addTo(...since.values(), ...(block === undefined ? [] : [block]));
    populations.forEach((population, index) => {
      if (population.from + population.trades !== mark) return;
      if (population.trades < minTrades) judged(noFigures(), index);
      else if (objective !== 'CALMAR') {
        const sums = since.get(population.from) ?? noSums(input.grid, statistics, holds.length);
        summed?.(sums, index);
        const all = pool?.(index);
        judged(
          all === undefined ? own(objective, sums, population) : borrowing(objective, { sums, population }, all),
          index,
        );
      }
    });
    for (const from of since.keys()) {
      if (populations.every((population) => population.from !== from || population.from + population.trades <= mark))
        since.delete(from);
    }
    if (objective !== 'CALMAR' && populations.some(({ from, trades }) => from === mark && trades > 0)) {
      since.set(mark, noSums(input.grid, statistics, holds.length));
    }
  }
  if (objective === 'CALMAR') {
    populations.forEach((population, index) => {
      if (population.trades < minTrades) return;
      const onRow = (share: number) => onProgress((1 + index + share) / passes);
      const own = {
        ...input,
        entries: entriesWithin(input.entries, population.from, population.from + population.trades),
      };
      const valuesOf = (maxHold: number, slice: number) => {
        const held = { ...own, maxHold };
        const onOwnRow = (share: number) => onRow((slice + share) / holds.length);
        return market === null
          ? calmarValues(held, population, onOwnRow)
          : freqtradeCalmar(held, market, { population, onRow: onOwnRow });
      };
      judged(sideBySide(holds, valuesOf), index);
    });
  }
  onProgress(1);
  if (blocks.length === 0) return null;
  return {
    sums: blocks.map((block) => block.get('sum') as Float64Array),
    trades: ends.map((end, block) => end - (ends[block - 1] ?? 0)),
  };
}

function borrowing(
  objective: Exclude<Objective, 'CALMAR'>,
  own: { readonly sums: CellSums; readonly population: Population },
  all: CellPool,
): Float64Array {
  const { sums, population } = shrunk(own, all, BORROWED_TRADES);
  return additiveValues(objective, sums, population);
}

/** The sharpe of one cell, replayed trade by trade. */
function sharpeAt(
  input: PlaneInput,
  fills: StudySpec['fills'],
  { cell, population }: { readonly cell: number; readonly population: EntryRange },
): number | null {
  const holds = holdsOf(input);
  const { stopsPct, targetsPct } = input.grid;
  const level = Math.floor(cell / holds.length);
  const trades = simulate({
    ...input,
    fills,
    maxHold: holds[cell % holds.length] as number,
    entries: entriesWithin(input.entries, population.from, population.from + population.trades),
    levels: {
      stopLossPct: stopsPct[Math.floor(level / targetsPct.length)] as number,
      takeProfitPct: targetsPct[level % targetsPct.length] as number,
    },
    leverage: 1,
    oneAtATime: false,
  }).trades;
  return metricsOf(trades, population.days).sharpe;
}
