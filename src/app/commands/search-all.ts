// `paramgate search --all`: every pair with candles, several at a time, each kept and published as soon as it is done. What has not changed since it was
// searched with the same settings is left alone.

import { Fault } from '#domain/fault.ts';
import type { StudySpec } from '#domain/study.ts';
import { Lender, openStudyPool, planAllPairs } from '#search/search.ts';
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
  // Kept one after the other: each takes the data folder's locks for a moment where no service runs.
  let keeping: Promise<unknown> = Promise.resolve();
  const search = async (own: StudySpec): Promise<PairEnd> => {
    const { pair } = own;
    try {
      const kept = await ranStudy(own, { ...around, source, pool, lender, together: pairs }, (share) =>
        onProgress(pair, share),
      );
      const keep = keeping.then(() => around.keepStudy(kept));
      keeping = keep.catch(() => undefined);
      return { pair, study: await keep, skipped: false };
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'UNUSABLE_INPUT') throw error;
      onProgress(pair, 1);
      return { pair, error: error.message };
    }
  };
  const waiting = [...planned.searched];
  const lane = async () => {
    for (let own = waiting.shift(); own !== undefined; own = waiting.shift()) ends.push(await search(own));
  };
  // One more than there are threads, so that none waits for files.
  await Promise.all(Array.from({ length: pool.threads + 1 }, lane)).finally(() => shown.stop());

  const { wallMs } = clock.now();
  const rows = pairRows(ends, { nowMs: wallMs, staleHours: plan.staleHours });
  if (rows.every(({ outcome }) => outcome === 'FAILED')) {
    throw new Fault('UNUSABLE_INPUT', rows.map(({ pair, error }) => `${pair}: ${error}`).join('\n'));
  }
  return json ? `${JSON.stringify({ summary: pairCounts(rows), pairs: rows })}\n` : pairsText(rows);
}
