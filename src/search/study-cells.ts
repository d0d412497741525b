// EXACT and GRID: every cell of the space is judged, and the best plateau wins.
import type { StudySpec } from '#domain/study.ts';
import type { Choice, Choosing } from './choice.ts';
import { judgeCells } from './judge.ts';
import { winnersOf } from './plateau.ts';
import { cellsOf, pointAt, type Space } from './space.ts';
import type { PlannedFold, Point } from './walk-forward.ts';

/** Judges all cells. `onProgress` is told the share done, 0..1, ascending. */
export function chooseAmongAll(
  { spec, space, candles, entries, plan, days }: Choosing,
  onProgress: (share: number) => void,
): Choice {
  const choices = new Map<PlannedFold, Point>();
  let values: Float64Array = new Float64Array();
  const shape = { rows: space.grid.stopsPct.length, columns: space.grid.targetsPct.length, slices: space.holds.length };
  const trainings = plan.folds.map(({ trainFrom, trainTo, trainDays }) => ({
    from: trainFrom,
    trades: trainTo - trainFrom,
    days: trainDays,
  }));
  const blocks = judgeCells({ ...rulesOf(spec, space), candles, entries }, spec, {
    populations: [{ from: 0, trades: entries.candle.length, days }, ...trainings],
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
    trials: cellsOf(space),
    valueOf: (cell) => values[cell],
  };
}

function rulesOf({ feePct, maxHold }: StudySpec, { grid, holds }: Space) {
  return { feePct, maxHold, grid, holds };
}
