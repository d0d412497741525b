// The system's clock: the only place where the service reads the time and waits for it.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '#domain/time.ts';

/** Wall time from the operating system, monotonic time since an arbitrary instant of this process. */
export const systemClock: Clock = {
  now: () => ({ wallMs: Date.now(), monotonicMs: performance.now() }),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, signal === undefined ? undefined : { signal });
    } catch (error) {
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    }
  },
};
