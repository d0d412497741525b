// The trials of a study as they are told to others. What sampled has its own; of a study that judged every cell the winners and the best cells are told as
// trials, the best first.
import type { Candidate, Metrics, Plane, Study, StudyResult } from '#domain/study.ts';
import type { Trial } from '#domain/trial.ts';
import type { ToldTrial } from './optuna-journal.ts';
import { spaceOf } from './space.ts';

/** The trials over the whole period, those of the folds' own searches left out. */
export function sampledTrials(trials: readonly Trial[]): readonly ToldTrial[] {
  return trials
    .filter(({ search }) => search === 0)
    .map((trial) => ({ ...trial, attributes: attributesOf(trial.metrics) }));
}

/**
 * The peak and the best plateau of `study` with their figures, then the other cells of `plane` that have an objective, the greatest first; at most `most`
 * in all, but the winners always. What ties with the peak has its value, so that whoever takes the first of the best takes the peak.
 */
export function cellTrials(
  study: Study,
  result: StudyResult,
  told: { plane: Plane; most: number },
): readonly ToldTrial[] {
  const { plane, most } = told;
  const { best, peak } = result;
  const columns = plane.targets.length;
  const holds = spaceOf(study.spec).holds;
  const times = {
    startedAtMs: study.startedAtMs ?? study.createdAtMs,
    finishedAtMs: study.finishedAtMs ?? study.createdAtMs,
  };
  const pointOf = (stop: number, target: number, { space }: Pick<Candidate, 'space'>) => ({
    stop,
    target,
    ...(space?.maxHold === undefined ? {} : { maxHold: holds.indexOf(space.maxHold) }),
  });
  const winner = (role: string, candidate: Candidate): ToldTrial => ({
    ...times,
    state: 'COMPLETE',
    point: pointOf(
      plane.stops.indexOf(candidate.stopLossPct),
      plane.targets.indexOf(candidate.takeProfitPct),
      candidate,
    ),
    objective: candidate.objective,
    steps: [],
    attributes: { role, ...attributesOf(candidate.metrics) },
  });
  const first = [winner('peak', peak)];
  const plateau = winner('best plateau', best);
  if (JSON.stringify(plateau.point) !== JSON.stringify(first[0]?.point)) first.push(plateau);
  const known = new Set(first.map(({ point }) => JSON.stringify(point)));
  const others = plane.values
    .flat()
    .flatMap((value, cell) => (value === null ? [] : [{ value, cell }]))
    .sort((a, b) => b.value - a.value || a.cell - b.cell)
    .slice(0, most)
    .map(({ value, cell }): ToldTrial => {
      const row = Math.floor(cell / columns);
      return {
        ...times,
        state: 'COMPLETE',
        point: pointOf(row, cell % columns, best),
        objective: Math.min(value, peak.objective),
        steps: [],
        attributes: { trades: plane.trades[row]?.[cell % columns] ?? 0 },
      };
    })
    .filter(({ point }) => !known.has(JSON.stringify(point)));
  return [...first, ...others].slice(0, Math.max(most, first.length));
}

/** Figures that exist, in the words of reports. */
function attributesOf(metrics: Metrics): Readonly<Record<string, unknown>> {
  const { trades, winRate, profitFactor, expectancyPct, netProfitPct, maxDrawdownPct, avgBars } = metrics;
  const named = {
    trades,
    win_rate: winRate,
    profit_factor: profitFactor,
    expectancy_pct: expectancyPct,
    net_profit_pct: netProfitPct,
    max_drawdown_pct: maxDrawdownPct,
    avg_bars: avgBars,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== null));
}
