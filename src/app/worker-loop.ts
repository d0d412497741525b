// The worker's own tick: windows are closed, bots are served and studies are started at its own pace, whatever the gateway does.
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Clock, Now } from '#domain/time.ts';

/** Pause between two ticks. A window is closed at most 0.5 s after it is due; a tick costs well under a millisecond when nothing happens. */
const TICK_MS = 50;
/** Pause after a tick that failed for a reason outside of us (a full disk): the journal is tried again, nothing is skipped. */
const TROUBLE_MS = 250;

/** One step of a room of the worker. */
export interface Ticking {
  readonly name: string;
  tick(now: Now): Promise<unknown>;
}

/** Running ticks. */
export interface WorkerLoop {
  /** Ends after the tick under way. */
  stop(): Promise<void>;
  /** When the last tick ended, monotonic ms; undefined before the first. */
  lastTickMs(): number | undefined;
  /** Rejects when a tick met a broken invariant: the process must not go on. Resolves when stopped. */
  readonly ended: Promise<void>;
}

/** Ticks `rooms` in order for ever. A Fault (journal not writable, hub gone) is logged once until it is over; anything else ends the loop. */
export function startWorkerLoop(rooms: readonly Ticking[], clock: Clock, log: Log): WorkerLoop {
  const stopping = new AbortController();
  const troubled = new Set<string>();
  let lastTickMs: number | undefined;
  const step = async (room: Ticking): Promise<boolean> => {
    try {
      await room.tick(clock.now());
      if (troubled.delete(room.name)) log.info({ room: room.name }, 'works again');
      return true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (!troubled.has(room.name))
        log.error({ room: room.name, error: error.message }, 'cannot go on and tries again');
      troubled.add(room.name);
      return false;
    }
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      let allWell = true;
      for (const room of rooms) allWell = (await step(room)) && allWell;
      lastTickMs = clock.now().monotonicMs;
      await clock.sleep(allWell ? TICK_MS : TROUBLE_MS, stopping.signal);
    }
  };
  const ended = run();
  ended.catch(() => undefined);
  return {
    ended,
    lastTickMs: () => lastTickMs,
    stop: async () => {
      stopping.abort();
      await ended.catch(() => undefined);
    },
  };
}
