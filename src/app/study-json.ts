// A study as `paramgate search` prints it: what was asked, what was found, and every figure the verdict rests on. Times ISO 8601 UTC.

import { roundPct } from '#domain/decimal.ts';
import { metricsJson } from '#domain/metrics-json.ts';
import type {
  Candidate,
  Chosen,
  ExpectancyInterval,
  Fold,
  Plane,
  Study,
  StudyResult,
  StudySpec,
} from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
import { type ExitPlan, isPlain, planAt, plannedTrials, unpublishable } from '#search/search.ts';

/** The document of a finished study that took `durationMs`. Percentages have 4 decimals, everything else is unrounded. */
export function studyJson(study: Study, result: StudyResult, durationMs: number) {
  const { spec, id, state } = study;
  const { count, fromMs, toMs, gaps, missing, duplicates, unordered, tooClose } = result.candles;
  const { conditions, warnings, pbo, slope, lossShare, interval, stressed } = result.validation;
  return {
    study: {
      id,
      pair: spec.pair,
      timeframe: spec.timeframe,
      sampler: spec.sampler.toLowerCase(),
      objective: spec.objective.toLowerCase(),
      fills: spec.fills.toLowerCase(),
      feePct: spec.feePct,
      seed: spec.seed,
      state,
      trials: result.trials,
      durationMs,
    },
    candles: {
      count,
      from: timeOf(fromMs),
      to: timeOf(toMs),
      gaps,
      missing,
      duplicates,
      unordered,
      // Said only where there are any.
      ...(tooClose === undefined ? {} : { tooClose: tooClose.count }),
    },
    entries: result.entries,
    best: candidateJson(result.best),
    peak: candidateJson(result.peak),
    baseline: {
      fallback: metricsJson(result.fallback),
      incumbent: result.incumbent === null ? null : metricsJson(result.incumbent),
    },
    validation: {
      folds: result.validation.folds.map(foldJson),
      outOfSample: metricsJson(result.validation.outOfSample),
      pbo,
      slope,
      lossShare,
      interval: intervalJson(interval),
      stressed: stressed === null ? null : metricsJson(stressed),
      conditions,
      reasons: conditions.filter(({ passed }) => !passed).map(({ sentence }) => sentence),
      warnings,
    },
    validated: result.validated,
    published: study.published,
    ...unpublishableJson(spec),
    ...(result.standing === undefined
      ? {}
      : { standing: candidateJson(result.standing), renewed: study.renewed === true }),
  };
}

/** Where any study stands, as `paramgate study list` prints it. */
export function studyStateJson(study: Study) {
  const { spec, id, state, progress, remainingMs, result, published, error } = study;
  return {
    id,
    pair: spec.pair,
    timeframe: spec.timeframe,
    side: spec.side?.toLowerCase() ?? null,
    sampler: spec.sampler.toLowerCase(),
    pruner: spec.pruner.toLowerCase(),
    objective: spec.objective.toLowerCase(),
    fills: spec.fills.toLowerCase(),
    feePct: spec.feePct,
    seed: spec.seed,
    trials: result?.trials ?? plannedTrials(spec),
    state,
    progress,
    remainingSeconds: state === 'RUNNING' && remainingMs !== undefined ? remainingMs / 1_000 : null,
    createdAt: isoTime(study.createdAtMs),
    startedAt: timeOf(study.startedAtMs),
    finishedAt: timeOf(study.finishedAtMs),
    best: result === null ? null : candidateJson(result.best),
    validated: result?.validated ?? null,
    published,
    renewed: study.renewed === true,
    error,
  };
}

/**
 * The whole plane as a document: rows per stop, nearest zero first; null where a cell has no objective or was not judged. Of a study that searched more
 * than levels it is the plane of the best values of all else, which are named beside it.
 */
export function planeJson(study: Study, { stops, targets, trades, values }: Plane) {
  const objective = study.spec.objective.toLowerCase();
  return { stops, targets, objective, ...chosenJson(study.result?.best.space), trades, values };
}

/** Why the winner is never served; nothing where it may be. */
function unpublishableJson(spec: StudySpec) {
  const why = unpublishable(spec);
  return why === null ? {} : { unpublishable: why };
}

function candidateJson({ stopLossPct, takeProfitPct, space, objective, metrics }: Candidate) {
  return { stopLossPct, takeProfitPct, ...chosenJson(space), objective, metrics: metricsJson(metrics) };
}

/** What was chosen beside the levels, and the exit plan that it makes, as `simulate` prints it; nothing where nothing was searched. */
function chosenJson(space: Chosen['space']): NonNullable<Chosen['space']> & { readonly plan?: ExitPlan } {
  const plan = planAt(space);
  return { ...space, ...(isPlain(plan) ? {} : { plan }) };
}

function intervalJson(interval: ExpectancyInterval | null) {
  if (interval === null) return null;
  return { ...interval, lowerPct: roundPct(interval.lowerPct), upperPct: roundPct(interval.upperPct) };
}

function foldJson(fold: Fold) {
  return {
    trainFrom: isoTime(fold.trainFromMs),
    trainTo: isoTime(fold.trainToMs),
    testFrom: isoTime(fold.testFromMs),
    testTo: isoTime(fold.testToMs),
    stopLossPct: fold.stopLossPct,
    takeProfitPct: fold.takeProfitPct,
    ...chosenJson(fold.space),
    inSample: metricsJson(fold.inSample),
    outOfSample: metricsJson(fold.outOfSample),
  };
}

function timeOf(timeMs: number | null): string | null {
  return timeMs === null ? null : isoTime(timeMs);
}
