// What became of all pairs that were searched together: one row a pair, for people and for programs.
import { roundHalfAway, roundPct } from '#domain/decimal.ts';
import { timeframeMs } from '#domain/market.ts';
import type { Study } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
import { candlesAgeMs } from '#search/search.ts';
import { textTable } from './text-table.ts';

const HOUR_MS = 3_600_000;

/** One pair's end. `skipped` is set for a pair whose last study stands. */
export type PairEnd =
  | { readonly pair: string; readonly study: Study; readonly skipped: boolean }
  | { readonly pair: string; readonly error: string };

/** `RENEWED`: the levels served before stand, and were published anew. */
export type PairOutcome = 'PUBLISHED' | 'RENEWED' | 'VALIDATED' | 'NOT_VALIDATED' | 'SKIPPED' | 'FAILED';

/** One row of the summary. Percentages have 4 decimals; null where a pair has no such figure. */
export interface PairRow {
  readonly pair: string;
  readonly outcome: PairOutcome;
  readonly studyId: string | null;
  readonly stopLossPct: number | null;
  readonly takeProfitPct: number | null;
  /** Out of sample. */
  readonly trades: number | null;
  readonly profitFactor: number | null;
  readonly expectancyPct: number | null;
  readonly pbo: number | null;
  readonly validated: boolean | null;
  readonly published: boolean;
  readonly candlesTo: string | null;
  /** Hours since the close of the last candle; null where the end was asked for. */
  readonly candlesAgeHours: number | null;
  readonly stale: boolean;
  /** The sentences of the conditions that failed. */
  readonly reasons: readonly string[];
  readonly error: string | null;
}

/** The rows of `ends`, by pair. Candles older than `staleHours` at `nowMs` are stale. */
export function pairRows(
  ends: readonly PairEnd[],
  { nowMs, staleHours }: { readonly nowMs: number; readonly staleHours: number },
): readonly PairRow[] {
  return ends
    .map((end): PairRow => {
      if ('error' in end) return { ...NOTHING, pair: end.pair, outcome: 'FAILED', error: end.error };
      const { study, pair } = end;
      const { result, published } = study;
      const ageMs = candlesAgeMs(study, nowMs, timeframeMs(study.spec.timeframe) ?? 0);
      const ageHours = ageMs === null ? null : roundHalfAway(ageMs / HOUR_MS, 2);
      const outcome = end.skipped ? 'SKIPPED' : outcomeOf(study);
      const toMs = result?.candles.toMs ?? null;
      const tested = result?.validation.outOfSample;
      const pct = (value: number | null | undefined) => (value == null ? null : roundPct(value));
      return {
        pair,
        outcome,
        studyId: study.id,
        stopLossPct: result?.best.stopLossPct ?? null,
        takeProfitPct: result?.best.takeProfitPct ?? null,
        trades: tested?.trades ?? null,
        profitFactor: tested?.profitFactor ?? null,
        expectancyPct: pct(tested?.expectancyPct),
        pbo: result?.validation.pbo ?? null,
        validated: result?.validated ?? null,
        published,
        candlesTo: toMs === null ? null : isoTime(toMs),
        candlesAgeHours: ageHours,
        stale: ageHours !== null && ageHours > staleHours,
        reasons: result?.validation.conditions.filter(({ passed }) => !passed).map(({ sentence }) => sentence) ?? [],
        error: study.error,
      };
    })
    .sort((a, b) => (a.pair < b.pair ? -1 : 1));
}

const NOTHING = {
  studyId: null,
  stopLossPct: null,
  takeProfitPct: null,
  trades: null,
  profitFactor: null,
  expectancyPct: null,
  pbo: null,
  validated: null,
  published: false,
  candlesTo: null,
  candlesAgeHours: null,
  stale: false,
  reasons: [],
  error: null,
} as const;

function outcomeOf({ result, published, renewed }: Study): PairOutcome {
  if (result === null) return 'FAILED';
  if (renewed === true) return 'RENEWED';
  if (!result.validated) return 'NOT_VALIDATED';
  return published ? 'PUBLISHED' : 'VALIDATED';
}

/** How many pairs came to which end, and how many have stale candles. */
export function pairCounts(rows: readonly PairRow[]) {
  const of = (outcome: PairOutcome) => rows.filter((row) => row.outcome === outcome).length;
  return {
    pairs: rows.length,
    searched: rows.filter(({ outcome }) => outcome !== 'SKIPPED' && outcome !== 'FAILED').length,
    published: of('PUBLISHED'),
    renewed: of('RENEWED'),
    validated: rows.filter(({ outcome, validated }) => outcome !== 'SKIPPED' && validated === true).length,
    skipped: of('SKIPPED'),
    failed: of('FAILED'),
    stale: rows.filter(({ stale }) => stale).length,
  };
}

const WORDS: Readonly<Record<PairOutcome, string>> = {
  PUBLISHED: 'published',
  RENEWED: 'published anew',
  VALIDATED: 'validated',
  NOT_VALIDATED: 'not validated',
  SKIPPED: 'unchanged',
  FAILED: 'failed',
};

/** The table with a line of counts, ending with a line break. */
export function pairsText(rows: readonly PairRow[]): string {
  const figure = (value: number | null, decimals = 2) =>
    value === null ? '-' : roundHalfAway(value, decimals).toFixed(decimals);
  const counts = pairCounts(rows);
  return [
    ...textTable([
      ['pair', 'outcome', 'stop', 'target', 'unseen trades', 'profit factor', 'mean %', 'pbo', 'candles to'],
      ...rows.map((row) => [
        row.pair,
        WORDS[row.outcome],
        row.stopLossPct === null ? '-' : `${row.stopLossPct}`,
        row.takeProfitPct === null ? '-' : `${row.takeProfitPct}`,
        row.trades === null ? '-' : `${row.trades}`,
        figure(row.profitFactor),
        figure(row.expectancyPct),
        figure(row.pbo),
        row.candlesTo === null ? '-' : `${row.candlesTo.slice(0, 16)}${row.stale ? ' STALE' : ''}`,
      ]),
    ]),
    '',
    ...rows.flatMap(({ pair, error }) => (error === null ? [] : [`${pair}: ${error}`])),
    `${counts.pairs} pairs: ${counts.searched} searched, ${counts.validated} validated, ${counts.published} published, ${counts.renewed === 0 ? '' : `${counts.renewed} published anew, `}${counts.skipped} unchanged, ${counts.failed} failed, ${counts.stale} with stale candles`,
    '',
  ].join('\n');
}
