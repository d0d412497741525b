// The port of trials: what a study that samples has judged so far, so that it can be taken up where it stopped.
import type { Trial } from '#domain/trial.ts';

export interface TrialJournal {
  /** Adds trials of a study, all or none; one that is there already (same search and number) is left as it is. */
  append(studyId: string, trials: readonly Trial[]): Promise<void>;
  /** The trials of a study by search and number. */
  of(studyId: string): Promise<readonly Trial[]>;
}
