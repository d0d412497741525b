// Runs a study from candles to verdict: points judged, the winners, walk-forward folds, overfitting, and the conditions.
// Pure: the same spec, candles, entries and incumbent give the same result on every machine.
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import type { CandleReport, Candles, HistoricalSignal } from '#domain/market.ts';
import type { Candidate, Plane, StudyResult, StudySpec } from '#domain/study.ts';
import { candleWarnings } from '#market/candles.ts';
import type { Choice, Winner } from './choice.ts';
import { metricsOf, wholeDays } from './metrics.ts';
import { objectiveOf } from './objective.ts';
import { type PairPools, rangeKey } from './pair-pools.ts';
import { coarseWarnings } from './plateau.ts';
import { BORROWED_TRADES } from './shrink.ts';
import { cellsPerLevels, pointAt, type Space, spaceOf } from './space.ts';
import { samples } from './spec.ts';
import { stage } from './stage.ts';
import { chooseAmongAll } from './study-cells.ts';
import { chooseAmongTrials } from './study-trials.ts';
import type { TrialLog } from './trial-log.ts';
import { validate } from './validate.ts';
import { type Point, planFolds, replayer } from './walk-forward.ts';

/** A spec that was checked, and what it is run on. */
export interface StudyInput {
  readonly spec: StudySpec;
  /** The candles of the period only. */
  readonly candles: Candles;
  readonly report: CandleReport;
  /** The signals of the period only; null: an entry at every candle and side. */
  readonly signals: readonly HistoricalSignal[] | null;
  /** Where the signals came from; absent: a file. */
  readonly source?: 'file' | 'hub';
  /** Levels a winner must beat; position level. */
  readonly fallback: ExitLevels;
  readonly incumbent: ExitLevels | null;
  /** Whether the incumbent may be published anew where it stands; absent: no. */
  readonly renewable?: boolean | undefined;
  /** Of pairs searched together, this one among them: what they lend each other. Not by calmar, `tpe` and `random`. */
  readonly pools?: PairPools;
}

/** What a study found, with the plane it was chosen from. */
export interface StudyOutcome {
  readonly result: StudyResult;
  readonly plane: Plane;
}

/**
 * Runs the study. `onProgress` is told the share done (0..1, ascending); what it throws ends the run. With RANDOM and TPE `log` holds the trials an
 * earlier run has finished, and is told the new ones: a study taken up again comes to the same figures.
 * Throws UNUSABLE_INPUT when there are no entries, or when no cell has an objective.
 */
export function runStudy(
  input: StudyInput,
  onProgress: (share: number) => void,
  log: TrialLog = { known: [], told: () => undefined },
): StudyOutcome {
  const { spec } = input;
  const { candles, entries, report } = stage(input.candles, input.signals, { ...spec, source: input.source });
  const count = entries.candle.length;
  if (count === 0)
    throw new Fault('UNUSABLE_INPUT', `entries (--entries, --from, --to): ${noEntries(report.count, report.skipped)}`);
  if (count < spec.minTrades) {
    throw new Fault(
      'UNUSABLE_INPUT',
      `minTrades (--min-trades): ${count} trades in every cell; at least ${spec.minTrades} are asked for`,
    );
  }
  const space = spaceOf(spec);
  const days = wholeDays(candles.openTimeMs[0] as number, candles.openTimeMs.at(-1) as number);
  const plan = planFolds(candles, entries, spec);
  const { pools } = input;
  const choosing = { spec, space, candles, entries, plan, days, pools };
  const chosen = samples(spec)
    ? chooseAmongTrials(choosing, log, (share) => onProgress(0.99 * share))
    : chooseAmongAll(choosing, (share) => onProgress(0.9 * share));
  const { winners, choices, blocks } = chosen;
  if (winners === undefined) {
    throw new Fault(
      'UNUSABLE_INPUT',
      `objective (--objective): no cell has a figure for ${spec.objective.toLowerCase()}, of ${count} trades each`,
    );
  }
  const best = pointAt(space, winners.best.cell);
  const proof = validate({ ...input, candles, entries, plan, choices, blocks, best });
  onProgress(0.995);

  const replay = replayer(candles, spec);
  const judged = (point: Point, objective: number): Candidate => {
    const metrics = metricsOf(replay(entries, point), days);
    return { ...point, objective: objectiveOf(metrics, spec.objective) ?? objective, metrics };
  };
  const candidate = ({ cell, objective }: Winner) => judged(pointAt(space, cell), objective);
  const result: StudyResult = {
    candles: input.report,
    entries: report,
    trials: chosen.trials,
    best: candidate(winners.best),
    peak: candidate(winners.peak),
    fallback: proof.fallback,
    incumbent: proof.incumbent,
    validation: {
      ...proof.validation,
      warnings: [
        ...candleWarnings(input.report, spec.timeframe),
        ...proof.validation.warnings,
        ...borderWarnings(space, winners.best.cell),
        ...(samples(spec)
          ? []
          : coarseWarnings({ rows: space.grid.stopsPct.length, columns: space.grid.targetsPct.length })),
        ...borrowWarnings(count, pools?.get(rangeKey(candles))?.trades),
      ],
    },
    validated: proof.validated,
    ...(proof.standing === null ? {} : { standing: judged(proof.standing, 0) }),
  };
  onProgress(1);
  return { result, plane: planeOf(space, { chosen, best: winners.best.cell, trades: count }) };
}

