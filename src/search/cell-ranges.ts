// What cells are judged on: the whole period first, then the training range of every fold in order.
import type { Candles } from '#domain/market.ts';
import type { StudySpec } from '#domain/study.ts';
import type { Entries } from './entries.ts';
import type { EntryRange } from './judge.ts';
import { wholeDays } from './metrics.ts';
import type { PlaneInput } from './plane.ts';
import type { Space } from './space.ts';
import type { FoldPlan } from './walk-forward.ts';

/** The whole period, then each fold of `plan`. */
export function cellRanges({ openTimeMs }: Candles, entries: Entries, plan: FoldPlan): readonly EntryRange[] {
  const days = wholeDays(openTimeMs[0] as number, openTimeMs.at(-1) as number);
  return [
    { from: 0, trades: entries.candle.length, days },
    ...plan.folds.map(({ trainFrom, trainTo, trainDays }) => ({
      from: trainFrom,
      trades: trainTo - trainFrom,
      days: trainDays,
    })),
  ];
}

/** The rules of a spec by which cells of its space are judged. */
export function cellRules(
  { feePct, maxHold }: StudySpec,
  { grid, holds }: Space,
): Omit<PlaneInput, 'candles' | 'entries'> {
  return { feePct, maxHold, grid, holds };
}
