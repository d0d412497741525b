// A clock that moves only when a test says so. Sleepers wake in the order of their deadlines, with microtasks drained in between.
import type { Clock, Now } from '#domain/time.ts';

export interface ManualClock extends Clock {
  /** Moves both clocks forward, waking every sleeper that becomes due. */
  advance(ms: number): Promise<void>;
  /** Steps the wall clock alone, as an operator or NTP would. */
  stepWall(ms: number): void;
  /** How many sleepers wait. */
  sleeping(): number;
  /** The same time as two doubles [wallMs, monotonicMs], for threads that cannot call `now`. */
  readonly shared: SharedArrayBuffer;
}

export function manualClock(startWallMs = Date.UTC(2026, 0, 5, 12), startMonotonicMs = 1_000): ManualClock {
  let wallMs = startWallMs;
  let monotonicMs = startMonotonicMs;
  const sleepers = new Set<{ atMs: number; wake: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const now = (): Now => ({ wallMs, monotonicMs });
  const shared = new SharedArrayBuffer(16);
  const show = () => new Float64Array(shared).set([wallMs, monotonicMs]);
  show();
  return {
    now,
    shared,
    sleep: (ms, signal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = {
          atMs: monotonicMs + ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    advance: async (ms) => {
      const target = monotonicMs + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined || next.atMs > target) break;
        wallMs += Math.max(0, next.atMs - monotonicMs);
        monotonicMs = Math.max(monotonicMs, next.atMs);
        show();
        next.wake();
        await settle();
      }
      wallMs += target - monotonicMs;
      monotonicMs = target;
      show();
      await settle();
    },
    stepWall: (ms) => {
      wallMs += ms;
      show();
    },
    sleeping: () => sleepers.size,
  };
}
