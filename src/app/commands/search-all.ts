// `paramgate search --all`: every pair with candles, several at a time, each kept and published as soon as it is done. What has not changed since it was
// searched with the same settings is left alone.

import { Fault } from '#domain/fault.ts';
import type { StudySpec } from '#domain/study.ts';
import { type KeptStudy, Lender, openStudyPool, planAllPairs } from '#search/search.ts';
import { type PairEnd, pairCounts, pairRows, pairsText } from '../all-pairs-summary.ts';
import type { MarketSource } from '../market-source.ts';
import { openProgress } from '../progress.ts';
import { ranStudy } from '../ran-study.ts';
import type { SearchSurroundings } from './search.ts';

/** Searches all pairs as `spec`; the summary as it is printed. Rejects with UNUSABLE_INPUT when no pair could be searched. */
export async function searchAllPairs(
  spec: Omit<StudySpec, 'pair'>,
  source: MarketSource,
  { json, ...around }: SearchSurroundings & { readonly json: boolean },
): Promise<string> {
  const { clock, fallback, plan } = around;
  const { sources } = source;
  const planned = await planAllPairs({ spec, sources, studies: around.studies, fallback });
  const pairs = planned.searched.map(({ pair }) => pair);
  const shown = openProgress(
    `searching ${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'}`,
    process.stderr,
    clock,
  );
  await using pool = openStudyPool(around.threads);
  const lender = new Lender(sources, pool, source.entriesFile);
  const ends: PairEnd[] = [
    ...planned.failed,
    ...planned.skipped.map((study) => ({ pair: study.spec.pair, study, skipped: true })),
  ];
  const shares = new Map<string, number>();
  const onProgress = (pair: string, share: number) => {
    shares.set(pair, share);
    shown.show([...shares.values()].reduce((sum, each) => sum + each, 0) / pairs.length);
  };
  // A pair is kept while the next ones are searched.
  const keeping: Promise<void>[] = [];
  let broken: { readonly error: unknown } | undefined;
  const ended = async (pair: string, end: Promise<PairEnd>): Promise<void> => {
    ends.push(await end.catch((error: unknown) => failedPair(pair, error)));
  };
  const keep = async (kept: KeptStudy): Promise<PairEnd> => {
    const { pair } = kept.study.spec;
    return { pair, study: await around.keepStudy(kept), skipped: false };
  };
  const search = async (own: StudySpec): Promise<void> => {
    const { pair } = own;
    const parts = { ...around, source, pool, lender, together: pairs };
    const kept = await ranStudy(own, parts, (share) => onProgress(pair, share)).catch((error: unknown) => {
      ends.push(failedPair(pair, error));
      onProgress(pair, 1);
    });
    if (kept === undefined) return;
    const end = ended(pair, keep(kept));
    end.catch((error: unknown) => {
      broken ??= { error };
    });
    keeping.push(end);
  };
  const waiting = [...planned.searched];
  const lane = async () => {
    for (let own = waiting.shift(); own !== undefined; own = waiting.shift()) {
      if (broken !== undefined) throw broken.error;
      await search(own);
    }
  };
  // One more than there are threads, so that none waits for files.
  await Promise.all(Array.from({ length: pool.threads + 1 }, lane)).finally(() => shown.stop());
  await Promise.all(keeping);

  const { wallMs } = clock.now();
  const rows = pairRows(ends, { nowMs: wallMs, staleHours: plan.staleHours });
  if (rows.every(({ outcome }) => outcome === 'FAILED')) {
    throw new Fault('UNUSABLE_INPUT', rows.map(({ pair, error }) => `${pair}: ${error}`).join('\n'));
  }
  return json ? `${JSON.stringify({ summary: pairCounts(rows), pairs: rows })}\n` : pairsText(rows);
}

/** A pair that could not be searched or kept; throws what is no reason to go on with the others. */
function failedPair(pair: string, error: unknown): PairEnd {
  if (!(error instanceof Fault) || error.code !== 'UNUSABLE_INPUT') throw error;
  return { pair, error: error.message };
}
