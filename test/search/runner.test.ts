// The worker side of the search over the real journal and real threads: order, progress, cancellation, restart, publishing, and what a crash leaves.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Study, StudySpec } from '#domain/study.ts';
import { openStudies, openStudyRunner, type Studies, type StudyRunner, specFrom } from '#search/search.ts';
import { runStudy } from '#search/study-run.ts';
import type { StudyJournal, TrialJournal } from '#store/store.ts';
import { listen } from '#trace/trace.ts';
import { type Opened, opened } from '../store/opened.ts';
import { randomMarket } from '../support/random-market.ts';

const FALLBACK = { stopLossPct: -2, takeProfitPct: 1 };
const SMALL: Partial<StudySpec> = {
  timeframe: '1h',
  side: 'LONG',
  maxHold: 48,
  stop: { min: -1, max: -5, step: 0.5 },
  target: { min: 1, max: 5, step: 0.5 },
};
/** Takes half a minute and more: nothing waits for its end. */
const LONG: Partial<StudySpec> = { timeframe: '1h', objective: 'CALMAR' };

const risingMarket = randomMarket({ seed: 5, count: 2_500, volatility: 0.006, drift: () => 0.0006 });

interface House extends AsyncDisposable {
  readonly store: Opened;
  readonly studies: Studies;
  start(change: Partial<StudySpec>): Promise<Study>;
  open(change?: {
    studies?: StudyJournal;
    trials?: TrialJournal;
    candlesFolder?: undefined;
    threads?: number;
  }): StudyRunner;
  study(id: string): Promise<Study>;
  /** Ticks until the study's state is one of `states`. */
  until(runner: StudyRunner, id: string, states: readonly Study['state'][]): Promise<Study>;
}

