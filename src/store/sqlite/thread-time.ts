// The clocks of a writer thread. Functions do not cross threads, so this is the one place below the app that reads the system's time itself;
// with a manual clock's two shared doubles it reads those.
import { performance } from 'node:perf_hooks';
import type { Now } from '#domain/time.ts';

/** Reads `shared` ([wallMs, monotonicMs]), or the system's clocks when it is null. */
export function threadTime(shared: SharedArrayBuffer | null): () => Now {
  // biome-ignore lint/plugin: the clock itself, see the head of this file
  if (shared === null) return () => ({ wallMs: Date.now(), monotonicMs: performance.now() });
  const cells = new Float64Array(shared);
  return () => ({ wallMs: cells[0] ?? 0, monotonicMs: cells[1] ?? 0 });
}

/** Monotonic time of this thread, ms: for durations and pacing, which no manual clock moves. */
export function elapsedMs(): number {
  // biome-ignore lint/plugin: the clock itself, see the head of this file
  return performance.now();
}

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Stops this thread for `ms`; messages queue meanwhile. Never for a serving thread. */
export function pause(ms: number): void {
  if (ms > 0) Atomics.wait(cell, 0, 0, ms);
}
