// Served levels that a challenger does not beat: when they stand they are published anew, and only then.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ExitLevels, ParamRecord } from '#domain/exit-params.ts';
import type { Study, StudySpec } from '#domain/study.ts';
import { openStudies, openStudyRunner, type StudyRunner, type StudyRunnerOptions, specFrom } from '#search/search.ts';
import { runStudy } from '#search/study-run.ts';
import { opened } from '../store/opened.ts';
import { paramRecord } from '../store/samples.ts';
import { randomMarket } from '../support/random-market.ts';

const FALLBACK = { stopLossPct: -2, takeProfitPct: 1 };
const ASKED: Partial<StudySpec> = {
  timeframe: '1h',
  side: 'LONG',
  maxHold: 48,
  stop: { min: -1, max: -5, step: 0.5 },
  target: { min: 1, max: 5, step: 0.5 },
};
/** Outside of what is searched, and better than all of it on this market. */
const SERVED = { stopLossPct: -3, takeProfitPct: 8 };

const market = randomMarket({ seed: 5, count: 2_500, volatility: 0.006, drift: () => 0.0006 });
const report = { count: 2_500, fromMs: 0, toMs: 1, gaps: 0, missing: 0, duplicates: 0, unordered: 0 };

function judged(
  incumbent: ExitLevels,
  { renewable = true, ...change }: Partial<StudySpec> & { renewable?: boolean } = {},
) {
  const spec = specFrom({ pair: 'BTC/USDT', ...ASKED, ...change });
  const input = { spec, candles: market, report, signals: null, fallback: FALLBACK, incumbent, renewable };
  return runStudy(input, () => undefined).result;
}

const failedOf = ({ validation }: ReturnType<typeof judged>) =>
  validation.conditions.filter(({ passed }) => !passed).map(({ name }) => name);

describe('served levels', () => {
  it('stand when nothing but beating them is amiss with the winner, and they meet the other conditions themselves', () => {
    const result = judged(SERVED);
    expect(failedOf(result)).toEqual(['beats_incumbent']);
    expect(result.validated).toBe(false);
    expect(result.standing).toMatchObject({ ...SERVED, metrics: { trades: result.best.metrics.trades } });
    expect(result.standing?.objective).toBe(result.standing?.metrics.netProfitPct);
  });

  it('do not stand when more is amiss with the winner, when they fail a condition themselves, or may not be published anew', () => {
    const doubted = judged(SERVED, { minTestDays: 500 });
    expect(failedOf(doubted)).toEqual(['min_test_days', 'beats_incumbent']);
    // Never stopped so far, but one stop would cost more than all there was to earn.
    const reckless = judged({ stopLossPct: -90, takeProfitPct: 8 });
    expect(failedOf(reckless)).toEqual(['beats_incumbent']);
    for (const result of [doubted, reckless, judged(SERVED, { renewable: false })])
      expect(result).not.toHaveProperty('standing');
  });

  it('that are beaten or found again do not stand beside the winner', () => {
    const beaten = judged({ stopLossPct: -2, takeProfitPct: 3 });
    const confirmed = judged(beaten.best);
    for (const result of [beaten, confirmed]) {
      expect(result.validated).toBe(true);
      expect(result).not.toHaveProperty('standing');
    }
  });
});

async function house() {
  const store = await opened();
  const rows = [...market.openTimeMs].map((timeMs, index) => [
    timeMs,
    ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => market[name][index]),
  ]);
  await writeFile(join(store.folder, 'BTC_USDT-1h.json'), JSON.stringify(rows));
  const { clock, log, worker, gateway } = store;
  let ids = 0;
  const newId = () => `study-${++ids}`;
  const studies = openStudies({ requests: gateway.studyRequests, studies: gateway.studies, newId, clock });
  const runners: StudyRunner[] = [];
  const record = paramRecord({
    ...SERVED,
    side: 'LONG',
    studyId: 'before',
    atMs: clock.now().wallMs - 160 * 3_600_000,
  });
  await worker.params.publish(record);
  await clock.advance(1_000);
  return {
    worker,
    record,
    records: async (): Promise<readonly ParamRecord[]> => (await worker.params.newest()).records,
    start: (change: Partial<StudySpec>) => studies.start(specFrom({ pair: 'BTC/USDT', ...ASKED, ...change })),
    open: (change: Partial<StudyRunnerOptions> = {}) => {
      const { studyRequests: requests, ...journal } = worker;
      const given = { ...journal, requests, candlesFolder: store.folder, fallback: FALLBACK, threads: 1, clock, log };
      const runner = openStudyRunner({ ...given, ...change });
      runners.push(runner);
      return runner;
    },
    until: async (runner: StudyRunner, id: string, state: Study['state']): Promise<Study> => {
      for (;;) {
        await runner.tick();
        const [study] = await studies.byIds([id]);
        if (study?.state === state) return study;
        await wait(5);
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const runner of runners) await runner.drain();
      await store[Symbol.asyncDispose]();
    },
  };
}

describe('levels that stand', () => {
  it('are published anew as of the study, once more after a crash in between, and the winner is not', async () => {
    await using home = await house();
    const { save } = home.worker.studies;
    const crashing = home.open({
      studies: {
        ...home.worker.studies,
        save: (study, extras) =>
          study.renewed === true ? Promise.reject(new Error('the process dies here')) : save(study, extras),
      },
    });
    const { id } = await home.start({ publish: true });
    await expect(home.until(crashing, id, 'COMPLETE')).rejects.toThrow('dies here');
    await crashing.drain();
    const published = await home.records();
    const done = await home.until(home.open(), id, 'COMPLETE');
    expect(done).toMatchObject({ published: false, renewed: true, result: { validated: false, standing: SERVED } });
    expect(await home.records()).toEqual(published);
    expect(published).toMatchObject([
      { ...SERVED, pair: 'BTC/USDT', side: 'LONG', validated: true, studyId: id, atMs: done.finishedAtMs },
    ]);
    expect(published[0]?.oosProfitFactor).toBe(done.result?.incumbent?.profitFactor);
    expect(published[0]?.totalTrades).toBe(done.result?.standing?.metrics.trades);
  });

  it('are not published anew unasked, nor over what somebody has published meanwhile', async () => {
    await using home = await house();
    const runner = home.open();
    const quiet = await home.start({});
    const done = await home.until(runner, quiet.id, 'COMPLETE');
    expect(done.result?.standing).toMatchObject(SERVED);
    expect(done.renewed).not.toBe(true);
    expect(await home.records()).toEqual([home.record]);

    const asked = await home.start({ publish: true });
    await home.until(runner, asked.id, 'RUNNING');
    const other = { ...home.record, stopLossPct: -4, atMs: home.record.atMs + 1, studyId: 'other' };
    await home.worker.params.publish(other);
    const ended = await home.until(runner, asked.id, 'COMPLETE');
    expect(ended).toMatchObject({ published: false, result: { standing: SERVED } });
    expect(ended.renewed).not.toBe(true);
    expect(await home.records()).toEqual([other]);
  });
});
