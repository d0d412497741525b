// A study that a command runs itself, in a thread of a pool, from its sources to what is to be kept of it.
import type { FlatPlane } from '#domain/plane.ts';
import type { Rivals, Study, StudyResult, StudySpec } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import type { Trial } from '#domain/trial.ts';
import type { KeptStudy, Lender, StudyPool } from '#search/search.ts';
import type { MarketSource } from './market-source.ts';

export interface RanStudyParts {
  readonly source: MarketSource;
  readonly pool: StudyPool;
  /** Whom the study must beat. */
  rivals(of: Pick<StudySpec, 'pair' | 'side'>): Promise<Rivals>;
  readonly newId: () => string;
  readonly clock: Clock;
  /** With the pairs it is searched with. */
  readonly lender?: Lender;
  readonly together?: readonly string[];
}

/** The study as it ended, with whom it had to beat. */
type RanStudy = Study & { readonly result: StudyResult; readonly rivals: Rivals };

/** Runs `spec`; rejects with the Fault of what cannot be used. */
export async function ranStudy(
  spec: StudySpec,
  { source, pool, clock, lender, together, ...parts }: RanStudyParts,
  onProgress: (share: number) => void,
): Promise<KeptStudy & { readonly study: RanStudy; readonly plane: FlatPlane }> {
  const started = clock.now();
  const rivals = await parts.rivals(spec);
  const { basis, ...material } = await source.materialOf(spec);
  const pools = await lender?.poolsFor(spec, together ?? []);
  const trials: Trial[] = [];
  let trialFromMs = started.wallMs;
  const task = { ...material, spec, entriesFile: source.entriesFile, ...rivals };
  const { result, plane } = await pool.run(pools === undefined ? task : { ...task, pools }, {
    onProgress,
    onTrial: (trial) => {
      const { wallMs } = clock.now();
      trials.push({ ...trial, startedAtMs: trialFromMs, finishedAtMs: wallMs });
      trialFromMs = wallMs;
    },
  }).end;
  const study = {
    id: parts.newId(),
    spec,
    rivals,
    basis,
    ...(together === undefined ? {} : { together }),
    state: 'COMPLETE' as const,
    progress: 1,
    createdAtMs: started.wallMs,
    startedAtMs: started.wallMs,
    finishedAtMs: clock.now().wallMs,
    result,
    published: false,
    error: null,
  };
  return { study, trials: trials.filter(({ search }) => search === 0), plane };
}
