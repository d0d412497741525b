// What the worker's writer thread does to worker.db: decisions and deliveries, what is known of bots, and studies with the last request seen.
import type { DatabaseSync } from 'node:sqlite';
import { botOperations } from './bots.ts';
import { writeAgain } from './database.ts';
import { decisionOperations } from './decision-writer.ts';
import { decisionForgetting } from './forgetting.ts';
import type { FileWriter } from './group-commit.ts';
import { type OutboxTable, outboxOperation } from './outbox-table.ts';
import { holdKeeping } from './pairing.ts';
import { trialOperations } from './study-trials.ts';

/** A study as a row: `body` is the study as JSON; a null `plane` leaves a kept one as it is. */
export interface StudyRow {
  readonly id: string;
  readonly pair: string;
  readonly state: string;
  readonly createdAtMs: number;
  readonly body: string;
  readonly plane: Uint8Array | null;
  readonly requestSeq: number | null;
}

export function workerWriter(db: DatabaseSync, outbox: OutboxTable) {
  const saveStudy =
    db.prepare(`INSERT INTO studies (id, pair, state, createdAtMs, body, plane) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET pair = excluded.pair, state = excluded.state, createdAtMs = excluded.createdAtMs,
      body = excluded.body, plane = coalesce(excluded.plane, plane)`);
  const seen = db.prepare('UPDATE studyRequestsSeen SET seq = max(seq, ?)');
  return {
    kind: 'worker',
    db,
    operations: {
      ...decisionOperations(db, outbox),
      ...botOperations(db),
      ...decisionForgetting(db, outbox),
      ...outboxOperation('worker', outbox),
      ...trialOperations(db),
      ...holdKeeping(db),
      tryWorker: () => writeAgain(db),
      saveStudy: ({ id, pair, state, createdAtMs, body, plane, requestSeq }: StudyRow): void => {
        saveStudy.run(id, pair, state, createdAtMs, body, plane);
        if (requestSeq !== null) seen.run(requestSeq);
      },
    },
  } satisfies FileWriter;
}
