// What of a study is published: its winner as a record of the hub.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { Study } from '#domain/study.ts';

/** Whether the study's winner is to be served: validated, and asked for. */
export function wantsPublishing(study: Study): boolean {
  return study.spec.publish && study.result?.validated === true;
}

/** The record of a finished study's best levels, as of its end; a one-sided study's record is of its side. */
export function paramRecord(study: Study): ParamRecord {
  const { result, finishedAtMs, spec } = study;
  if (result === null || finishedAtMs === null) throw new Error(`study ${study.id} has no result to publish`);
  const { best, validation, validated } = result;
  return {
    pair: spec.pair,
    side: spec.side,
    atMs: finishedAtMs,
    stopLossPct: best.stopLossPct,
    takeProfitPct: best.takeProfitPct,
    winRate: best.metrics.winRate,
    profitFactor: best.metrics.profitFactor,
    totalTrades: best.metrics.trades,
    validated,
    studyId: study.id,
    pbo: validation.pbo,
    oosProfitFactor: validation.outOfSample.profitFactor,
  };
}
