// What gateway.db and worker.db know of each other. worker.db has a random id from its making; gateway.db remembers it with how far it had decided. A
// remembered row has a random token: a worker.db that is another one writes it down, with its hold, and only then is remembered in the other's place.
import type { DatabaseSync } from 'node:sqlite';
import type { HoldBack, WorkerMemory, WorkerPairing } from '../pairing.ts';
import type { ReadFile } from './read-file.ts';

export const GATEWAY_PAIRING = `
CREATE TABLE workerSeen (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  id TEXT NOT NULL,
  decidedUpToSeq INTEGER NOT NULL,
  token TEXT NOT NULL
) STRICT;
`;

export const WORKER_PAIRING = `
CREATE TABLE pairing (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  id TEXT NOT NULL,
  comparedWith TEXT,
  heldUntilMs INTEGER
) STRICT;
INSERT INTO pairing VALUES (1, lower(hex(randomblob(16))), NULL, NULL);
`;

/** worker.db as it is. `comparedWith`: the token of the remembered row that it differed from. */
interface Present {
  readonly id: string;
  readonly decidedUpToSeq: number;
  readonly comparedWith: string | null;
  readonly heldUntilMs: number | null;
}

/** worker.db as gateway.db remembers it. */
interface Seen {
  readonly id: string;
  readonly decidedUpToSeq: number;
  readonly token: string;
}

/** Operations on gateway.db. */
export function workerRemembering(db: DatabaseSync) {
  const first = db.prepare(
    'INSERT OR REPLACE INTO workerSeen (only, id, decidedUpToSeq, token) VALUES (1, ?, ?, lower(hex(randomblob(16))))',
  );
  const further = db.prepare('UPDATE workerSeen SET decidedUpToSeq = ? WHERE id = ?');
  return {
    rememberWorker: ({ id, decidedUpToSeq }: Pick<Present, 'id' | 'decidedUpToSeq'>): void => {
      if (further.run(decidedUpToSeq, id).changes === 0) first.run(id, decidedUpToSeq);
    },
    replaceWorker: ({ id, decidedUpToSeq }: Pick<Present, 'id' | 'decidedUpToSeq'>): void => {
      first.run(id, decidedUpToSeq);
    },
  };
}

/** Operations on worker.db. */
export function holdKeeping(db: DatabaseSync) {
  const keep = db.prepare('UPDATE pairing SET comparedWith = ?, heldUntilMs = ?');
  return {
    keepHold: ({
      comparedWith,
      heldUntilMs,
    }: {
      readonly comparedWith: string;
      readonly heldUntilMs: number;
    }): void => {
      keep.run(comparedWith, heldUntilMs);
    },
  };
}

/** The gateway's end, over both files; `writes` are the operations on gateway.db. */
export function workerMemory(
  { gateway, worker }: { readonly gateway: ReadFile; readonly worker: ReadFile },
  writes: Readonly<Record<'remember' | 'replace', (present: Present) => Promise<void>>>,
): WorkerMemory {
  return {
    look: async () => {
      worker.lookAgain();
      const present = presentIn(worker);
      if (present === undefined) return null;
      const seen = seenIn(gateway);
      if (seen === undefined || isIt(present, seen)) {
        if (present.decidedUpToSeq !== seen?.decidedUpToSeq) await writes.remember(present);
      } else if (present.comparedWith === seen.token) {
        await writes.replace(present);
      }
      return present.heldUntilMs;
    },
  };
}

/** The worker's end; `keepHold` is the operation on worker.db. */
export function workerPairing(
  { gateway, worker }: { readonly gateway: ReadFile; readonly worker: ReadFile },
  keepHold: (hold: { readonly comparedWith: string; readonly heldUntilMs: number }) => Promise<void>,
): WorkerPairing {
  return {
    compare: async ({ wallMs, ttlMs }): Promise<HoldBack | undefined> => {
      const present = presentIn(worker);
      if (present === undefined) throw new Error('worker.db is open for writing and has no id');
      const seen = seenIn(gateway);
      if (seen === undefined) return undefined;
      const heldUntilMs = present.heldUntilMs ?? 0;
      // What came since the comparison is its own: only the hold of then goes on.
      const isCompared = isIt(present, seen) || present.comparedWith === seen.token;
      if (isCompared && heldUntilMs <= wallMs) return undefined;
      const [row] = gateway.rows(
        'SELECT max(windowClosesAtMs) AS closes, max(windowClosesAtMs - windowOpenedAtMs) AS length FROM signals',
      );
      // However the wall clock was set meanwhile, a window that was open at the start closes within its length from now.
      const longestMs = Number(row?.length ?? 0) + ttlMs;
      const lastMs = isCompared ? heldUntilMs : Math.max(Number(row?.closes ?? 0) + ttlMs, heldUntilMs);
      const remainingMs = Math.min(lastMs - wallMs, longestMs);
      if (!isCompared) {
        await keepHold({ comparedWith: seen.token, heldUntilMs: wallMs + Math.max(Math.ceil(remainingMs), 0) });
      }
      const why =
        isCompared || present.id !== seen.id
          ? 'worker.db is not the one that gateway.db knows (it was moved aside, replaced or lost)'
          : 'worker.db has decided less than gateway.db has seen of it (it is an older copy)';
      return { why, remainingMs: Math.max(remainingMs, 0) };
    },
  };
}

/** Whether worker.db is the remembered one and holds all that was seen of it. */
function isIt(present: Present, seen: Seen): boolean {
  return present.id === seen.id && present.decidedUpToSeq >= seen.decidedUpToSeq;
}

function presentIn(worker: ReadFile): Present | undefined {
  const [row] = worker.rows(
    'SELECT p.id, p.comparedWith, p.heldUntilMs, a.decidedUpToSeq FROM pairing p JOIN aggregation a ON a.only = p.only',
  );
  if (row === undefined) return undefined;
  return {
    id: row.id as string,
    decidedUpToSeq: row.decidedUpToSeq as number,
    comparedWith: row.comparedWith as string | null,
    heldUntilMs: row.heldUntilMs as number | null,
  };
}

function seenIn(gateway: ReadFile): Seen | undefined {
  const [row] = gateway.rows('SELECT id, decidedUpToSeq, token FROM workerSeen');
  if (row === undefined) return undefined;
  return { id: row.id as string, decidedUpToSeq: row.decidedUpToSeq as number, token: row.token as string };
}
