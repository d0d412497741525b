// Reading studies: those of worker.db, and before the worker has seen it a requested one of gateway.db as QUEUED.
import { planeOf } from '#domain/plane.ts';
import type { Study } from '#domain/study.ts';
import type { StudyJournal } from '../store.ts';
import { decodePlane } from './plane-codec.ts';
import type { ReadFile } from './read-file.ts';
import type { Row } from './signal-rows.ts';
import { specFromBody, studyFrom } from './study-body.ts';

/** The last request that the worker has seen; 0 before the first. */
export function seenRequestSeq(worker: ReadFile): number {
  return (worker.rows('SELECT seq FROM studyRequestsSeen')[0]?.seq ?? 0) as number;
}

export function studyReader(gateway: ReadFile, worker: ReadFile): Omit<StudyJournal, 'save'> {
  const seenSeq = () => seenRequestSeq(worker);
  return {
    byIds: async (ids) => {
      // Read first: what the worker sees meanwhile is then found among its own.
      const seen = seenSeq();
      const kept = worker.rowsByKey('SELECT id, body FROM studies WHERE id', 'id', ids);
      const missing = ids.filter((_, index) => kept[index] === undefined);
      const asked = gateway.rowsIn("SELECT * FROM studyRequests WHERE kind = 'start' AND studyId", missing);
      // One the worker has seen and does not have any more was forgotten.
      const unseen = asked.filter((row) => (row.seq as number) > seen);
      const queued = new Map(unseen.map((row) => [row.studyId, queuedStudy(row)]));
      return ids.map((id, index) => {
        const row = kept[index];
        return row === undefined ? queued.get(id) : studyOf(row);
      });
    },
    page: async ({ first, after, pair }) => {
      const asked = gateway
        .rows("SELECT * FROM studyRequests WHERE seq > ? AND kind = 'start'", seenSeq())
        .map(queuedStudy)
        .filter((study) => (pair === undefined || study.spec.pair === pair) && isAfter(study, after));
      const conditions = [
        ...(pair === undefined ? [] : ['pair = ?']),
        ...(after === undefined ? [] : ['(createdAtMs, id) < (?, ?)']),
      ];
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      const values = [
        ...(pair === undefined ? [] : [pair]),
        ...(after === undefined ? [] : [after.createdAtMs, after.id]),
      ];
      const kept = worker
        .rows(`SELECT body FROM studies ${where} ORDER BY createdAtMs DESC, id DESC LIMIT ?`, ...values, first + 1)
        .map(studyOf);
      const known = new Set(kept.map(({ id }) => id));
      return [...kept, ...asked.filter(({ id }) => !known.has(id))].sort(newestFirst).slice(0, first + 1);
    },
    plane: async (id) => {
      const bytes = worker.rows('SELECT plane FROM studies WHERE id = ?', id)[0]?.plane;
      return bytes instanceof Uint8Array ? planeOf(await decodePlane(bytes)) : undefined;
    },
    unfinished: async () => ({
      requestSeq: seenSeq(),
      studies: worker
        .rows("SELECT body FROM studies WHERE state IN ('QUEUED', 'RUNNING') ORDER BY createdAtMs, id")
        .map(studyOf),
    }),
  };
}

function studyOf(row: Row): Study {
  return studyFrom(row.body as string);
}

/** A study that was asked for and not seen by the worker yet. */
function queuedStudy(row: Row): Study {
  return {
    id: row.studyId as string,
    spec: specFromBody(row.body as string),
    state: 'QUEUED',
    progress: 0,
    createdAtMs: row.atMs as number,
    startedAtMs: null,
    finishedAtMs: null,
    result: null,
    published: false,
    error: null,
  };
}

function isAfter(study: Study, after: { readonly createdAtMs: number; readonly id: string } | undefined): boolean {
  return after === undefined || newestFirst({ ...study, ...after }, study) < 0;
}

function newestFirst(a: Pick<Study, 'createdAtMs' | 'id'>, b: Pick<Study, 'createdAtMs' | 'id'>): number {
  if (a.createdAtMs !== b.createdAtMs) return b.createdAtMs - a.createdAtMs;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}