function noEntries(asked: number, skipped: number): string {
  return asked === 0 ? 'none in the period asked for' : `all ${skipped} signals lie where no candle can take them`;
}

/** Levels that are not the pair's own alone are said to be so. */
function borrowWarnings(own: number, pooled: number | undefined): readonly string[] {
  if (pooled === undefined || pooled <= own) return [];
  return [
    `levels were chosen on ${own} trades of the pair and ${BORROWED_TRADES} borrowed from ${pooled - own} of the others`,
  ];
}

/** A winner at the edge of what was searched may have better neighbours outside. */
function borderWarnings(space: Space, cell: number): readonly string[] {
  const { stopLossPct, takeProfitPct, space: beside } = pointAt(space, cell);
  const onBorder = (levels: readonly number[], level: number | undefined) =>
    levels.length > 1 && (level === levels[0] || level === levels.at(-1));
  const warning = (name: string, level: number) =>
    `the best ${name} ${level} lies on the border of the grid: better ones may lie outside`;
  const { stopsPct, targetsPct } = space.grid;
  return [
    ...(onBorder(stopsPct, stopLossPct) ? [warning('stop', stopLossPct)] : []),
    ...(onBorder(targetsPct, takeProfitPct) ? [warning('target', takeProfitPct)] : []),
    ...(onBorder(space.holds, beside?.maxHold) ? [warning('longest hold', beside?.maxHold as number)] : []),
    ...space.axes.flatMap(({ name, values }) =>
      // Of two values either is at the border.
      values.length > 2 && onBorder(values, beside?.[name]) ? [warning(name, beside?.[name] as number)] : [],
    ),
  ];
}

/** The plane through `best`: the cells that are like it but for their levels. A cell that was not judged has no trades. */
function planeOf(
  space: Space,
  { chosen, best, trades }: { readonly chosen: Choice; readonly best: number; readonly trades: number },
): Plane {
  const { stopsPct, targetsPct } = space.grid;
  const each = cellsPerLevels(space);
  const cellAt = (row: number, column: number) => (row * targetsPct.length + column) * each + (best % each);
  return {
    stops: stopsPct,
    targets: targetsPct,
    trades: stopsPct.map((_, row) =>
      targetsPct.map((_target, column) => (chosen.valueOf(cellAt(row, column)) === undefined ? 0 : trades)),
    ),
    values: stopsPct.map((_, row) =>
      targetsPct.map((_target, column) => {
        const value = chosen.valueOf(cellAt(row, column));
        return value === undefined || Number.isNaN(value) ? null : value;
      }),
    ),
  };
}
