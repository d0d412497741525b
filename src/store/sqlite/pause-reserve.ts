// Pauses that can be set when gateway.db cannot be written: room for them is taken on disk while there is some (`pauses.reserve`). A pause in it is on disk and
// in force like any other, and goes over to gateway.db with the first commit that succeeds there.
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Pause } from '#domain/pause.ts';
import { listen } from '#trace/trace.ts';
import type { PauseJournal } from '../store.ts';
import {
  blankSlots,
  pausesInReserve,
  RESERVE_BYTES,
  RESERVE_NAME,
  readSlots,
  reservePath,
  SLOT_BYTES,
  SLOTS,
  slotOf,
} from './pause-slots.ts';

export interface PauseReserve extends Pick<PauseJournal, 'add' | 'end'>, AsyncDisposable {}

/**
 * Setting and ending pauses in the data folder `folder`, whose only gateway this is. `rows` are the operations on gateway.db. What an earlier process left
 * in the reserve goes over first, when that can be. Never rejects: without room for the reserve it says so in the log and takes it later.
 */
export async function openPauseReserve({
  folder,
  rows,
  log,
}: {
  readonly folder: string;
  readonly rows: Pick<PauseJournal, 'add' | 'end'>;
  readonly log: Log;
}): Promise<PauseReserve> {
  const path = reservePath(folder);
  let isReady = false;
  let hasAny = true;
  let settling: Promise<void> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** The file has one writer, and that one does one thing at a time. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = last.then(task);
    last = turn.catch(() => undefined);
    return turn;
  };

  const keep = async (pause: Pause): Promise<void> => {
    await takeRoom(path);
    const slots = readSlots(folder);
    const free = Array.from({ length: SLOTS }, (_, at) => at).find((at) => slots[at] === undefined) ?? SLOTS;
    // The last one is kept for the pause that makes all others needless.
    if (free >= (isOfEverything(pause) ? SLOTS : SLOTS - 1)) throw new Error('it is full');
    await writeOver(path, [{ bytes: slotOf(pause), at: free * SLOT_BYTES }]);
    if (!pausesInReserve(folder).some(({ id }) => id === pause.id))
      throw new Error('it was not found there afterwards');
    hasAny = true;
  };

  const moveOver = async (): Promise<void> => {
    const kept = pausesInReserve(folder);
    for (const pause of kept) await rows.add(pause);
    if (kept.length > 0) {
      // From the back: while anything is left the first slot says so. One that is left is a row already, which counts.
      const blank = blankSlots(1);
      const blanks = Array.from({ length: SLOTS }, (_, at) => ({ bytes: blank, at: (SLOTS - 1 - at) * SLOT_BYTES }));
      await writeOver(path, blanks);
      log.warn({ pauseIds: kept.map(({ id }) => id) }, `the pauses in ${RESERVE_NAME} are in gateway.db now`);
    }
    hasAny = false;
  };

  const settle = async (): Promise<void> => {
    try {
      await takeRoom(path);
      isReady = true;
      if (hasAny) await moveOver();
    } catch (error) {
      const what = isReady ? 'its pauses stay there: gateway.db cannot be written' : 'there is no room for it';
      log.debug({ error: String(error) }, `${RESERVE_NAME}: ${what}`);
    }
  };

  await inTurn(settle);
  if (!isReady) {
    const text = `there is no room for ${RESERVE_NAME}: until there is, no pause can be set while gateway.db cannot be written`;
    log.warn({ folder }, text);
  }
  const endListening = listen('journal.committed', ({ file }) => {
    if (file !== 'gateway' || settling !== undefined || (isReady && !hasAny)) return;
    settling = inTurn(settle).finally(() => {
      settling = undefined;
    });
  });

  return {
    add: async (pause) => {
      try {
        await rows.add(pause);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        try {
          await inTurn(() => keep(pause));
        } catch (failure) {
          const why = failure instanceof Error ? failure.message : String(failure);
          const text = `${error.message}; nor can the pause be kept in ${RESERVE_NAME} (${why}): to stop orders now, stop the worker`;
          throw new Fault('JOURNAL_UNAVAILABLE', text, { cause: failure });
        }
        log.warn({ pauseId: pause.id, error: error.message }, `the pause is in force and kept in ${RESERVE_NAME}`);
      }
    },
    end: async (ending) => {
      try {
        if (hasAny) await inTurn(moveOver);
        return await rows.end(ending);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        throw new Fault('JOURNAL_UNAVAILABLE', `${error.message}; the pause stays in force`, { cause: error });
      }
    },
    [Symbol.asyncDispose]: async () => {
      endListening();
      await last;
    },
  };
}

function isUnavailable(error: unknown): error is Fault {
  return error instanceof Fault && error.code === 'JOURNAL_UNAVAILABLE';
}

function isOfEverything({ pair, side, source, bot }: Pause): boolean {
  return [pair, side, source, bot].every((named) => named === null);
}

/** Makes the file when it is not there in full length: written, not just promised, so that it can be written over later. */
async function takeRoom(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size >= RESERVE_BYTES) return;
  const fresh = `${path}.new`;
  try {
    await using file = await open(fresh, 'w', 0o644);
    await file.writeFile(blankSlots(SLOTS));
    await file.sync();
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
  await rename(fresh, path);
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}

async function writeOver(
  path: string,
  parts: readonly { readonly bytes: Buffer; readonly at: number }[],
): Promise<void> {
  await using file = await open(path, 'r+');
  for (const { bytes, at } of parts) await file.write(bytes, 0, bytes.byteLength, at);
  await file.datasync();
}
