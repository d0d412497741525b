// Runs a study from candles to verdict: every cell judged, the best plateau and the peak, walk-forward folds, overfitting, and the conditions.
// Pure: the same spec, candles, entries and incumbent give the same result on every machine.
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import type { CandleReport, Candles, HistoricalSignal } from '#domain/market.ts';
import type { Candidate, Plane, StudyResult, StudySpec } from '#domain/study.ts';
import { type Grid, gridOf } from './grid.ts';
import { judgeCells } from './judge.ts';
import { metricsOf, wholeDays } from './metrics.ts';
import { objectiveOf } from './objective.ts';
import { winnersOf } from './plateau.ts';
import { stage } from './stage.ts';
import { validate } from './validate.ts';
import { type PlannedFold, planFolds, replayer } from './walk-forward.ts';

/** A spec that was checked, and what it is run on. */
export interface StudyInput {
  readonly spec: StudySpec;
  /** The candles of the period only. */
  readonly candles: Candles;
  readonly report: CandleReport;
  /** The signals of the period only; null: an entry at every candle and side. */
  readonly signals: readonly HistoricalSignal[] | null;
  /** Levels a winner must beat; position level. */
  readonly fallback: ExitLevels;
  readonly incumbent: ExitLevels | null;
}

/** What a study found, with the plane it was chosen from. */
export interface StudyOutcome {
  readonly result: StudyResult;
  readonly plane: Plane;
}

/**
 * Runs the study. `onProgress` is told the share done (0..1, ascending); what it throws ends the run.
 * Throws UNUSABLE_INPUT when there are no entries, or when no cell has an objective.
 */
export function runStudy(input: StudyInput, onProgress: (share: number) => void): StudyOutcome {
  const { spec } = input;
  const { candles, entries, report } = stage(input.candles, input.signals, spec);
  const count = entries.candle.length;
  if (count === 0)
    throw new Fault('UNUSABLE_INPUT', `entries (--entries, --from, --to): ${noEntries(report.count, report.skipped)}`);
  if (count < spec.minTrades) {
    throw new Fault(
      'UNUSABLE_INPUT',
      `minTrades (--min-trades): ${count} trades in every cell; at least ${spec.minTrades} are asked for`,
    );
  }
  const grid = gridOf(spec.stop, spec.target);
  const shape = { rows: grid.stopsPct.length, columns: grid.targetsPct.length };
  const days = wholeDays(candles.openTimeMs[0] as number, candles.openTimeMs.at(-1) as number);
  const plan = planFolds(candles, entries, spec);

  const whole = { from: 0, trades: count, days };
  const trainings = plan.folds.map(({ trainFrom, trainTo, trainDays }) => ({
    from: trainFrom,
    trades: trainTo - trainFrom,
    days: trainDays,
  }));
  const choices = new Map<PlannedFold, ExitLevels>();
  let values: Float64Array = new Float64Array();
  const blocks = judgeCells({ ...spec, candles, entries, grid }, spec, {
    populations: [whole, ...trainings],
    judged: (judged, index) => {
      const fold = plan.folds[index - 1];
      if (fold === undefined) values = judged;
      else {
        const winners = winnersOf(judged, shape);
        if (winners !== undefined) choices.set(fold, levelsAt(grid, winners.best));
      }
    },
    onProgress: (share) => onProgress(0.9 * share),
  });
  const winners = winnersOf(values, shape);
  if (winners === undefined) {
    throw new Fault(
      'UNUSABLE_INPUT',
      `objective (--objective): no cell has a figure for ${spec.objective.toLowerCase()}, of ${count} trades each`,
    );
  }
  const best = levelsAt(grid, winners.best);
  const proof = validate({ ...input, candles, entries, plan, choices, blocks, best });
  onProgress(0.95);

  const replay = replayer(candles, spec);
  const candidate = (cell: number): Candidate => {
    const levels = levelsAt(grid, cell);
    const metrics = metricsOf(replay(entries, levels), days);
    return { ...levels, objective: objectiveOf(metrics, spec.objective) ?? (values[cell] as number), metrics };
  };
  const result: StudyResult = {
    candles: input.report,
    entries: report,
    trials: values.length,
    best: candidate(winners.best),
    peak: candidate(winners.peak),
    fallback: proof.fallback,
    incumbent: proof.incumbent,
    validation: {
      ...proof.validation,
      warnings: [...proof.validation.warnings, ...borderWarnings(grid, winners.best)],
    },
    validated: proof.validated,
  };
  onProgress(1);
  return { result, plane: planeOf(grid, values, count) };
}

function noEntries(asked: number, skipped: number): string {
  return asked === 0 ? 'none in the period asked for' : `all ${skipped} signals lie where no candle can take them`;
}

function levelsAt(grid: Grid, cell: number): ExitLevels {
  const targets = grid.targetsPct.length;
  return {
    stopLossPct: grid.stopsPct[Math.floor(cell / targets)] as number,
    takeProfitPct: grid.targetsPct[cell % targets] as number,
  };
}

/** A winner at the edge of what was searched may have better neighbours outside. */
function borderWarnings(grid: Grid, cell: number): readonly string[] {
  const { stopLossPct, takeProfitPct } = levelsAt(grid, cell);
  const onBorder = (levels: readonly number[], level: number) =>
    levels.length > 1 && (level === levels[0] || level === levels.at(-1));
  const warning = (name: string, level: number) =>
    `the best ${name} ${level} lies on the border of the grid: better ones may lie outside`;
  return [
    ...(onBorder(grid.stopsPct, stopLossPct) ? [warning('stop', stopLossPct)] : []),
    ...(onBorder(grid.targetsPct, takeProfitPct) ? [warning('target', takeProfitPct)] : []),
  ];
}

function planeOf(grid: Grid, values: Float64Array, trades: number): Plane {
  const columns = grid.targetsPct.length;
  return {
    stops: grid.stopsPct,
    targets: grid.targetsPct,
    trades: grid.stopsPct.map(() => grid.targetsPct.map(() => trades)),
    values: grid.stopsPct.map((_, row) =>
      Array.from(values.subarray(row * columns, (row + 1) * columns), (value) => (Number.isNaN(value) ? null : value)),
    ),
  };
}
