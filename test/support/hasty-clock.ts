// The system's time with every wait cut short, for tests over real sockets whose subject waits for minutes.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '#domain/time.ts';

/** Sleeps last a `haste`-th of what is asked; the monotonic clock runs as much faster. */
export function hastyClock(haste = 100): Clock {
  return {
    now: () => ({ wallMs: Date.now(), monotonicMs: performance.now() * haste }),
    sleep: (ms, signal) => wait(ms / haste, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  };
}
