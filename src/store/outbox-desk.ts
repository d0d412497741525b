// The outboxes of a data folder for commands beside a service, or without one: how they stand, what the hub refused, and what is to become of that.
import type { Log } from '#domain/log.ts';
import type { HubNames } from './influx/bucket-names.ts';
import type { CopyParts, CopyReport } from './influx/hub-copy.ts';
import { HOLDS, type OutboxKind, PLACES } from './influx/outbox-kinds.ts';
import type { DeadLetterRequest, DeadLetterStatus, OutboxHolds, OutboxStatus } from './outbox.ts';
import { outboxFiles } from './sqlite/outbox-files.ts';
import { openWriter } from './sqlite/writer.ts';

export interface OutboxDesk {
  /** As `Outbox.status`, read from the files: what only a running service knows is null. */
  status(): readonly OutboxStatus[];
  /** The dead letters of `holds`, newest first, at most `limit`. */
  deadLetters(holds: OutboxHolds, limit: number): readonly DeadLetterStatus[];
  /** How many dead letters `request` means. */
  meant(request: DeadLetterRequest): number;
  close(): void;
}

const KINDS = Object.keys(HOLDS) as readonly OutboxKind[];
const ALL = 1_000_000;

/** Copies what `parts.folder` holds into the hub at `address`; as `hub-copy.ts` says. */
export async function copyToHub(parts: CopyParts, address: string): Promise<CopyReport> {
  const { copyInto } = await import('./influx/hub-copy.ts');
  return copyInto(parts, address);
}

/** The file whose outbox holds `holds`. */
export function kindHolding(holds: OutboxHolds): OutboxKind {
  const found = KINDS.find((kind) => HOLDS[kind] === holds);
  if (found === undefined) throw new Error(`no outbox holds ${holds}`);
  return found;
}

/** The outboxes in `folder`; opens nothing for writing. */
export function openOutboxDesk(folder: string, names: HubNames): OutboxDesk {
  const { readers, close } = outboxFiles(folder, names, null);
  return {
    status: () =>
      KINDS.map((kind) => {
        const state = readers[kind].state();
        return {
          holds: HOLDS[kind],
          bucket: names[PLACES[kind][0]].bucket,
          rows: state?.rows ?? 0,
          bytes: state?.bytes ?? 0,
          oldestAtMs: state?.oldestAtMs ?? null,
          deadLetters: state?.dead ?? 0,
          isBehind: state !== undefined && state.walk !== null,
          breaker: null,
          alarm: null,
        };
      }),
    deadLetters: (holds, limit) =>
      readers[kindHolding(holds)].deadLetters(limit).map(({ id, line, atMs, refusedAtMs, status, words }) => ({
        holds,
        id,
        line,
        acceptedAtMs: atMs,
        refusedAtMs,
        status,
        words,
      })),
    meant: ({ verb, holds, ids }) => {
      const all = readers[kindHolding(holds)].deadLetters(ALL).filter(({ line }) => verb === 'drop' || line !== '');
      return ids === null ? all.length : all.filter(({ id }) => ids.includes(id)).length;
    },
    close,
  };
}

/**
 * Applies `requests` in `folder` at once; the caller holds the lock of the gateway, and that of the worker when `hasWorker`. What is the worker's is left to
 * it otherwise. Rejects with UNUSABLE_INPUT when a file cannot be written.
 */
export async function applyRequests(
  { folder, log, hasWorker }: { readonly folder: string; readonly log: Log; readonly hasWorker: boolean },
  requests: readonly DeadLetterRequest[],
): Promise<void> {
  const owned: readonly OutboxKind[] = hasWorker
    ? KINDS
    : KINDS.filter((kind) => kind !== 'worker' && kind !== 'params');
  const asked = requests.map(({ holds }) => kindHolding(holds));
  const kinds = owned.filter((kind) => kind === 'gateway' || asked.includes(kind));
  const writer = await openWriter({ folder, kinds, sharedTime: null, outbox: null }, log);
  try {
    for (const { verb, holds, ids } of requests) {
      const kind = kindHolding(holds);
      const seq = await writer.call('requestOfHub', { verb, file: kind, ids });
      if (kinds.includes(kind)) await writer.call(`${kind}Outbox`, { kind: 'request', seq, verb, ids });
    }
  } finally {
    await writer.close();
  }
}
