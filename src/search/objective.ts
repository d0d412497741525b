// What a study maximises: which metric an objective names, and its value in every cell of a plane from additive sums over the trades.
import type { Metrics, Objective } from '#domain/study.ts';
import { LEAST_SPREAD } from './metrics.ts';

/** The sums over a cell's trades that objectives are made of, each a function of one trade's profit ratio r. */
export type Statistic = 'sum' | 'wins' | 'gain' | 'loss' | 'squares' | 'downside';

/** What one trade adds to each statistic. */
export const CONTRIBUTION: Readonly<Record<Statistic, (r: number) => number>> = {
  sum: (r) => r,
  wins: (r) => (r > 0 ? 1 : 0),
  gain: (r) => (r > 0 ? r : 0),
  loss: (r) => (r < 0 ? -r : 0),
  squares: (r) => r * r,
  downside: (r) => (r < 0 ? r * r : 0),
};

/** One value per cell for each statistic that was asked for. */
export type CellSums = ReadonlyMap<Statistic, Float64Array>;

/** How many trades every cell has (each entry is exactly one trade in each cell), and the days D of their period. */
export interface Population {
  readonly trades: number;
  readonly days: number;
}

interface AdditiveRule {
  readonly metric: keyof Metrics;
  readonly statistics: readonly Statistic[];
  /** The metric of a cell; NaN where it does not exist. `part(k)` is the cell's sum of the k-th statistic. */
  readonly value: (part: (k: number) => number, population: Population) => number;
}

const YEAR = Math.sqrt(365);
const ratio = (top: number, spread: number) => (spread < LEAST_SPREAD ? Number.NaN : (top / spread) * YEAR);

const ADDITIVE: Readonly<Record<Exclude<Objective, 'CALMAR'>, AdditiveRule>> = {
  NET_PROFIT: { metric: 'netProfitPct', statistics: ['sum'], value: (part) => 100 * part(0) },
  EXPECTANCY: {
    metric: 'expectancyPct',
    statistics: ['sum'],
    value: (part, { trades }) => (100 * part(0)) / trades,
  },
  PROFIT_FACTOR: {
    metric: 'profitFactor',
    statistics: ['gain', 'loss'],
    value: (part) => (part(1) === 0 ? Number.NaN : part(0) / part(1)),
  },
  WIN_RATE: { metric: 'winRate', statistics: ['wins'], value: (part, { trades }) => part(0) / trades },
  SHARPE: {
    metric: 'sharpe',
    statistics: ['sum', 'squares'],
    value: (part, { trades, days }) => {
      const mean = part(0) / trades;
      return ratio(part(0) / days, Math.sqrt(Math.max(0, part(1) / trades - mean * mean)));
    },
  },
  SORTINO: {
    metric: 'sortino',
    statistics: ['sum', 'downside'],
    value: (part, { trades, days }) => ratio(part(0) / days, Math.sqrt(part(1) / trades)),
  },
};

/** The metric `objective` names, in the unit of that metric; null when it does not exist. */
export function objectiveOf(metrics: Metrics, objective: Objective): number | null {
  const value = metrics[objective === 'CALMAR' ? 'calmar' : ADDITIVE[objective].metric];
  return typeof value === 'number' ? value : null;
}

/** The statistics a plane must sum for `objective`; `sum` always, since overfitting is judged by it. */
export function statisticsFor(objective: Objective): readonly Statistic[] {
  const own = objective === 'CALMAR' ? [] : ADDITIVE[objective].statistics;
  return [...new Set<Statistic>(['sum', ...own])];
}

/** The objective of every cell, NaN where it does not exist. Not for calmar, which is no function of sums. */
export function additiveValues(
  objective: Exclude<Objective, 'CALMAR'>,
  sums: CellSums,
  population: Population,
): Float64Array {
  const { statistics, value } = ADDITIVE[objective];
  const columns = statistics.map((statistic) => columnOf(sums, statistic));
  const cells = columns[0]?.length ?? 0;
  const values = new Float64Array(cells).fill(Number.NaN);
  if (population.trades === 0) return values;
  let cell = 0;
  const part = (k: number) => (columns[k] as Float64Array)[cell] as number;
  for (; cell < cells; cell += 1) values[cell] = value(part, population);
  return values;
}

/** The sums of one statistic, which must be among them. */
export function columnOf(sums: CellSums, statistic: Statistic): Float64Array {
  const column = sums.get(statistic);
  if (column === undefined) throw new Error(`the plane was summed without ${statistic}`);
  return column;
}
