// What the runner of studies works with: the journal, the hub, the candles, and what it is told of the machine.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { CandleStore, EntryStore, ParamStore, StudyJournal, StudyRequests, TrialJournal } from '#store/store.ts';

/** What a runner works with. */
export interface StudyRunnerOptions {
  readonly requests: Pick<StudyRequests, 'after'>;
  readonly studies: StudyJournal;
  readonly trials: TrialJournal;
  readonly params: ParamStore;
  /** The hub's, for pairs that the folder has no candles of. */
  readonly candles: Pick<CandleStore, 'read' | 'list'>;
  readonly entries: Pick<EntryStore, 'read'>;
  /** A freqtrade data folder; undefined: the hub's candles alone. */
  readonly candlesFolder: string | undefined;
  /** What is served without anything better, position level. */
  readonly fallback: ExitLevels;
  /** How many studies run at once, each in a thread of its own. */
  readonly threads: number;
  readonly clock: Clock;
  readonly log: Log;
}
