// `worker.beat` in the data folder: its time of change is when the worker last ended a step, so that a gateway in another process sees that the worker is
// frozen or gone. It is a hint for people and monitors; nobody takes over because of it.
import { closeSync, futimesSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#domain/time.ts';

const EVERY_MS = 1_000;
/** A worker that was not heard for longer is silent. */
export const SILENT_MS = 2_000;

const pathIn = (folder: string) => join(folder, 'worker.beat');

/** The worker's end. */
export interface Heart extends Disposable {
  /** Marks that the worker lives, at most once a second; costs microseconds and no sync to disk. */
  beat(): void;
}

/** Starts the beat of the worker of `folder`; only the holder of its lock may. Disposing takes the file away. */
export function openHeart(folder: string, clock: Pick<Clock, 'now'>): Heart {
  const file = openSync(pathIn(folder), 'w', 0o644);
  let lastMs: number | undefined;
  return {
    beat: () => {
      const { wallMs, monotonicMs } = clock.now();
      if (lastMs !== undefined && monotonicMs - lastMs < EVERY_MS) return;
      lastMs = monotonicMs;
      futimesSync(file, wallMs / 1_000, wallMs / 1_000);
    },
    [Symbol.dispose]: () => {
      rmSync(pathIn(folder), { force: true });
      closeSync(file);
    },
  };
}

/**
 * How long the worker of `folder` was not heard, ms; Infinity when there is none. A beat in the future (the clock was set back) counts by its distance
 * too: until the next beat nothing is known.
 */
export function silenceMs(folder: string, clock: Pick<Clock, 'now'>): number {
  const beatMs = statSync(pathIn(folder), { throwIfNoEntry: false })?.mtimeMs;
  return beatMs === undefined ? Number.POSITIVE_INFINITY : Math.abs(clock.now().wallMs - beatMs);
}

/** What a gateway tells of the worker of its folder: for how long it was not heard (null: there is none), and whether that is a silence. */
export function workerHealth(folder: string, clock: Pick<Clock, 'now'>) {
  const silentMs = silenceMs(folder, clock);
  return { alive: silentMs <= SILENT_MS, silentSeconds: Number.isFinite(silentMs) ? silentMs / 1_000 : null };
}
