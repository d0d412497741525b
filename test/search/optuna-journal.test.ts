// The export to Optuna's journal: the lines its reader needs, in its order, with its numbers; tried against Optuna itself where a Python with it is named.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Study, StudySpec } from '#domain/study.ts';
import type { Trial } from '#domain/trial.ts';
import { cellTrials, optunaJournal, sampledTrials, specFrom } from '#search/search.ts';
import { runStudy } from '#search/study-run.ts';
import { randomMarket } from '../support/random-market.ts';
import { tempFolder } from '../support/temp-folder.ts';

const market = randomMarket({ seed: 4, count: 500, volatility: 0.006 });
const T0 = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function ran(change: Partial<StudySpec>) {
  const spec = specFrom({
    pair: 'BTC/USDT',
    timeframe: '1h',
    maxHold: 24,
    folds: 2,
    stop: { min: -0.5, max: -3, step: 0.5 },
    target: { min: 1, max: 3, step: 0.4 },
    ...change,
  });
  const report = { count: 500, fromMs: T0, toMs: T0, gaps: 0, missing: 0, duplicates: 0, unordered: 0 };
  const trials: Trial[] = [];
  const told = (trial: Omit<Trial, 'startedAtMs' | 'finishedAtMs'>) => {
    trials.push({ ...trial, startedAtMs: T0 + trials.length, finishedAtMs: T0 + trials.length + 1 });
  };
  const { result, plane } = runStudy(
    { spec, candles: market, report, signals: null, fallback: { stopLossPct: -2, takeProfitPct: 1 }, incumbent: null },
    () => undefined,
    { known: [], told },
  );
  const times = { createdAtMs: T0, startedAtMs: T0, finishedAtMs: T0 + 1_000 };
  const study: Study = {
    id: 's1',
    spec,
    state: 'COMPLETE',
    progress: 1,
    result,
    published: false,
    error: null,
    ...times,
  };
  return { study, result, plane, trials };
}

/** The file's lines, Python's NaN read as null. */
function linesOf(text: string): readonly Record<string, unknown>[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line.replaceAll(':NaN', ':null')));
}

describe('a study of tpe', () => {
  const { study, result, trials } = ran({ sampler: 'TPE', trials: 20, pruner: 'MEDIAN', objective: 'PROFIT_FACTOR' });
  const lines = linesOf([...optunaJournal(study, sampledTrials(trials))].join(''));

  it('begins with its name, direction and attributes', () => {
    expect(lines[0]).toEqual({
      op_code: 0,
      worker_id: 'paramgate-s1',
      study_name: 'BTC/USDT 1h profit_factor seed 0',
      directions: [2],
    });
    const attributes = lines.filter(({ op_code }) => op_code === 2).map(({ user_attr }) => user_attr);
    expect(Object.assign({}, ...attributes)).toMatchObject({
      pair: 'BTC/USDT',
      sampler: 'tpe',
      pruner: 'median',
      validated: result.validated,
      best_stop_loss_pct: result.best.stopLossPct,
    });
    for (const attribute of attributes) expect(Object.keys(attribute ?? {})).toHaveLength(1);
  });

  it('tells each trial of the whole period: beginning, steps, end', () => {
    const whole = trials.filter(({ search }) => search === 0);
    const begun = lines.filter(({ op_code }) => op_code === 4);
    const ended = lines.filter(({ op_code }) => op_code === 6);
    expect(begun).toHaveLength(20);
    for (const [number, trial] of whole.entries()) {
      const stop = -0.5 * ((trial.point.stop ?? 0) + 1);
      expect(begun[number]).toMatchObject({ params: { stop_loss_pct: stop }, datetime_start: expect.any(String) });
      const value = trial.state === 'PRUNED' ? (trial.steps.at(-1) ?? null) : trial.objective;
      expect(ended[number]).toMatchObject({
        trial_id: number,
        state: { COMPLETE: 1, PRUNED: 2, FAILED: 3 }[trial.state],
        values: value === null ? null : [value],
        datetime_complete: '2026-01-02T03:04:05.679000+00:00'.replace('679', String(679 + number)),
      });
      const steps = lines.filter(({ op_code, trial_id }) => op_code === 7 && trial_id === number);
      expect(steps.map(({ step, intermediate_value }) => [step, intermediate_value])).toEqual(
        trial.steps.map((told, step) => [step, told]),
      );
    }
    const values = whole.flatMap(({ objective }) => objective ?? []);
    expect(Math.max(...values)).toBe(result.peak.objective);
  });

  it('writes real numbers as Python reads them', () => {
    const text = [...optunaJournal(study, sampledTrials(trials))].join('');
    expect(text).toMatch(/"params":\{"stop_loss_pct":-\d\.\d,"take_profit_pct":\d\.\d\}/);
    expect(text).not.toMatch(/"stop_loss_pct":-\d[,}]/);
  });
});

it('a study of every cell begins with the peak, and nothing after it is better', () => {
  const { study, result, plane } = ran({ space: [{ name: 'maxHold', min: 6, max: 24, step: 6 }] });
  const told = cellTrials(study, result, { plane, most: 20 });
  expect(told).toHaveLength(20);
  expect(told[0]).toMatchObject({ objective: result.peak.objective, attributes: { role: 'peak' } });
  for (const { objective } of told) expect(objective).toBeLessThanOrEqual(result.peak.objective);
  expect(new Set(told.map(({ point }) => JSON.stringify(point))).size).toBe(20);
  expect(told.some(({ attributes }) => attributes.role === 'best plateau') || result.best === result.peak).toBe(true);
  expect(cellTrials(study, result, { plane, most: 1 }).length).toBeLessThanOrEqual(2);
});

const READ = `import sys, json, optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
study = optuna.load_study(study_name=None, storage=JournalStorage(JournalFileBackend(sys.argv[1])))
best = study.best_trial
print(json.dumps({"trials": len(study.trials), "value": best.value, "params": best.params, "directions": [int(d) for d in study.directions]}))`;

describe.skipIf(process.env.OPTUNA_PYTHON === undefined)('Optuna itself (OPTUNA_PYTHON)', () => {
  it.each([{ sampler: 'TPE', trials: 30, pruner: 'WILCOXON' }, { sampler: 'EXACT' }] as const)(
    'opens %j',
    async (change) => {
      await using folder = tempFolder();
      const { study, result, plane, trials } = ran(change);
      const told = trials.length > 0 ? sampledTrials(trials) : cellTrials(study, result, { plane, most: 100 });
      const file = join(folder.path, 'study.journal');
      writeFileSync(file, [...optunaJournal(study, told)].join(''));
      const { stdout } = spawnSync(process.env.OPTUNA_PYTHON ?? '', ['-W', 'ignore', '-c', READ, file], {
        encoding: 'utf8',
      });
      expect(JSON.parse(stdout)).toEqual({
        trials: told.length,
        value: result.peak.objective,
        params: { stop_loss_pct: result.peak.stopLossPct, take_profit_pct: result.peak.takeProfitPct },
        directions: [2],
      });
    },
  );
});
