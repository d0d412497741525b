// Forgets what the journal holds longer than it should, in small steps with pauses between them, so that nobody waits for it.
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import { mark } from '#trace/trace.ts';

const DAY_MS = 86_400_000;
/** Before the first step: what is wrong with the files is told by those who cannot work without them. */
const FIRST_MS = 10_000;
/** Pause between two steps while there is something to forget. */
const STEP_PAUSE_MS = 200;
/** Pause when there was nothing, or nothing could be done. */
const IDLE_MS = 600_000;

export interface RetentionParts {
  readonly what: 'signals' | 'decisions' | 'studies' | 'requests';
  /** Removes a few of those from before `beforeMs` (epoch ms); resolves to how many. */
  readonly forget: (beforeMs: number) => Promise<number>;
  readonly days: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts forgetting, the first time 10 s after the start; disposing ends it after the step under way. */
export function startRetention({ what, forget, days, clock, log }: RetentionParts): AsyncDisposable {
  const ending = new AbortController();
  const step = async (): Promise<number> => {
    try {
      const count = await forget(clock.now().wallMs - days * DAY_MS);
      if (count > 0) mark('journal.forgotten', { what, count });
      return count;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      log.warn({ what, error: error.message }, 'the journal could not be shortened; it is tried again');
      return 0;
    }
  };
  const run = async () => {
    let pauseMs = FIRST_MS;
    let forgotten = 0;
    for (;;) {
      await clock.sleep(pauseMs, ending.signal);
      if (ending.signal.aborted) return;
      const count = await step();
      forgotten += count;
      pauseMs = count > 0 ? STEP_PAUSE_MS : IDLE_MS;
      if (count === 0 && forgotten > 0) {
        log.info({ what, forgotten, days }, 'the journal was shortened');
        forgotten = 0;
      }
    }
  };
  const ended = run().catch((error: unknown) => {
    log.error({ what, err: error }, 'the journal is not shortened any more');
  });
  return {
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await ended;
    },
  };
}
