// Several studies at once, and what is journaled of one while it runs: over the real journal and real threads.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Study, StudySpec } from '#domain/study.ts';
import {
  openStudies,
  openStudyRunner,
  SEARCH_DEFAULTS,
  type StudyRunner,
  type StudyRunnerOptions,
  specFrom,
} from '#search/search.ts';
import { opened } from '../store/opened.ts';
import { randomMarket } from '../support/random-market.ts';

const SMALL: Partial<StudySpec> = {
  timeframe: '1h',
  side: 'LONG',
  maxHold: 48,
  stop: { min: -1, max: -5, step: 0.5 },
  target: { min: 1, max: 5, step: 0.5 },
};
/** Takes minutes: nothing waits for its end. */
const LONG: Partial<StudySpec> = {
  objective: 'CALMAR',
  fills: 'FREQTRADE',
  stop: SEARCH_DEFAULTS.stop,
  target: SEARCH_DEFAULTS.target,
};
const SAMPLED: Partial<StudySpec> = { ...SMALL, sampler: 'TPE', trials: 40, folds: 2 };

const market = randomMarket({ seed: 5, count: 1_200, volatility: 0.006, drift: () => 0.0006 });

async function house() {
  const store = await opened();
  const rows = [...market.openTimeMs].map((timeMs, index) => [
    timeMs,
    ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => market[name][index]),
  ]);
  for (const base of ['BTC', 'ETH']) await writeFile(join(store.folder, `${base}_USDT-1h.json`), JSON.stringify(rows));
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `study-${ids}`;
  };
  const { clock, log, worker, gateway } = store;
  const studies = openStudies({ requests: gateway.studyRequests, studies: gateway.studies, newId, clock });
  const runners: StudyRunner[] = [];
  const study = async (id: string) => (await studies.byIds([id]))[0] as Study;
  return {
    store,
    study,
    cancel: studies.cancel,
    start: (change: Partial<StudySpec>) => studies.start(specFrom({ pair: 'BTC/USDT', ...SMALL, ...change })),
    open: (change: Partial<StudyRunnerOptions> = {}) => {
      const { studyRequests: requests, ...journal } = worker;
      const given = { ...journal, requests, candlesFolder: store.folder, clock, log, threads: 2 };
      const runner = openStudyRunner({ ...given, fallback: { stopLossPct: -2, takeProfitPct: 1 }, ...change });
      runners.push(runner);
      return runner;
    },
    /** Ticks until `isThere` says so. */
    until: async (runner: StudyRunner, isThere: () => Promise<boolean>) => {
      for (;;) {
        await runner.tick();
        if (await isThere()) return;
        // Studies run at low priority: a loop that never rests would keep them from it.
        await wait(5);
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const runner of runners) await runner.drain();
      await store[Symbol.asyncDispose]();
    },
  };
}

const isOver = ({ state }: Study) => state !== 'QUEUED' && state !== 'RUNNING';

it('as many as there are threads run at once, whatever a long one does, to the same figures as alone', async () => {
  await using home = await house();
  const long = await home.start(LONG);
  const short = [await home.start({}), await home.start({ pair: 'ETH/USDT' }), await home.start(SAMPLED)];
  const runner = home.open();
  for (const { id } of short) await home.until(runner, async () => isOver(await home.study(id)));
  expect((await home.study(long.id)).state).toBe('RUNNING');
  await home.cancel(long.id);
  await home.until(runner, async () => isOver(await home.study(long.id)));
  const again = await home.start(SAMPLED);
  const alone = home.open({ threads: 1 });
  await runner.drain();
  await home.until(alone, async () => isOver(await home.study(again.id)));
  expect((await home.study(again.id)).result).toEqual((await home.study(short[2]?.id ?? '')).result);
});

it('two of one pair never run at once when one publishes: the later has to beat the earlier', async () => {
  await using home = await house();
  const [first, second] = [await home.start({ ...LONG, publish: true }), await home.start({})];
  const other = await home.start({ pair: 'ETH/USDT' });
  const runner = home.open();
  await home.until(runner, async () => isOver(await home.study(other.id)));
  expect((await home.study(first.id)).state).toBe('RUNNING');
  expect((await home.study(second.id)).state).toBe('QUEUED');
});

it('trials are journaled as they finish, and a study goes on after the journal failed for a while, losing none', async () => {
  await using home = await house();
  const asked = await home.start(SAMPLED);
  const { trials } = home.store.worker;
  let full = false;
  const runner = home.open({
    trials: {
      ...trials,
      append: (id, made) => (full ? Promise.reject(new Error('disk full')) : trials.append(id, made)),
    },
  });
  await home.until(runner, async () => (await trials.of(asked.id)).length > 0);
  full = true;
  await expect(home.until(runner, async () => isOver(await home.study(asked.id)))).rejects.toThrow('disk full');
  expect((await home.study(asked.id)).state).toBe('RUNNING');
  full = false;
  await home.until(runner, async () => isOver(await home.study(asked.id)));
  expect(await home.study(asked.id)).toMatchObject({ state: 'COMPLETE' });
  const kept = await trials.of(asked.id);
  expect(kept).toHaveLength(40 * 3);
  expect(kept.map(({ number, search }) => 40 * search + number)).toEqual(kept.map((_, index) => index));
});

it('what was drained goes on at its trial, and what it has to beat stays what it was', async () => {
  await using home = await house();
  const { trials, params } = home.store.worker;
  const asked = await home.start(SAMPLED);
  const first = home.open();
  await home.until(first, async () => (await trials.of(asked.id)).length > 10);
  await first.drain();
  const before = await trials.of(asked.id);
  expect(await home.study(asked.id)).toMatchObject({ state: 'RUNNING', rivals: { incumbent: null } });
  const none = {
    winRate: null,
    profitFactor: null,
    totalTrades: null,
    studyId: null,
    pbo: null,
    oosProfitFactor: null,
  };
  const levels = { pair: 'BTC/USDT', side: null, stopLossPct: -1, takeProfitPct: 1 };
  await params.publish({ ...levels, ...none, atMs: 1, validated: true });
  const second = home.open();
  await home.until(second, async () => isOver(await home.study(asked.id)));
  expect(await home.study(asked.id)).toMatchObject({ state: 'COMPLETE', result: { incumbent: null } });
  expect((await trials.of(asked.id)).slice(0, before.length)).toEqual(before);
  const fresh = await home.start(SAMPLED);
  await home.until(second, async () => isOver(await home.study(fresh.id)));
  expect((await home.study(fresh.id)).result?.best).toEqual((await home.study(asked.id)).result?.best);
});

it('tells how long it will still take', async () => {
  await using home = await house();
  const asked = await home.start({ ...SAMPLED, trials: 400 });
  const runner = home.open();
  await home.until(runner, async () => {
    await home.store.clock.advance(100);
    const { remainingMs, state } = await home.study(asked.id);
    return remainingMs !== undefined || state === 'COMPLETE';
  });
  const { remainingMs = 0, progress } = await home.study(asked.id);
  expect(progress).toBeGreaterThan(0);
  expect(remainingMs).toBeGreaterThan(0);
  await home.cancel(asked.id);
  await home.until(runner, async () => isOver(await home.study(asked.id)));
  const ended = await home.study(asked.id);
  expect(ended.remainingMs).toBeUndefined();
  expect(ended.progress).toBeGreaterThan(0);
});