async function house(): Promise<House> {
  const store = await opened();
  const rows = [...risingMarket.openTimeMs].map((timeMs, index) => [
    timeMs,
    ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => risingMarket[name][index]),
  ]);
  await writeFile(join(store.folder, 'BTC_USDT-1h.json'), JSON.stringify(rows));
  let ids = 0;
  const studies = openStudies({
    requests: store.gateway.studyRequests,
    studies: store.gateway.studies,
    newId: () => {
      ids += 1;
      return `study-${ids}`;
    },
    clock: store.clock,
  });
  const runners: StudyRunner[] = [];
  const study = async (id: string) => {
    const [found] = await studies.byIds([id]);
    if (found === undefined) throw new Error(`no study ${id}`);
    return found;
  };
  return {
    store,
    studies,
    study,
    start: (change) => studies.start(specFrom({ pair: 'BTC/USDT', ...SMALL, ...change })),
    open: (change = {}) => {
      const runner = openStudyRunner({
        requests: store.worker.studyRequests,
        studies: store.worker.studies,
        trials: store.worker.trials,
        params: store.worker.params,
        candles: store.worker.candles,
        entries: store.worker.entries,
        threads: 1,
        candlesFolder: store.folder,
        fallback: FALLBACK,
        clock: store.clock,
        log: store.log,
        ...change,
      });
      runners.push(runner);
      return runner;
    },
    until: async (runner, id, states) => {
      for (;;) {
        await runner.tick();
        const found = await study(id);
        if (states.includes(found.state)) return found;
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

const endListening: (() => void)[] = [];
afterEach(() => {
  for (const end of endListening.splice(0)) end();
});

function marksOf(...points: readonly ('study.started' | 'study.finished' | 'params.published')[]): string[] {
  const seen: string[] = [];
  for (const point of points)
    endListening.push(listen(point, (detail) => seen.push(`${point} ${Object.values(detail)[0]}`)));
  return seen;
}

describe('a requested study', () => {
  it('is run to the figures of a direct run, journaled with its plane, and its validated winner published for its side', async () => {
    await using home = await house();
    const marks = marksOf('study.started', 'study.finished', 'params.published');
    const asked = await home.start({ publish: true });
    expect(asked).toMatchObject({ id: 'study-1', state: 'QUEUED', progress: 0, result: null });
    const runner = home.open();
    const done = await home.until(runner, asked.id, ['COMPLETE', 'FAILED']);

    const direct = runStudy(
      {
        spec: asked.spec,
        candles: risingMarket,
        report: done.result?.candles ?? fail(),
        signals: null,
        fallback: FALLBACK,
        incumbent: null,
      },
      () => undefined,
    );
    expect(done).toMatchObject({ state: 'COMPLETE', progress: 1, published: true, error: null });
    expect(done.result).toEqual(direct.result);
    expect(await home.studies.plane(asked.id)).toEqual(direct.plane);
    expect(done.result?.validated).toBe(true);
    const { records } = await home.store.gateway.params.newest();
    const { best, validation } = direct.result;
    expect(records).toEqual([
      {
        pair: 'BTC/USDT',
        side: 'LONG',
        atMs: done.finishedAtMs,
        stopLossPct: best.stopLossPct,
        takeProfitPct: best.takeProfitPct,
        winRate: best.metrics.winRate,
        profitFactor: best.metrics.profitFactor,
        totalTrades: best.metrics.trades,
        validated: true,
        studyId: 'study-1',
        pbo: validation.pbo,
        oosProfitFactor: validation.outOfSample.profitFactor,
      },
    ]);
    expect(marks).toEqual(['study.started study-1', 'params.published BTC/USDT', 'study.finished study-1']);
  });

  it('is not published unless asked for, and has to beat what is published', async () => {
    await using home = await house();
    const runner = home.open();
    const quiet = await home.start({});
    expect(await home.until(runner, quiet.id, ['COMPLETE'])).toMatchObject({
      published: false,
      result: { validated: true },
    });
    expect((await home.store.gateway.params.newest()).records).toEqual([]);
    const first = await home.start({ publish: true });
    await home.until(runner, first.id, ['COMPLETE']);
    const again = await home.start({ publish: true });
    const { result } = await home.until(runner, again.id, ['COMPLETE']);
    expect(result?.incumbent).not.toBeNull();
    expect(result?.validation.conditions.find(({ name }) => name === 'beats_incumbent')?.sentence).toContain(
      'served now',
    );
  });

  it('waits for those asked before', async () => {
    await using home = await house();
    const marks = marksOf('study.started', 'study.finished');
    const [first, second] = [await home.start({}), await home.start({ objective: 'SHARPE' })];
    const runner = home.open();
    await home.until(runner, second.id, ['COMPLETE']);
    expect((await home.study(first.id)).state).toBe('COMPLETE');
    expect(marks).toEqual([
      'study.started study-1',
      'study.finished study-1',
      'study.started study-2',
      'study.finished study-2',
    ]);
  });

  it('fails with the reason when its candles cannot be used, told without where their folder stands', async () => {
    await using home = await house();
    const runner = home.open();
    const unknown = await home.start({ pair: 'ETH/USDT' });
    const failed = await home.until(runner, unknown.id, ['FAILED']);
    expect(failed.error).toMatch(
      /^no candles of ETH\/USDT 1h in the folder of candles: looked for ETH_USDT-1h\.feather, /,
    );
    await writeFile(join(home.store.folder, 'LTC_USDT-1h.json'), '[[0,1,1,2,1,1]]');
    const broken = await home.start({ pair: 'LTC/USDT' });
    const { error } = await home.until(runner, broken.id, ['FAILED']);
    expect(error).toBe('LTC_USDT-1h.json, row 1: high 1 is below low 2');
    expect(failed.finishedAtMs).not.toBeNull();
    const next = await home.start({});
    await home.until(runner, next.id, ['COMPLETE']);
  });

  it('fails where no folder of candles is configured', async () => {
    await using home = await house();
    const asked = await home.start({});
    const failed = await home.until(home.open({ candlesFolder: undefined }), asked.id, ['FAILED']);
    expect(failed.error).toBe('no folder of candles is configured (PARAMGATE_CANDLES)');
  });

  it('is refused at the gateway before anything is journaled', async () => {
    await using home = await house();
    await expect(home.start({ maxHold: 0 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'maxHold' });
    expect(await home.studies.page({ first: 5 })).toEqual([]);
  });
});

describe('progress', () => {
  it('is journaled at most twice a second, however often the runner ticks', async () => {
    await using home = await house();
    const fine = { min: 0.5, max: 5, step: 0.1 };
    const asked = await home.start({ objective: 'CALMAR', stop: { min: -0.5, max: -5, step: 0.1 }, target: fine });
    const saves: Study[] = [];
    const { save } = home.store.worker.studies;
    const runner = home.open({
      studies: {
        ...home.store.worker.studies,
        save: (study, extras) => {
          if (study.state === 'RUNNING') saves.push(study);
          return save(study, extras);
        },
      },
    });
    while (saves.length < 2) {
      await runner.tick();
      await home.store.clock.advance(50);
    }
    const [started, first] = saves;
    expect(started).toMatchObject({ state: 'RUNNING', progress: 0 });
    expect(first?.progress).toBeGreaterThan(0);
    // While the clock stands still nothing more is journaled but the end.
    expect((await home.until(runner, asked.id, ['COMPLETE'])).progress).toBe(1);
    expect(saves).toHaveLength(2);
  });
});

describe('cancelling', () => {
  it('ends a running study at once, and the next one starts', async () => {
    await using home = await house();
    const marks = marksOf('study.started', 'study.finished');
    const [long, next] = [await home.start(LONG), await home.start({})];
    const runner = home.open();
    await home.until(runner, long.id, ['RUNNING']);
    expect((await home.studies.cancel(long.id)).state).toBe('RUNNING');
    await runner.tick();
    expect(await home.study(long.id)).toMatchObject({ state: 'CANCELLED', result: null });
    await home.until(runner, next.id, ['COMPLETE']);
    expect(marks.slice(0, 2)).toEqual(['study.started study-1', 'study.finished study-1']);
  });

  it('takes a waiting study out of the queue, also before the worker has seen it', async () => {
    await using home = await house();
    const [long, waiting, unseen] = [await home.start(LONG), await home.start({}), await home.start({})];
    await home.studies.cancel(unseen.id);
    const runner = home.open();
    await home.until(runner, unseen.id, ['CANCELLED']);
    await home.studies.cancel(waiting.id);
    await home.until(runner, waiting.id, ['CANCELLED']);
    expect((await home.study(long.id)).state).toBe('RUNNING');
    await home.studies.cancel(long.id);
    await home.until(runner, long.id, ['CANCELLED']);
    for (let ticks = 0; ticks < 5; ticks += 1) await runner.tick();
    expect((await home.study(waiting.id)).state).toBe('CANCELLED');
  });

  it('leaves a finished study as it is, and knows no unknown one', async () => {
    await using home = await house();
    const done = await home.start({});
    await home.until(home.open(), done.id, ['COMPLETE']);
    expect((await home.studies.cancel(done.id)).state).toBe('COMPLETE');
    await expect(home.studies.cancel('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('starting is recovering', () => {
  it('runs a study found running again, to the same figures', async () => {
    await using home = await house();
    const [interrupted, undisturbed] = [await home.start({}), await home.start({})];
    const first = home.open();
    await home.until(first, interrupted.id, ['RUNNING']);
    await first.drain();
    await first.tick();
    expect((await home.study(interrupted.id)).state).toBe('RUNNING');
    const second = home.open();
    const again = await home.until(second, interrupted.id, ['COMPLETE']);
    const same = await home.until(second, undisturbed.id, ['COMPLETE']);
    expect(again.result).toEqual(same.result);
  });

  it('publishes again, and the same, after a crash between publishing and journaling it', async () => {
    await using home = await house();
    const published = marksOf('params.published');
    const asked = await home.start({ publish: true });
    const { save } = home.store.worker.studies;
    const crashing = home.open({
      studies: {
        ...home.store.worker.studies,
        save: (study, extras) =>
          study.published ? Promise.reject(new Error('the process dies here')) : save(study, extras),
      },
    });
    await expect(home.until(crashing, asked.id, ['COMPLETE'])).rejects.toThrow('dies here');
    await crashing.drain();
    const [record] = (await home.store.gateway.params.newest()).records;
    expect(await home.study(asked.id)).toMatchObject({ state: 'RUNNING', published: false });

    await home.store.clock.advance(60_000);
    // Without candles it could not be run again: it is only published.
    const done = await home.until(home.open({ candlesFolder: undefined }), asked.id, ['COMPLETE', 'FAILED']);
    expect(done).toMatchObject({ state: 'COMPLETE', published: true, result: { validated: true, incumbent: null } });
    expect((await home.store.gateway.params.newest()).records).toEqual([record]);
    expect(published).toHaveLength(2);
  });

  it('goes on after the journal failed for a while', async () => {
    await using home = await house();
    const asked = await home.start({});
    const { save } = home.store.worker.studies;
    let full = false;
    const runner = home.open({
      studies: {
        ...home.store.worker.studies,
        save: (study, extras) => (full ? Promise.reject(new Error('disk full')) : save(study, extras)),
      },
    });
    await home.until(runner, asked.id, ['RUNNING']);
    full = true;
    await expect(home.until(runner, asked.id, ['COMPLETE'])).rejects.toThrow('disk full');
    full = false;
    expect((await home.until(runner, asked.id, ['COMPLETE'])).result).not.toBeNull();
  });
});

describe('a study that a command ran', () => {
  it('is kept with its plane, and published when validated and asked for', async () => {
    await using home = await house();
    const runner = home.open();
    const ran = await home.start({});
    const { id, ...finished } = await home.until(runner, ran.id, ['COMPLETE']);
    const plane = (await home.studies.plane(id)) ?? fail();
    await home.studies.keep({ study: { ...finished, id: 'kept-quiet' }, trials: [], plane: null });
    await home.studies.keep({
      study: { ...finished, id: 'kept', spec: { ...finished.spec, publish: true } },
      trials: [],
      plane,
    });
    await runner.tick();
    expect(await home.study('kept-quiet')).toMatchObject({ state: 'COMPLETE', published: false });
    expect(await home.study('kept')).toMatchObject({ state: 'COMPLETE', published: true });
    expect(await home.studies.plane('kept')).toEqual(plane);
    expect((await home.store.gateway.params.newest()).records).toMatchObject([
      { pair: 'BTC/USDT', side: 'LONG', studyId: 'kept' },
    ]);
  });
});

function fail(): never {
  throw new Error('nothing there');
}
