// DOOR of search: finds levels worth serving, and says honestly whether they will hold.
import type { Plane, Study, StudySpec } from '#domain/study.ts';
import type { StudyJournal } from '#store/store.ts';

export { type Replay, type ReplayedTrade, replay, requireLevels } from './replay.ts';

/** The gateway side: what can be asked of the search. */
export interface Studies {
  /** Queues a study; it is journaled when this resolves. Rejects with BAD_USER_INPUT naming the field. */
  start(spec: StudySpec): Promise<Study>;
  /** Asks for cancellation; the study as it is now. Rejects with NOT_FOUND. */
  cancel(id: string): Promise<Study>;
  /** Hands over a study that a command ran itself, to be kept and, when validated and asked for, published. */
  keep(study: Study, plane: Plane | null): Promise<void>;
  byIds(ids: readonly string[]): Promise<readonly (Study | undefined)[]>;
  page(query: Parameters<StudyJournal['page']>[0]): Promise<readonly Study[]>;
  plane(id: string): Promise<Plane | undefined>;
}

/** The worker side: claims requested studies, runs one at a time in a thread of its own, journals and publishes. */
export interface StudyRunner extends AsyncDisposable {
  /** One step: takes up new requests and cancellations, starts the next study when none runs. Returns at once. */
  tick(): Promise<void>;
  /** Takes up nothing more and stops the running study; it stays unfinished in the journal and is run again by the next start. */
  drain(): Promise<void>;
}
