// A worker whose worker.db is not the one that gateway.db knows lets the time go by in which the lost one may have sent orders: what would be decided and sent
// again is decided too late to be sent. The gateway remembers worker.db for that, and says in /readyz while it is waited.
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { WorkerMemory, WorkerPairing } from '#store/store.ts';
import type { Ticking } from './worker-loop.ts';

/** Pause between two looks of the gateway at worker.db: what was decided since the last one is not known of a worker.db that is put back older. */
const LOOK_MS = 500;

/** What a worker makes of the comparison. */
export interface HeldBack {
  /** `room`, kept from its ticks until the hold is over. */
  readonly hold: (room: Ticking) => Ticking;
  /** In sentences for /readyz; empty when nothing is held back (any more). */
  readonly problems: () => readonly string[];
}

/** Compares the files and says so in the log when the worker holds back. Rejects as the store does. */
export async function openHoldBack(parts: {
  readonly pairing: WorkerPairing;
  readonly ttlMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}): Promise<HeldBack> {
  const { pairing, ttlMs, clock, log } = parts;
  const { wallMs, monotonicMs } = clock.now();
  const hold = await pairing.compare({ wallMs, ttlMs });
  const free: HeldBack = { hold: (room) => room, problems: () => [] };
  if (hold === undefined) return free;
  if (hold.remainingMs === 0) {
    log.warn({}, `${hold.why}: all that the lost one may have sent is too late to be sent again, nothing is held back`);
    return free;
  }
  const untilMs = monotonicMs + hold.remainingMs;
  const until = new Date(wallMs + hold.remainingMs).toISOString();
  log.warn(
    { until },
    `${hold.why}: nothing is decided or sent until ${until}, so that no order is sent twice; signals from now on are decided after it`,
  );
  return {
    hold: ({ name, tick }) => ({
      name,
      tick: async (now) => (now.monotonicMs < untilMs ? undefined : tick(now)),
    }),
    problems: () =>
      clock.now().monotonicMs < untilMs
        ? [`${hold.why}: nothing is decided or delivered until ${until}, when no order can be sent twice`]
        : [],
  };
}

/** The gateway's look-out for worker.db. */
export interface WorkerLookout extends AsyncDisposable {
  /** In sentences for /readyz; empty when nothing is held back. */
  problems(): readonly string[];
}

/** Looks at once and from now on; disposing ends it after the look under way. */
export function startWorkerLookout(memory: WorkerMemory, clock: Clock, log: Log): WorkerLookout {
  const ending = new AbortController();
  let heldUntilMs: number | null = null;
  let isTroubled = false;
  const look = async () => {
    try {
      heldUntilMs = await memory.look();
      isTroubled = false;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (!isTroubled) log.warn({ error: error.message }, 'worker.db could not be remembered; it is tried again');
      isTroubled = true;
    }
  };
  const run = async () => {
    while (!ending.signal.aborted) {
      await look();
      await clock.sleep(LOOK_MS, ending.signal);
    }
  };
  const ended = run().catch((error: unknown) => {
    log.error({ err: error }, 'worker.db is not looked at any more');
  });
  return {
    problems: () => {
      if (heldUntilMs === null || heldUntilMs <= clock.now().wallMs) return [];
      const until = new Date(heldUntilMs).toISOString();
      return [
        `worker.db is not the one this gateway knew: signals are kept, but nothing is decided or delivered until ${until}, when no order can be sent twice`,
      ];
    },
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await ended;
    },
  };
}
