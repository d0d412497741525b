// All pairs of a folder (or of the hub) at once: which are searched, and which have been with the same settings, candles and entries.
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import { isPair } from '#domain/market.ts';
import type { Study, StudySpec } from '#domain/study.ts';
import type { StudyJournal } from '#store/store.ts';
import { requireSpec } from './spec.ts';
import { materialFor, pairsOf, type StudySources } from './study-sources.ts';

/** What is to become of each pair, by name. */
export interface AllPairs {
  readonly searched: readonly StudySpec[];
  /** Not again: the study that says so, complete or still to run. */
  readonly skipped: readonly Study[];
  /** Cannot be searched, and why. */
  readonly failed: readonly { readonly pair: string; readonly error: string }[];
}

/** Studies of a pair that are looked through for one with the same settings. */
const LOOK_BACK = 50;

/** Sorts the pairs that have candles of `spec.timeframe`. Rejects with UNUSABLE_INPUT when there is none, and when the hub or the journal fails. */
export async function planAllPairs({
  spec,
  sources,
  studies,
  fallback,
}: {
  readonly spec: Omit<StudySpec, 'pair'>;
  readonly sources: StudySources;
  readonly studies: Pick<StudyJournal, 'page'>;
  readonly fallback: ExitLevels;
}): Promise<AllPairs> {
  const searched: StudySpec[] = [];
  const skipped: Study[] = [];
  const failed: { pair: string; error: string }[] = [];
  for (const pair of await pairsOf(sources, spec.timeframe)) {
    if (!isPair(pair)) {
      failed.push({ pair, error: 'the name of its file is of no pair' });
      continue;
    }
    const own = requireSpec({ ...spec, pair });
    try {
      const { basis } = await materialFor(own, sources);
      const settings = settingsOf(own, fallback);
      const page = await studies.page({ first: LOOK_BACK, pair });
      const same = page.find(
        (study) =>
          MEANT.includes(study.state) && settings === settingsOf(study.spec, study.rivals?.fallback ?? fallback),
      );
      if (same !== undefined && (same.state !== 'COMPLETE' || same.basis === basis)) skipped.push(same);
      else searched.push(own);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'UNUSABLE_INPUT') throw error;
      failed.push({ pair, error: error.message });
    }
  }
  return { searched, skipped, failed };
}

/** A study that failed or was ended says nothing of its pair. */
const MEANT: readonly Study['state'][] = ['QUEUED', 'RUNNING', 'COMPLETE'];

/** Equal for studies that ask the same, in whatever order it is written. */
function settingsOf(spec: StudySpec, fallback: ExitLevels): string {
  const sorted = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)]),
        );
  return JSON.stringify(sorted({ spec, fallback }));
}

/** How old the candles of a finished study are: since the close of the last one. null without candles. */
export function candlesAgeMs({ spec, result }: Study, nowMs: number, timeframeMs: number): number | null {
  const lastMs = result?.candles.toMs ?? null;
  if (lastMs === null || spec.toMs !== null) return null;
  return Math.max(0, nowMs - lastMs - timeframeMs);
}
