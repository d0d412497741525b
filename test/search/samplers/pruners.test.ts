// The pruners against Optuna's own decisions, step by step, with the rungs it kept; and the test behind one of them against scipy.
import { describe, expect, test } from 'vitest';
import { crc32 } from '#search/samplers/crc32.ts';
import { bracketOf, budgetsOf, hyperbandPruner } from '#search/samplers/hyperband-pruner.ts';
import { medianPruner } from '#search/samplers/median-pruner.ts';
import type { Pruner } from '#search/samplers/sampler.ts';
import { signedRankP } from '#search/samplers/signed-rank.ts';
import type { Trial } from '#search/samplers/trial.ts';
import { wilcoxonPruner } from '#search/samplers/wilcoxon-pruner.ts';
import { directionOf, golden, type PrunerCase, stepOf, trialOf } from './golden.ts';

/** The options that are given, under the names of this house. */
function named(options: PrunerCase['options'], names: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [names[name] ?? name, value]));
}

function prunerOf({ pruner, options, name }: PrunerCase): Pruner {
  if (pruner === 'median') {
    return medianPruner(
      named(options, {
        n_startup_trials: 'startupTrials',
        n_warmup_steps: 'warmupSteps',
        interval_steps: 'intervalSteps',
        n_min_trials: 'minTrials',
      }),
    );
  }
  if (pruner === 'wilcoxon')
    return wilcoxonPruner(named(options, { p_threshold: 'pThreshold', n_startup_steps: 'startupSteps' }));
  const names = { min_resource: 'minResource', max_resource: 'maxResource', reduction_factor: 'reductionFactor' };
  return hyperbandPruner({ studyName: name, ...named(options, names) });
}

test.each(golden.pruners)('$pruner decides as Optuna, $options', (of) => {
  const pruner = prunerOf(of);
  const direction = directionOf(of.direction);
  const trials: Trial[] = [];
  of.trials.forEach(({ state, value, told, rungs }, number) => {
    let current = trialOf(number, { state: 'RUNNING', value: null });
    told.forEach((each, index) => {
      current = { ...current, steps: [...current.steps, stepOf(each)] };
      const judgement = pruner.judge({ direction, current, trials });
      expect(judgement.prune, `trial ${number}, step told as number ${index}`).toBe(each[2]);
      current = { ...current, rungs: judgement.rungs };
    });
    expect(current.rungs).toEqual(rungs);
    trials.push({ ...current, state, value });
  });
  expect(of.trials.some(({ state }) => state === 'PRUNED')).toBe(true);
});

describe('median', () => {
  const told = (...values: readonly number[]) => values.map((value, step) => ({ step, value }));
  const complete = [1, 2, 3, 4, 5].map((level, number) => trialOf(number, { steps: told(level, level, level, level) }));
  const prunes = (options: Parameters<typeof medianPruner>[0], ...values: readonly number[]) => {
    const current = trialOf(5, { state: 'RUNNING', value: null, steps: told(...values) });
    return medianPruner(options).judge({ direction: 'MAXIMIZE', current, trials: complete }).prune;
  };

  test('looks only at the first step told of each interval', () => {
    expect(prunes({}, 1, 1)).toBe(true);
    expect(prunes({ intervalSteps: 3 }, 1, 1)).toBe(false);
    expect(prunes({ intervalSteps: 3 }, 1, 1, 1, 1)).toBe(true);
    expect(prunes({ intervalSteps: 3, warmupSteps: 1 }, 1, 1)).toBe(true);
  });

  test('ends what never told a number, and keeps what is as good as the median', () => {
    expect(prunes({}, Number.NaN, Number.NaN)).toBe(true);
    expect(prunes({}, 3)).toBe(false);
    expect(prunes({}, 3, Number.NaN)).toBe(false);
    expect(prunes({}, 2.9)).toBe(true);
    expect(prunes({ startupTrials: 6 }, 0)).toBe(false);
  });
});

test('wilcoxon keeps a trial that is better on average than the best one was', () => {
  const best = trialOf(0, { value: 9, steps: [10, 10, 10, 10, -99].map((value, step) => ({ step, value })) });
  const steps = [9, 9, 9, 9].map((value, step) => ({ step, value }));
  const judged = (trials: readonly Trial[]) =>
    wilcoxonPruner().judge({
      direction: 'MAXIMIZE',
      current: trialOf(1, { state: 'RUNNING', value: null, steps }),
      trials,
    }).prune;
  expect(judged([best])).toBe(false);
  expect(judged([{ ...best, steps: best.steps.slice(0, 4) }])).toBe(true);
  expect(judged([{ ...best, violation: 1 }])).toBe(false);
});

describe('hyperband', () => {
  test('deals trials to brackets by the checksum of study and number', () => {
    expect(crc32('123456789')).toBe(0xcbf43926);
    const options = { minResource: 1, maxResource: 81, reductionFactor: 3 };
    const budgets = budgetsOf(options, []) ?? [];
    expect(budgets).toEqual([81, 34, 15, 8, 5]);
    const brackets = Array.from({ length: 500 }, (_, number) => bracketOf('BTC/USDT', number, budgets));
    budgets.forEach((budget, bracket) => {
      const share = brackets.filter((each) => each === bracket).length / 500;
      expect(Math.abs(share - budget / 143)).toBeLessThan(0.07);
    });
  });

  test('lets samplers learn from their own bracket only, once the length of a trial is known', () => {
    const pruner = hyperbandPruner({ studyName: 'BTC/USDT' });
    const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((step) => ({ step, value: 0 }));
    const running = Array.from({ length: 40 }, (_, number) =>
      trialOf(number, { state: 'RUNNING', value: null, steps }),
    );
    expect(pruner.peers(running, 40)).toBe(running);
    const trials = running.map((trial) => ({ ...trial, state: 'COMPLETE' as const, value: 0 }));
    const parts = [40, 41, 42, 43, 44, 45, 46, 47].map((number) =>
      pruner.peers(trials, number).map((trial) => trial.number),
    );
    const kinds = new Map(parts.map((part) => [part.join(), part]));
    expect(kinds.size).toBeGreaterThan(1);
    expect([...kinds.values()].flat().sort((a, b) => a - b)).toEqual(
      [...new Set([...kinds.values()].flat())].sort((a, b) => a - b),
    );
  });
});

test.each(golden.signedRank)('the signed-rank test of $differences.length differences', ({ differences, p }) => {
  expect(Math.abs(signedRankP(differences) - p)).toBeLessThan(1e-12);
});
