// tpe against Optuna's own figures, and what holds for any trials: values inside the space, nothing but the trials decides.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '#search/samplers/memory.ts';
import { logDensities } from '#search/samplers/mixture-density.ts';
import { mixtureOf } from '#search/samplers/parzen.ts';
import { seenBy } from '#search/samplers/sampler.ts';
import type { Space } from '#search/samplers/space.ts';
import { goodCount, splitStandings } from '#search/samplers/split.ts';
import { suggestTpe, TPE_DEFAULTS, tpeSampler } from '#search/samplers/tpe.ts';
import type { Direction, Params, Trial } from '#search/samplers/trial.ts';
import { mersenne } from '../../support/mersenne.ts';
import { directionOf, golden, goldenSpace, stepOf, trialOf } from './golden.ts';
import { contains, spaces, studyOf } from './spaces.ts';

function splitOf(trials: readonly Trial[], direction: Direction, good: number) {
  const split = splitStandings(new Memory().digest(trials, [], direction), { good, countRunning: true });
  return { below: [...split.below], above: [...split.above] };
}

describe('equal to Optuna', () => {
  test.each(golden.sequences)('a whole study, seed $seed, $options', ({ seed, options, trials }) => {
    const rule = {
      ...TPE_DEFAULTS,
      multivariate: options.multivariate ?? TPE_DEFAULTS.multivariate,
      startupTrials: options.n_startup_trials ?? TPE_DEFAULTS.startupTrials,
      candidates: options.n_ei_candidates ?? TPE_DEFAULTS.candidates,
    };
    const memory = new Memory();
    // Optuna has two generators of the same seed: one for the trials at the beginning, one for tpe.
    const first = mersenne(seed);
    const later = mersenne(seed);
    const seen: Trial[] = [];
    trials.forEach(({ params, value }, number) => {
      const uniform = number < rule.startupTrials ? first : later;
      const drawn = suggestTpe({ space: goldenSpace, direction: 'MAXIMIZE', trials: seen }, { rule, memory }, uniform);
      for (const [name, expected] of Object.entries(params)) {
        expect(Math.abs((drawn[name] as number) - expected), `${name} of trial ${number}`).toBeLessThan(
          1e-12 * Math.max(1, expected),
        );
      }
      seen.push(trialOf(number, { params, value }));
    });
    expect(seen.length).toBeGreaterThan(25);
  });

  test.each(golden.mixtures)('weights, widths and densities of $weights.length kernels', (of) => {
    const mixture = mixtureOf(
      goldenSpace,
      goldenSpace.map(({ name }) => Float64Array.from(of.observed[name] ?? [])),
    );
    of.weights.forEach((weight, kernel) => {
      expect(mixture.weights[kernel]).toBeCloseTo(weight, 15);
    });
    goldenSpace.forEach(({ name }, dimension) => {
      const kernels = mixture.kernels[dimension];
      if (kernels?.kind !== 'numerical') return;
      const expected = of.sigma[name] ?? [];
      expect(kernels.sigma.length).toBe(expected.length);
      expected.forEach((sigma, kernel) => {
        expect(Math.abs((kernels.sigma[kernel] as number) - sigma)).toBeLessThan(1e-13 * sigma);
      });
    });
    const probe = goldenSpace.map(({ name }) => Float64Array.from(of.probe[name] ?? []));
    const memory = new Memory();
    const table = (length: number) => memory.table(length);
    const masses = goldenSpace.map((dimension) => memory.massesOf(dimension));
    for (const densities of [logDensities(mixture, probe), logDensities(mixture, probe, { masses, table })]) {
      of.logDensity.forEach((density, point) => {
        expect(densities[point]).toBeCloseTo(density, 11);
      });
    }
  });

  test.each(golden.splits)('who is good among $trials.length trials', ({ direction, good, trials, below, above }) => {
    const split = splitOf(
      trials.map((trial, number) => trialOf(number, { ...trial, steps: trial.steps.map(stepOf) })),
      directionOf(direction),
      good,
    );
    expect(split).toEqual({ below, above });
  });

  test('of equal ones the earlier is good', () => {
    const trials = [5, 1, 5, 1, 1].map((value, number) => trialOf(number, { value }));
    expect(splitOf(trials, 'MINIMIZE', 2)).toEqual({ below: [1, 3], above: [0, 2, 4] });
    expect(splitOf(trials, 'MAXIMIZE', 1)).toEqual({ below: [0], above: [1, 2, 3, 4] });
  });

  test('a tenth is good, 25 at most', () => {
    expect([0, 1, 10, 11, 249, 250, 251, 5_000].map(goodCount)).toEqual([0, 1, 1, 2, 25, 25, 25, 25]);
  });
});

