// Reading the signal log and the study requests of gateway.db. Only its one writer adds rows, in commit order, so a later read never shows an earlier seq.
import type { FlatPlane } from '#domain/plane.ts';
import type { SignalJournal, StudyRequest, StudyRequests } from '../store.ts';
import { firstOf } from './known-signals.ts';
import { decodePlane } from './plane-codec.ts';
import type { ReadFile } from './read-file.ts';
import { contentHash, type Row, signalOf } from './signal-rows.ts';
import { keptFrom, specFromBody } from './study-body.ts';

export function signalReader(gateway: ReadFile): Omit<SignalJournal, 'append'> {
  return {
    known: async (signals) =>
      signals.map((signal) =>
        firstOf(signal, contentHash(signal), (sql, ...values) => gateway.rows(sql, ...values)[0]),
      ),
    byIds: async (ids) =>
      gateway
        .rowsByKey('SELECT * FROM signals WHERE id', 'id', ids)
        .map((row) => (row === undefined ? undefined : signalOf(row))),
    after: async (seq, limit) =>
      gateway.rows('SELECT * FROM signals WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map(signalOf),
  };
}

export function requestReader(gateway: ReadFile): Pick<StudyRequests, 'after'> {
  return {
    after: (seq, limit) =>
      Promise.all(
        gateway.rows('SELECT * FROM studyRequests WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map(async (row) => ({
          seq: row.seq as number,
          atMs: row.atMs as number,
          request: requestOf(row, row.plane === null ? null : await decodePlane(row.plane as Uint8Array)),
        })),
      ),
  };
}

function requestOf(row: Row, plane: FlatPlane | null): StudyRequest {
  const studyId = row.studyId as string;
  switch (row.kind) {
    case 'start':
      return { kind: 'start', studyId, spec: specFromBody(row.body as string) };
    case 'keep':
      return { kind: 'keep', studyId, ...keptFrom(row.body as string), plane };
    default:
      return { kind: 'cancel', studyId };
  }
}
