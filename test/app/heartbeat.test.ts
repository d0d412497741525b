// The worker's beat: heard while it ticks, silent when it stops, gone when it ends.
import { expect, test } from 'vitest';
import { openHeart, silenceMs, workerHealth } from '#app/heartbeat.ts';
import { manualClock } from '../support/manual-clock.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('tells for how long the worker was not heard', async () => {
  await using folder = tempFolder();
  const clock = manualClock();
  expect(silenceMs(folder.path, clock)).toBe(Number.POSITIVE_INFINITY);
  expect(workerHealth(folder.path, clock)).toEqual({ alive: false, silentSeconds: null });
  {
    using heart = openHeart(folder.path, clock);
    heart.beat();
    expect(workerHealth(folder.path, clock)).toEqual({ alive: true, silentSeconds: 0 });
    await clock.advance(999);
    heart.beat();
    expect(silenceMs(folder.path, clock), 'at most once a second').toBe(999);
    await clock.advance(1_001);
    expect(workerHealth(folder.path, clock)).toEqual({ alive: true, silentSeconds: 2 });
    await clock.advance(1);
    expect(workerHealth(folder.path, clock).alive).toBe(false);
    heart.beat();
    expect(workerHealth(folder.path, clock).alive).toBe(true);
    clock.stepWall(-3_600_000);
    expect(workerHealth(folder.path, clock).alive).toBe(false);
    await clock.advance(1_000);
    heart.beat();
    expect(workerHealth(folder.path, clock)).toEqual({ alive: true, silentSeconds: 0 });
  }
  expect(workerHealth(folder.path, clock)).toEqual({ alive: false, silentSeconds: null });
});
