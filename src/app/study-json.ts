// A study as `paramgate search` prints it: what was asked, what was found, and every figure the verdict rests on. Times ISO 8601 UTC.

import { metricsJson } from '#domain/metrics-json.ts';
import type { Candidate, Fold, Plane, Study, StudyResult } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';

/** The document of a finished study that took `durationMs`. Percentages have 4 decimals, everything else is unrounded. */
export function studyJson(study: Study, result: StudyResult, durationMs: number) {
  const { spec, id, state } = study;
  const { count, fromMs, toMs, gaps, missing, duplicates, unordered } = result.candles;
  const { conditions, warnings, pbo } = result.validation;
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
    candles: { count, from: timeOf(fromMs), to: timeOf(toMs), gaps, missing, duplicates, unordered },
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
      conditions,
      reasons: conditions.filter(({ passed }) => !passed).map(({ sentence }) => sentence),
      warnings,
    },
    validated: result.validated,
    published: study.published,
  };
}

/** The whole plane as a document: rows per stop, nearest zero first; null where a cell has no objective. */
export function planeJson(study: Study, { stops, targets, trades, values }: Plane) {
  return { stops, targets, objective: study.spec.objective.toLowerCase(), trades, values };
}

function candidateJson({ stopLossPct, takeProfitPct, objective, metrics }: Candidate) {
  return { stopLossPct, takeProfitPct, objective, metrics: metricsJson(metrics) };
}

function foldJson(fold: Fold) {
  return {
    trainFrom: isoTime(fold.trainFromMs),
    trainTo: isoTime(fold.trainToMs),
    testFrom: isoTime(fold.testFromMs),
    testTo: isoTime(fold.testToMs),
    stopLossPct: fold.stopLossPct,
    takeProfitPct: fold.takeProfitPct,
    inSample: metricsJson(fold.inSample),
    outOfSample: metricsJson(fold.outOfSample),
  };
}

function timeOf(timeMs: number | null): string | null {
  return timeMs === null ? null : isoTime(timeMs);
}
