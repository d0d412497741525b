// Memory is given back after a burst of work, once, when it is quiet.
import { channel } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { startResting } from '#app/rest.ts';
import { mark } from '#trace/trace.ts';
import { manualClock } from '../support/manual-clock.ts';

const request = () => channel('http.server.request.start').publish({});
const times = (count: number, what: () => void) => {
  for (let done = 0; done < count; done += 1) what();
};

test('once after each burst, when it is quiet', async () => {
  const clock = manualClock();
  let rests = 0;
  const giveBack = () => {
    rests += 1;
  };
  const resting = startResting({ giveBack, clock });
  times(150, request);
  await clock.advance(5_000);
  times(50, () => mark('journal.committed', { file: 'gateway', writes: 9, durationMs: 1 }));
  await clock.advance(5_000);
  expect(rests, 'it is busy').toBe(0);
  await clock.advance(5_000);
  expect(rests).toBe(1);
  await clock.advance(60_000);
  times(199, request);
  await clock.advance(60_000);
  expect(rests, 'little leaves nothing behind').toBe(1);
  for (let look = 0; look < 100; look += 1) {
    times(20, request);
    await clock.advance(5_000);
  }
  expect(rests, 'a gentle load is quiet all the time').toBe(1);
  times(30, request);
  await clock.advance(10_000);
  expect(rests).toBe(2);
  await resting[Symbol.asyncDispose]();
  expect(clock.sleeping()).toBe(0);
});
