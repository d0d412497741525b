// The progress of a study for who watches it: now, then changes at most twice a second, then the end.
import { expect, test } from 'vitest';
import type { Study } from '#domain/study.ts';
import { followStudy } from '#search/progress.ts';
import { study } from '../store/samples.ts';
import { manualClock } from '../support/manual-clock.ts';

const NEVER = new AbortController().signal;

test('tells the state now, the changes, the last one always, and then no more', async () => {
  const clock = manualClock();
  let now: Study = study({ id: 's1' });
  let reads = 0;
  const byIds = async () => {
    reads += 1;
    return [now];
  };
  const feed = await followStudy('s1', { studies: { byIds }, clock });
  expect((await feed.next(NEVER))?.state).toBe('QUEUED');
  const next = feed.next(NEVER);
  await clock.advance(5_000);
  expect(reads).toBe(2 + 10);
  now = { ...now, state: 'RUNNING', progress: 0.5 };
  await clock.advance(499);
  now = { ...now, progress: 0.7 };
  await clock.advance(1);
  expect(await next).toMatchObject({ state: 'RUNNING', progress: 0.7 });
  now = { ...now, state: 'COMPLETE', progress: 1 };
  const last = feed.next(NEVER);
  await clock.advance(500);
  expect(await last).toMatchObject({ state: 'COMPLETE' });
  expect(await feed.next(NEVER)).toBeUndefined();
});

test('an unknown study is refused; a reader that goes stops waiting', async () => {
  const clock = manualClock();
  await expect(followStudy('none', { studies: { byIds: async () => [undefined] }, clock })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    field: 'id',
  });
  const feed = await followStudy('s1', { studies: { byIds: async () => [study({ id: 's1' })] }, clock });
  await feed.next(NEVER);
  const going = new AbortController();
  const next = feed.next(going.signal);
  going.abort();
  expect(await next).toBeUndefined();
  expect(clock.sleeping()).toBe(0);
});
