// All pairs on a schedule: at their time, once however long nobody ran, without what has not changed, and told about afterwards.
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { openStudyRunner, type StudyRunner } from '#search/search.ts';
import type { StudyJournal } from '#store/store.ts';
import { listen } from '#trace/trace.ts';
import { NO_PLAN, type SearchPlan } from '../../src/app/search-plan.ts';
import { openSearchSchedule, type SearchSchedule } from '../../src/app/search-schedule.ts';
import { opened } from '../store/opened.ts';
import { randomMarket } from '../support/random-market.ts';

const DAY_MS = 86_400_000;
const PLAN: SearchPlan = {
  ...NO_PLAN,
  schedule: '0 3 * * *',
  asked: {
    timeframe: '1h',
    maxHold: 24,
    stop: { min: -1, max: -3, step: 0.5 },
    target: { min: 1, max: 3, step: 0.5 },
  },
};

async function house() {
  const store = await opened();
  const market = randomMarket({ seed: 5, count: 600, volatility: 0.006 });
  const rows = [...market.openTimeMs].map((timeMs, index) => [
    timeMs,
    ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => market[name][index]),
  ]);
  const fileOf = (base: string) => join(store.folder, `${base}_USDT-1h.json`);
  for (const base of ['BTC', 'ETH']) await writeFile(fileOf(base), JSON.stringify(rows));
  const { worker, clock, log, folder } = store;
  const fallback = { stopLossPct: -2, takeProfitPct: 1 };
  let ids = 0;
  const runners: StudyRunner[] = [];
  const open = (change: Partial<SearchPlan> = {}, save: StudyJournal['save'] = worker.studies.save) => {
    const { studyRequests: requests, ...journal } = { ...worker, studies: { ...worker.studies, save } };
    const runner = openStudyRunner({ ...journal, requests, candlesFolder: folder, fallback, threads: 2, clock, log });
    runners.push(runner);
    const newId = () => `study-${++ids}`;
    const { candles, entries, studies } = worker;
    const sources = { candlesFolder: folder, candles, entries };
    const plan = { ...PLAN, ...change };
    const parts = { plan, sources, studies, runner, fallback, optunaMaxAgeHours: 168, folder, newId, clock, log };
    return { schedule: openSearchSchedule(parts), runner };
  };
  const studies = () => worker.studies.page({ first: 50 });
  return {
    store,
    fileOf,
    open,
    studies,
    /** Ticks both until everything that was queued has ended and been told. */
    settle: async ({ schedule, runner }: { schedule: SearchSchedule; runner: StudyRunner }) => {
      for (;;) {
        await schedule.tick(clock.now());
        await schedule.drain();
        await runner.tick();
        if ((await studies()).every(({ state }) => state === 'COMPLETE')) break;
        await wait(5);
      }
      await clock.advance(2_000);
      await schedule.tick(clock.now());
    },
    [Symbol.asyncDispose]: async () => {
      for (const runner of runners) await runner.drain();
      await store[Symbol.asyncDispose]();
    },
  };
}

it('searches every pair at its time, publishing, and skips what has not changed', async () => {
  await using home = await house();
  const told: unknown[] = [];
  using end = new DisposableStack();
  end.defer(listen('pairs.searched', (detail) => told.push(detail)));
  const both = home.open();
  await home.settle(both);
  expect(await home.studies()).toEqual([]);
  expect(told).toEqual([]);

  await home.store.clock.advance(DAY_MS);
  await home.settle(both);
  const first = await home.studies();
  expect(first.map(({ spec }) => spec.pair).sort()).toEqual(['BTC/USDT', 'ETH/USDT']);
  expect(first.every(({ spec, basis }) => spec.publish && basis !== undefined)).toBe(true);
  expect(first[0]?.together).toEqual(['BTC/USDT', 'ETH/USDT']);
  expect(told).toMatchObject([{ pairs: 2, searched: 2, skipped: 0, failed: 0, stale: 2 }]);
  expect(home.store.log.lines.some(({ message }) => message === 'candles are older than 24 h')).toBe(true);

  const later = new Date('2030-01-01T00:00:00Z');
  await utimes(home.fileOf('ETH'), later, later);
  await home.store.clock.advance(DAY_MS);
  await home.settle(both);
  expect((await home.studies()).length).toBe(3);
  expect((await home.studies())[0]?.spec.pair).toBe('ETH/USDT');
  expect(told.at(-1)).toMatchObject({ pairs: 2, searched: 1, skipped: 1 });
}, 30_000);

it('tells of each pair once, though its time comes again while it is searched', async () => {
  await using home = await house();
  const told: unknown[] = [];
  using end = new DisposableStack();
  end.defer(listen('pairs.searched', (detail) => told.push(detail)));
  const both = home.open();
  for (let day = 0; day < 2; day += 1) {
    await home.store.clock.advance(DAY_MS);
    await both.schedule.tick(home.store.clock.now());
    await both.schedule.drain();
  }
  await home.settle(both);
  expect(told).toMatchObject([{ pairs: 2, searched: 2, skipped: 0, failed: 0 }]);
}, 30_000);

it('makes up once for times that passed while nobody ran, and for none of another schedule', async () => {
  await using home = await house();
  home.open();
  await home.store.clock.advance(5 * DAY_MS);
  const again = home.open();
  await home.settle(again);
  expect((await home.studies()).length).toBe(2);
  await home.settle(home.open());
  await home.settle(home.open({ schedule: '0 4 * * *' }));
  expect((await home.studies()).length).toBe(2);
}, 30_000);

it('says so when levels would lapse between two times', async () => {
  await using home = await house();
  home.open({ schedule: '0 3 1 * *' });
  const warned = home.store.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  expect(warned.join()).toContain('they will lapse in between');
});

it('is put off while the journal cannot be written, and then queues each pair once', async () => {
  await using home = await house();
  const { save } = home.store.worker.studies;
  let room = 1;
  const both = home.open({}, (study, extras) => {
    room -= 1;
    return room < 0 ? Promise.reject(new Fault('JOURNAL_UNAVAILABLE', 'the disk is full')) : save(study, extras);
  });
  await home.store.clock.advance(DAY_MS);
  await both.schedule.tick(home.store.clock.now());
  await both.schedule.drain();
  // One of two was queued by then; whoever starts now does not believe that it is done.
  expect((await home.studies()).map(({ spec }) => spec.pair)).toEqual(['BTC/USDT']);
  expect(home.store.log.lines.some(({ message }) => message.includes('cannot begin'))).toBe(true);
  room = Number.POSITIVE_INFINITY;
  await home.store.clock.advance(59_000);
  await both.schedule.tick(home.store.clock.now());
  await both.schedule.drain();
  expect(await home.studies()).toHaveLength(1);
  await home.store.clock.advance(1_000);
  await home.settle(both);
  expect((await home.studies()).map(({ spec }) => spec.pair).sort()).toEqual(['BTC/USDT', 'ETH/USDT']);
  // Nothing is made up for afterwards.
  await home.settle(home.open());
  expect(await home.studies()).toHaveLength(2);
}, 30_000);
