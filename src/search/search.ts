// DOOR of search: finds levels worth serving, and says honestly whether they will hold.
import { Fault } from '#domain/fault.ts';
import type { Feed } from '#domain/feed.ts';
import type { FlatPlane } from '#domain/plane.ts';
import type { Plane, Study, StudySpec } from '#domain/study.ts';
import type { Trial } from '#domain/trial.ts';
import type { GatewayStore, StudyJournal } from '#store/store.ts';
import { type CandlePlaces, requireKnownCandles } from './known-candles.ts';
import { followStudy } from './progress.ts';
import { requireSpec, specFrom } from './spec.ts';
import { queuedStudy } from './study-states.ts';

export { type AllPairs, candlesAgeMs, planAllPairs } from './all-pairs.ts';
export { planAt } from './axes.ts';
export { type ExitPlan, isPlain, requirePlan } from './exit-plan.ts';
export { bestInHindsight, compareInHindsight, type HindsightSums, noHindsight, type PastTrade } from './hindsight.ts';
export { incumbentOf, rivalsOf } from './incumbent.ts';
export { Lender } from './lending.ts';
export { optunaJournal } from './optuna-journal.ts';
export { type Replay, type ReplayedTrade, type ReplayRequest, replay, requireLevels } from './replay.ts';
export { openStudyRunner, type StudyRunner } from './runner.ts';
export type { StudyRunnerOptions } from './runner-options.ts';
export {
  type FieldName,
  plannedTrials,
  requireSpec,
  SEARCH_DEFAULTS,
  samples,
  specFrom,
  unpublishable,
} from './spec.ts';
export { openStudyPool, type RunningStudy, type StudyEnd, type StudyPool, type StudyWatch } from './study-pool.ts';
export { hubCandles, type Material, materialFor, type StudySources } from './study-sources.ts';
export { queuedStudy } from './study-states.ts';
export { type MaterialRead, readMaterial } from './task-input.ts';
export type { StudyTask } from './thread-messages.ts';
export { cellTrials, sampledTrials } from './told-trials.ts';
export type { FinishedTrial } from './trial-log.ts';

/** A study that a command ran itself, with what belongs to it. */
export interface KeptStudy {
  readonly study: Study;
  readonly trials: readonly Trial[];
  readonly plane: Plane | FlatPlane | null;
}

/** The gateway side: what can be asked of the search. */
export interface Studies {
  /** Queues a study; it is journaled when this resolves. Rejects with BAD_USER_INPUT naming the field. */
  start(spec: StudySpec): Promise<Study>;
  /** Asks for cancellation; the study as it is now. Rejects with NOT_FOUND. */
  cancel(id: string): Promise<Study>;
  /** Hands over a study that a command ran itself, to be kept and, when validated and asked for, published. */
  keep(kept: KeptStudy): Promise<void>;
  byIds(ids: readonly string[]): Promise<readonly (Study | undefined)[]>;
  page(query: Parameters<StudyJournal['page']>[0]): Promise<readonly Study[]>;
  plane(id: string): Promise<Plane | undefined>;
  /** The study as it is now, then its changes at most twice a second, the last one always. Rejects with NOT_FOUND. */
  follow(id: string): Promise<Feed<Study>>;
}

/** What the gateway side works with; of a pair without candles in its folder and hub no study is queued. */
export interface StudiesOptions extends CandlePlaces {
  readonly requests: GatewayStore['studyRequests'];
  readonly studies: GatewayStore['studies'];
  readonly newId: () => string;
}

/** The gateway side over its journal. Nothing is run here: the worker reads the requests. */
export function openStudies({ requests, studies, newId, clock, ...places }: StudiesOptions): Studies {
  return {
    start: async (asked) => {
      const spec = requireSpec(specFrom(asked));
      await requireKnownCandles(spec, { ...places, clock });
      const studyId = newId();
      const atMs = clock.now().wallMs;
      await requests.append({ kind: 'start', studyId, spec }, atMs);
      return queuedStudy(studyId, spec, atMs);
    },
    cancel: async (id) => {
      const [study] = await studies.byIds([id]);
      if (study === undefined)
        throw new Fault('NOT_FOUND', `id: no study ${JSON.stringify(id)}`, {
          field: 'id',
          allowed: 'the id of a study',
        });
      if (study.state === 'QUEUED' || study.state === 'RUNNING') {
        await requests.append({ kind: 'cancel', studyId: id }, clock.now().wallMs);
      }
      return study;
    },
    keep: async (kept) => {
      await requests.append({ kind: 'keep', studyId: kept.study.id, ...kept }, clock.now().wallMs);
    },
    byIds: (ids) => studies.byIds(ids),
    page: (query) => studies.page(query),
    plane: (id) => studies.plane(id),
    follow: (id) => followStudy(id, { studies, clock }),
  };
}
