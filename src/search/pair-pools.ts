// What pairs that are searched together lend each other: every cell's sums over all their trades, by the range of time in which those were taken.
// Ranges are pooled only where they begin and end at the same instants, so that no fold borrows from what comes after it.
import type { Candles } from '#domain/market.ts';
import type { StudySpec } from '#domain/study.ts';
import { cellRanges, cellRules } from './cell-ranges.ts';
import { judgeCells } from './judge.ts';
import { statisticsFor } from './objective.ts';
import { type CellPool, type OpenPool, openPool } from './shrink.ts';
import { cellsOf, spaceOf } from './space.ts';
import { samples } from './spec.ts';
import { stage } from './stage.ts';
import type { StudyInput } from './study-run.ts';
import { type PlannedFold, planFolds } from './walk-forward.ts';

/** The pools by `rangeKey`; plain data, ready for threads. */
export type PairPools = ReadonlyMap<string, CellPool>;

/** The name of a range of time: a fold's training range, or without one the whole period of the candles. */
export function rangeKey({ openTimeMs }: Candles, fold?: PlannedFold): string {
  return fold === undefined
    ? `whole ${openTimeMs[0]} ${openTimeMs.at(-1)}`
    : `train ${fold.trainFromMs} ${fold.trainToMs}`;
}

/** Whether studies like this one lend and borrow: not by calmar, `tpe` or `random`. */
export function lends(spec: StudySpec): boolean {
  return spec.objective !== 'CALMAR' && !samples(spec);
}

/** The pools of several pools, added up in their order. */
export function mergedPools(parts: readonly PairPools[]): PairPools {
  const merged = new Map<string, OpenPool>();
  for (const [key, { sums, trades }] of parts.flatMap((part) => [...part])) {
    const cells = [...sums.values()][0]?.length ?? 0;
    const pool = merged.get(key) ?? openPool(cells, [...sums.keys()]);
    merged.set(key, pool);
    pool.add(sums, trades);
  }
  return new Map([...merged].map(([key, { pool }]) => [key, pool]));
}

/** The pools of `inputs`, studies of different pairs that ask the same. Those that do not lend are passed over. */
export function poolPairs(inputs: Iterable<StudyInput>): PairPools {
  const pools = new Map<string, OpenPool>();
  for (const { spec, signals, candles: all } of inputs) {
    if (!lends(spec)) continue;
    const { candles, entries } = stage(all, signals, spec);
    if (entries.candle.length === 0) continue;
    const space = spaceOf(spec);
    const plan = planFolds(candles, entries, spec);
    const ranges = cellRanges(candles, entries, plan);
    judgeCells({ ...cellRules(spec, space), candles, entries }, spec, {
      populations: ranges,
      judged: () => undefined,
      summed: (sums, index) => {
        const key = rangeKey(candles, plan.folds[index - 1]);
        const pool = pools.get(key) ?? openPool(cellsOf(spec), statisticsFor(spec.objective));
        pools.set(key, pool);
        pool.add(sums, ranges[index]?.trades ?? 0);
      },
      onProgress: () => undefined,
    });
  }
  return new Map([...pools].map(([key, { pool }]) => [key, pool]));
}
