// Studies that sample: what is found is what simulating says, the same seed finds the same, and a study cut off anywhere goes on to the same end.
import { describe, expect, it } from 'vitest';
import type { Candles } from '#domain/market.ts';
import type { StudySpec } from '#domain/study.ts';
import { metricsOf, wholeDays } from '#search/metrics.ts';
import { specFrom } from '#search/search.ts';
import { stage } from '#search/stage.ts';
import { runStudy, type StudyInput } from '#search/study-run.ts';
import type { FinishedTrial } from '#search/trial-log.ts';
import { replayer } from '#search/walk-forward.ts';
import { randomMarket } from '../support/random-market.ts';

const market: Candles = randomMarket({ seed: 11, count: 700, volatility: 0.006, drift: () => 0.0004 });

function inputOf(change: Partial<StudySpec> = {}): StudyInput {
  const times = market.openTimeMs;
  const spec = specFrom({
    pair: 'BTC/USDT',
    timeframe: '1h',
    side: 'LONG',
    maxHold: 24,
    sampler: 'TPE',
    trials: 25,
    folds: 3,
    stop: { min: -0.5, max: -5, step: 0.25 },
    target: { min: 0.5, max: 5, step: 0.25 },
    ...change,
  });
  const [fromMs = null, toMs = null] = [times[0], times.at(-1)];
  const report = { count: times.length, fromMs, toMs, gaps: 0, missing: 0, duplicates: 0, unordered: 0 };
  const fallback = { stopLossPct: -2, takeProfitPct: 1 };
  return { spec, candles: market, report, signals: null, fallback, incumbent: null };
}

function run(input: StudyInput, known: readonly FinishedTrial[] = []) {
  const trials: FinishedTrial[] = [];
  const shares: number[] = [];
  const outcome = runStudy(input, (share) => shares.push(share), { known, told: (trial) => trials.push(trial) });
  return { outcome, trials, shares };
}

describe.each(['TPE', 'RANDOM'] as const)('%s', (sampler) => {
  it('judges as many trials as asked, over the whole period and every fold, each as simulating does', () => {
    const input = inputOf({ sampler });
    const { outcome, trials, shares } = run(input);
    expect(outcome.result.trials).toBe(25);
    expect(trials).toHaveLength(25 * 4);
    expect(trials.map(({ search }) => search)).toEqual([...trials.map(({ search }) => search)].sort());
    expect(shares).toEqual([...shares].sort((a, b) => a - b));

    const { candles, entries } = stage(market, null, input.spec);
    const days = wholeDays(candles.openTimeMs[0] ?? 0, candles.openTimeMs.at(-1) ?? 0);
    const replay = replayer(candles, input.spec);
    const whole = trials.filter(({ search }) => search === 0);
    for (const { point, objective, steps, metrics } of whole) {
      const levels = {
        stopLossPct: outcome.plane.stops[point.stop ?? -1] ?? Number.NaN,
        takeProfitPct: outcome.plane.targets[point.target ?? -1] ?? Number.NaN,
      };
      const direct = metricsOf(replay(entries, levels), days);
      expect(objective).toBe(direct.netProfitPct);
      expect(metrics).toEqual(direct);
      expect(steps).toHaveLength(3);
      expect(steps.at(-1)).toBe(objective);
      expect(outcome.plane.values[point.stop ?? -1]?.[point.target ?? -1]).toBe(objective);
    }
    const greatest = Math.max(...whole.map(({ objective }) => objective ?? Number.NEGATIVE_INFINITY));
    expect(outcome.result.peak.objective).toBe(greatest);
    expect(outcome.result.best).toEqual(outcome.result.peak);
  });

  it('finds the same with the same seed, and tries other points with another', () => {
    const first = run(inputOf({ sampler }));
    expect(run(inputOf({ sampler }))).toEqual(first);
    const points = (of: typeof first) => of.trials.map(({ point }) => point);
    expect(points(run(inputOf({ sampler, seed: 1 })))).not.toEqual(points(first));
  });

  it.each(['NONE', 'MEDIAN', 'HYPERBAND', 'WILCOXON'] as const)(
    'goes on to the same end wherever it was cut off, with pruner %s',
    (pruner) => {
      const input = inputOf({ sampler, pruner });
      const whole = run(input);
      for (const cut of [1, 12, 25, 60, 100]) {
        const rest = run(input, whole.trials.slice(0, cut));
        expect(rest.trials).toEqual(whole.trials.slice(cut));
        expect(rest.outcome).toEqual(whole.outcome);
      }
    },
  );
});

describe('a pruner', () => {
  it.each(['MEDIAN', 'WILCOXON'] as const)('%s gives up trials that promise nothing, never the best one', (pruner) => {
    const { trials, outcome } = run(inputOf({ sampler: 'RANDOM', pruner, trials: 60, folds: 6 }));
    const whole = trials.filter(({ search }) => search === 0);
    const pruned = whole.filter(({ state }) => state === 'PRUNED');
    expect(pruned.length).toBeGreaterThan(3);
    for (const { steps, objective } of pruned) {
      expect(objective).toBeNull();
      expect(steps.length).toBeLessThan(6);
    }
    const objectives = whole.flatMap(({ objective }) => objective ?? []);
    expect(outcome.result.peak.objective).toBe(Math.max(...objectives));
  });
});

it('searches the longest hold as a dimension of its own', () => {
  const space = [{ name: 'maxHold', min: 6, max: 24, step: 6 }] as const;
  const { trials, outcome } = run(inputOf({ space, trials: 40 }));
  expect(new Set(trials.map(({ point }) => point.maxHold))).toEqual(new Set([0, 1, 2, 3]));
  const { best } = outcome.result;
  const input = inputOf({ space });
  const { candles, entries } = stage(market, null, input.spec);
  const replay = replayer(candles, { ...input.spec, maxHold: best.space?.maxHold ?? fail() });
  expect(best.objective).toBe(metricsOf(replay(entries, { ...best, space: {} }), 29).netProfitPct);
});

function fail(): never {
  throw new Error('it is missing');
}
