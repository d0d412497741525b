// EXACT and GRID: every cell of the space is judged, and the best plateau wins.
import { cellRanges, cellRules } from './cell-ranges.ts';
import type { Choice, Choosing } from './choice.ts';
import { judgeCells } from './judge.ts';
import { rangeKey } from './pair-pools.ts';
import { winnersOf } from './plateau.ts';
import { cellsOf, pointAt } from './space.ts';
import type { PlannedFold, Point } from './walk-forward.ts';

/** Judges all cells. `onProgress` is told the share done, 0..1, ascending. */
export function chooseAmongAll(
  { spec, space, candles, entries, plan, pools }: Choosing,
  onProgress: (share: number) => void,
): Choice {
  const choices = new Map<PlannedFold, Point>();
  let values: Float64Array = new Float64Array();
  const shape = { rows: space.grid.stopsPct.length, columns: space.grid.targetsPct.length, slices: space.holds.length };
  const blocks = judgeCells({ ...cellRules(spec, space), candles, entries }, spec, {
    populations: cellRanges(candles, entries, plan),
    pool: (index) => pools?.get(rangeKey(candles, plan.folds[index - 1])),
    judged: (judged, index) => {
      const fold = plan.folds[index - 1];
      if (fold === undefined) values = judged;
      else {
        const winners = winnersOf(judged, shape);
        if (winners !== undefined) choices.set(fold, pointAt(space, winners.best));
      }
    },
    onProgress,
  });
  const winners = winnersOf(values, shape);
  const winner = (cell: number) => ({ cell, objective: values[cell] as number });
  return {
    winners: winners === undefined ? undefined : { best: winner(winners.best), peak: winner(winners.peak) },
    choices,
    blocks,
    trials: cellsOf(spec),
    valueOf: (cell) => values[cell],
  };
}
