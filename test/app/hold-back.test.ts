// A worker with another worker.db: its rooms rest until nothing can be sent twice, and it says so for as long as that lasts.
import { expect, test } from 'vitest';
import { openHoldBack } from '#app/hold-back.ts';
import type { WorkerPairing } from '#store/store.ts';
import { manualClock } from '../support/manual-clock.ts';
import { recordingLog } from '../support/recording-log.ts';

const open = async (found: Awaited<ReturnType<WorkerPairing['compare']>>) => {
  const clock = manualClock();
  const log = recordingLog();
  const held = await openHoldBack({ pairing: { compare: async () => found }, ttlMs: 30_000, clock, log });
  let ticks = 0;
  const room = held.hold({
    name: 'fleet',
    tick: async () => {
      ticks += 1;
    },
  });
  return { clock, log, held, room, ticks: () => ticks };
};

test('holds its rooms, names why and until when, and lets go', async () => {
  const { clock, log, held, room, ticks } = await open({ why: 'worker.db is another one', remainingMs: 45_000 });
  const until = new Date(clock.now().wallMs + 45_000).toISOString();
  const problem = `worker.db is another one: nothing is decided or delivered until ${until}, when no order can be sent twice`;
  expect(held.problems()).toEqual([problem]);
  await room.tick(clock.now());
  await clock.advance(44_999);
  await room.tick(clock.now());
  expect(held.problems()).toEqual([problem]);
  expect(ticks()).toBe(0);
  await clock.advance(1);
  await room.tick(clock.now());
  expect(held.problems()).toEqual([]);
  expect(ticks()).toBe(1);
  expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
});

test.each([
  ['it is the one', undefined, 0],
  ['all is too late to be sent anyway', { why: 'worker.db is another one', remainingMs: 0 }, 1],
])('holds nothing when %s', async (_name, found, lines) => {
  const { clock, log, held, room, ticks } = await open(found);
  await room.tick(clock.now());
  expect(ticks()).toBe(1);
  expect(held.problems()).toEqual([]);
  expect(log.lines).toHaveLength(lines);
});