describe('whatever the trials', () => {
  const sampler = tpeSampler();

  test('values lie in the space, and a sampler that remembers draws what one does that has just begun', () => {
    fc.assert(
      fc.property(spaces, fc.integer(), fc.boolean(), (space, seed, multivariate) => {
        const lasting = tpeSampler({ multivariate });
        studyOf(space, { count: 26, seed }, (asked) => {
          const drawn = lasting.suggest(asked);
          expect(tpeSampler({ multivariate }).suggest(asked)).toEqual(drawn);
          for (const { name, distribution } of space) expect(contains(distribution, drawn[name] as number)).toBe(true);
          return drawn;
        });
      }),
      { numRuns: 40 },
    );
  });

  test('what trials under way become does not matter, failed ones teach nothing, and the seed decides', () => {
    const space: Space = goldenSpace;
    const asked = (trials: readonly Trial[], seed = 5) => ({
      space,
      direction: 'MAXIMIZE' as const,
      seed,
      number: 30,
      trials,
    });
    const trials = studyOf(space, { count: 30, seed: 5 }, (of) => sampler.suggest(of));
    const seen = seenBy(trials, 30, 8);
    const drawn = sampler.suggest(asked(seen));
    const unfinished = trials.map((trial) =>
      trial.number > 22 ? { ...trial, state: 'RUNNING' as const, value: null } : trial,
    );
    expect(sampler.suggest(asked(seenBy(unfinished, 30, 8)))).toEqual(drawn);
    expect(sampler.suggest(asked(trials))).not.toEqual(drawn);
    expect(sampler.suggest(asked(seen, 6))).not.toEqual(drawn);
    const failed = trialOf(99, { state: 'FAIL', value: null, params: trials[3]?.params as Params });
    expect(sampler.suggest(asked([...seen, failed]))).toEqual(drawn);
    expect(() => seenBy(unfinished, 31, 8)).toThrow('trial 31 was begun before trial 23 had finished');
  });

  test('params a trial lacks are drawn alone, of those that have them', () => {
    const space = goldenSpace.filter(({ name }) => name === 'width' || name === 'bars');
    const trials = studyOf(space, { count: 20, seed: 1 }, (of) => sampler.suggest(of));
    const without = trials.map((trial) => ({ ...trial, params: { width: trial.params.width as number } }));
    const some = trials.map((trial, index) => (index % 2 === 0 ? trial : (without[index] as Trial)));
    const ask = (of: readonly Trial[]) =>
      sampler.suggest({ space, direction: 'MAXIMIZE', seed: 1, number: 20, trials: of });
    for (const drawn of [ask(some), ask(without)])
      for (const { name, distribution } of space) expect(contains(distribution, drawn[name] as number)).toBe(true);
    // Alone or together, the width is drawn first and from the same chance.
    expect(ask(some).bars).not.toBe(ask(without).bars);
  });

  test('it finds what random does not', () => {
    const space = goldenSpace.filter(({ name }) => name === 'width' || name === 'rate');
    const best = (trials: readonly Trial[]) =>
      Math.max(...trials.map(({ value }) => value ?? Number.NEGATIVE_INFINITY));
    const found = studyOf(space, { count: 120, seed: 2 }, (of) => sampler.suggest(of));
    const early = best(found.slice(0, 10));
    expect(best(found)).toBeGreaterThan(early);
    expect(best(found)).toBeGreaterThan(-0.01);
  });
});
