// The trials of studies in worker.db: one row each, and how studies are forgotten with them.
import type { DatabaseSync } from 'node:sqlite';
import type { Trial } from '#domain/trial.ts';
import type { TrialJournal } from '../trial-journal.ts';
import type { ReadFile } from './read-file.ts';

/** Trials as they travel to the writer. */
export interface TrialRows {
  readonly studyId: string;
  readonly trials: readonly Trial[];
}

/** Which studies are old: those made before `beforeMs`, and those that are not among the newest `kept`. */
export interface OldStudies {
  readonly beforeMs: number;
  readonly kept: number;
}

/** The most trials that one step removes. */
const STEP = 1_000;

export function trialReader(worker: ReadFile): Pick<TrialJournal, 'of'> {
  return {
    of: async (studyId) =>
      worker
        .rows('SELECT body FROM trials WHERE studyId = ? ORDER BY search, number', studyId)
        .map(({ body }) => JSON.parse(body as string) as Trial),
  };
}

export function trialOperations(db: DatabaseSync) {
  const insert = db.prepare('INSERT OR IGNORE INTO trials (studyId, search, number, body) VALUES (?, ?, ?, ?)');
  const old = db.prepare(
    `SELECT id FROM studies WHERE state NOT IN ('QUEUED', 'RUNNING') AND (createdAtMs < ? OR (createdAtMs, id) <=
      (SELECT createdAtMs, id FROM studies ORDER BY createdAtMs DESC, id DESC LIMIT 1 OFFSET ?))
      ORDER BY createdAtMs, id LIMIT 1`,
  );
  const someTrials = db.prepare(
    `DELETE FROM trials WHERE studyId = ? AND (search, number) IN
      (SELECT search, number FROM trials WHERE studyId = ? LIMIT ${STEP})`,
  );
  const study = db.prepare('DELETE FROM studies WHERE id = ?');
  return {
    appendTrials: ({ studyId, trials }: TrialRows): void => {
      for (const trial of trials) insert.run(studyId, trial.search, trial.number, JSON.stringify(trial));
    },
    /** One step: the oldest study that is to go, or a part of its trials; 0 when there is none. What is not ended is never old. */
    forgetStudies: ({ beforeMs, kept }: OldStudies): number => {
      const found = old.get(beforeMs, kept);
      if (found === undefined) return 0;
      const id = String(found.id);
      if (someTrials.run(id, id).changes < STEP) study.run(id);
      return 1;
    },
  };
}
