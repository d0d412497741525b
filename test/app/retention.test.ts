// When the journal is shortened: in small steps, not at all while there is nothing, and again after trouble.
import { expect, onTestFinished, test } from 'vitest';
import { startRetention } from '#app/retention.ts';
import { Fault } from '#domain/fault.ts';
import { listen } from '#trace/trace.ts';
import { manualClock } from '../support/manual-clock.ts';
import { recordingLog } from '../support/recording-log.ts';

test('goes in steps until nothing is left, rests, and survives a full disk', async () => {
  const clock = manualClock();
  const log = recordingLog();
  const asked: number[] = [];
  const answers: (number | Fault)[] = [200, 7, 0, new Fault('JOURNAL_UNAVAILABLE', 'the disk is full'), 0];
  const forgotten: unknown[] = [];
  onTestFinished(listen('journal.forgotten', (detail) => forgotten.push(detail)));
  const forget = async (beforeMs: number) => {
    asked.push(clock.now().wallMs - beforeMs);
    const next = answers.shift() ?? 0;
    if (next instanceof Fault) throw next;
    return next;
  };
  const retention = startRetention({ what: 'signals', forget, days: 2, clock, log });
  await clock.advance(9_999);
  expect(asked).toEqual([]);
  await clock.advance(401);
  expect(asked).toEqual([172_800_000, 172_800_000, 172_800_000]);
  expect(forgotten).toEqual([
    { what: 'signals', count: 200 },
    { what: 'signals', count: 7 },
  ]);
  await clock.advance(599_999);
  expect(asked).toHaveLength(3);
  await clock.advance(1);
  await clock.advance(600_000);
  expect(asked).toHaveLength(5);
  expect(log.lines.map(({ level, fields }) => [level, fields.forgotten])).toEqual([
    ['info', 207],
    ['warn', undefined],
  ]);
  await retention[Symbol.asyncDispose]();
  expect(clock.sleeping()).toBe(0);
});
