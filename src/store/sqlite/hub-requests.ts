// What operators ask of dead letters travels through gateway.db, as requests for studies do: whoever writes a file applies to it what is new for it.
import type { DatabaseSync } from 'node:sqlite';
import type { ReadFile } from './read-file.ts';
import type { FileKind } from './schema.ts';

/** Retry or drop dead letters of the file of kind `file`: those with `ids`, or all (null). */
export interface HubRequest {
  readonly verb: 'retry' | 'drop';
  readonly file: FileKind;
  readonly ids: readonly number[] | null;
}

/** A request as kept; a higher seq was asked later. */
export interface KeptHubRequest extends HubRequest {
  readonly seq: number;
}

export function hubRequesting(db: DatabaseSync) {
  const insert = db.prepare('INSERT INTO hubRequests (verb, file, ids) VALUES (?, ?, ?)');
  return {
    requestOfHub: ({ verb, file, ids }: HubRequest): number =>
      Number(insert.run(verb, file, ids === null ? null : JSON.stringify(ids)).lastInsertRowid),
  };
}

/** Requests for `file` with seq > `after`, in order. */
export function hubRequestsAfter(gateway: ReadFile, file: FileKind, after: number): readonly KeptHubRequest[] {
  return gateway
    .rows('SELECT * FROM hubRequests WHERE seq > ? AND file = ? ORDER BY seq LIMIT 100', after, file)
    .map((row) => ({
      seq: row.seq as number,
      verb: row.verb as HubRequest['verb'],
      file,
      ids: row.ids === null ? null : (JSON.parse(row.ids as string) as readonly number[]),
    }));
}
