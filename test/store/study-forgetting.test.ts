// Forgetting studies: the old ones and those over the number go with their planes and trials, a little at a time; what waits or runs stays however old it is.
import { expect, test } from 'vitest';
import { type Opened, opened } from './opened.ts';
import { SPEC, study, T0, trial } from './samples.ts';

const DAY = 86_400_000;

async function kept(store: Opened): Promise<readonly string[]> {
  return (await store.worker.studies.page({ first: 50 })).map(({ id }) => id);
}

async function forgetAll(store: Opened, old: { beforeMs: number; kept: number }): Promise<number> {
  let steps = 0;
  while ((await store.worker.forgetStudies(old)) > 0) steps += 1;
  return steps;
}

test('the old ones go, and of the young ones all but the newest', async () => {
  await using store = await opened();
  for (const [id, days] of [
    ['a', 0],
    ['b', 1],
    ['c', 2],
    ['d', 3],
    ['e', 4],
  ] as const) {
    await store.worker.studies.save(study({ id, state: 'COMPLETE', createdAtMs: T0 + days * DAY }));
    await store.worker.trials.append(id, [trial(0), trial(1)]);
  }
  expect(await forgetAll(store, { beforeMs: T0 + DAY, kept: 50 })).toBe(1);
  expect(await kept(store)).toEqual(['e', 'd', 'c', 'b']);
  expect(await store.worker.trials.of('a')).toEqual([]);
  await forgetAll(store, { beforeMs: 0, kept: 2 });
  expect(await kept(store)).toEqual(['e', 'd']);
  expect(await store.worker.trials.of('e')).toHaveLength(2);
  expect(await store.worker.trials.of('c')).toEqual([]);
});

test('what waits or runs stays', async () => {
  await using store = await opened();
  await store.worker.studies.save(study({ id: 'waits', state: 'QUEUED' }));
  await store.worker.studies.save(study({ id: 'runs', state: 'RUNNING' }));
  await store.worker.studies.save(study({ id: 'failed', state: 'FAILED' }));
  await forgetAll(store, { beforeMs: T0 + DAY, kept: 1 });
  expect([...(await kept(store))].sort()).toEqual(['runs', 'waits']);
});

test('many trials go in several steps, the study with the last of them', async () => {
  await using store = await opened();
  await store.worker.studies.save(study({ id: 'long', state: 'CANCELLED' }));
  await store.worker.trials.append(
    'long',
    Array.from({ length: 2_500 }, (_, number) => trial(number)),
  );
  const old = { beforeMs: T0 + DAY, kept: 1 };
  expect(await store.worker.forgetStudies(old)).toBe(1);
  expect(await kept(store)).toEqual(['long']);
  expect(await forgetAll(store, old)).toBe(2);
  expect(await kept(store)).toEqual([]);
});

test('a forgotten study does not come back as one that was just asked for, and its request goes too', async () => {
  await using store = await opened();
  const requestSeq = await store.gateway.studyRequests.append({ kind: 'start', studyId: 's1', spec: SPEC }, T0);
  await store.gateway.studyRequests.append({ kind: 'start', studyId: 's2', spec: SPEC }, T0);
  await store.worker.studies.save(study({ id: 's1', state: 'COMPLETE' }), { requestSeq });
  await forgetAll(store, { beforeMs: T0 + DAY, kept: 1 });
  expect((await store.gateway.studies.byIds(['s1', 's2'])).map((found) => found?.state)).toEqual([undefined, 'QUEUED']);
  expect(await store.gateway.forgetStudyRequests(T0 + DAY)).toBe(1);
  expect(await store.gateway.forgetStudyRequests(T0 + DAY)).toBe(0);
  expect((await store.worker.studyRequests.after(0, 9)).map(({ request }) => request.studyId)).toEqual(['s2']);
});

test('a study of an older release is read as what it meant', async () => {
  await using store = await opened();
  const { trials: _t, pruner: _p, space: _s, walkForward: _w, confidence: _c, feeStress: _f, ...older } = SPEC;
  const spec = older as typeof SPEC;
  await store.worker.studies.save(study({ id: 'old', state: 'QUEUED', spec }));
  await store.gateway.studyRequests.append({ kind: 'start', studyId: 'asked', spec }, T0);
  const found = await store.gateway.studies.byIds(['old', 'asked']);
  expect(found.map((each) => each?.spec)).toEqual([SPEC, SPEC]);
});
