// Whether the journal can be written: heard from its commits, tried again until it can, and told in words.
import { expect, test } from 'vitest';
import { problemsOf } from '#app/gateway-problems.ts';
import { journalFigure, journalState, openJournalHealth } from '#app/journal-health.ts';
import { Fault } from '#domain/fault.ts';
import { mark } from '#trace/trace.ts';
import { manualClock } from '../support/manual-clock.ts';

const FULL = 'gateway.db cannot grow: the disk is full';
const fails = (file = 'gateway') => mark('journal.failed', { file, error: FULL });
const works = (file = 'gateway') => mark('journal.committed', { file, writes: 1, durationMs: 1 });

test('a file that cannot be written is told until a commit of it succeeds', async () => {
  const clock = manualClock();
  await using health = openJournalHealth({ file: 'worker', tryWriting: async () => {}, clock });
  const figure = journalFigure(() => health);
  expect(journalState(health.troubles())).toEqual({ writable: true, troubles: [] });
  fails();
  await clock.advance(1_500);
  fails();
  works('worker');
  expect(health.troubles()).toEqual([{ file: 'gateway', error: FULL, seconds: 1.5 }]);
  expect(await figure.read()).toEqual([
    ['gateway', 0],
    ['worker', 1],
  ]);
  works();
  expect(health.troubles()).toEqual([]);
  fails('trades');
  expect(health.troubles(), 'the hub is not the journal').toEqual([]);
});

test('the own file is tried again every 2 s while nobody writes, and no more once it can be written', async () => {
  const clock = manualClock();
  let tries = 0;
  const tryWriting = async () => {
    tries += 1;
    if (tries < 3) {
      fails();
      throw new Fault('JOURNAL_UNAVAILABLE', FULL);
    }
    works();
  };
  const health = openJournalHealth({ file: 'gateway', tryWriting, clock });
  fails();
  fails();
  await clock.advance(1_999);
  expect(tries).toBe(0);
  await clock.advance(1);
  expect(tries).toBe(1);
  await clock.advance(60_000);
  expect(tries).toBe(3);
  expect(health.troubles()).toEqual([]);
  fails();
  await health[Symbol.asyncDispose]();
  expect(clock.sleeping()).toBe(0);
});

test('problems say what they mean for bots and feeders', () => {
  const worker = { alive: true, silentSeconds: 0.4 };
  const none = { worker, troubles: [], intake: true };
  const silent = { alive: false, silentSeconds: 12.34 };
  const gone = { alive: false, silentSeconds: null };
  expect(problemsOf(none)).toEqual([]);
  expect(problemsOf({ ...none, worker: silent })).toEqual([
    'the worker was not heard for 12.3 s, it is frozen or gone: signals are kept, but nothing is decided or delivered',
  ]);
  expect(problemsOf({ ...none, worker: gone })[0]).toMatch(/^no worker runs on this data folder/);
  expect(problemsOf({ ...none, worker: gone, intake: false })).toEqual([]);
  const troubles = [{ file: 'gateway', error: FULL, seconds: 3 }] as const;
  expect(problemsOf({ ...none, troubles })).toEqual([
    `${FULL} (for 3.0 s): signals are refused until it can be written`,
  ]);
});
