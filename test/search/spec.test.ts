// A spec is refused before any work, by the field that is wrong.
import { describe, expect, it } from 'vitest';
import type { StudySpec } from '#domain/study.ts';
import { plannedTrials, requireSpec, specFrom } from '#search/search.ts';

const HOLDS = { name: 'maxHold', min: 10, max: 20, step: 10 } as const;

describe('requireSpec', () => {
  it('takes the defaults', () => {
    const spec = specFrom({ pair: 'BTC/USDT' });
    expect(requireSpec(spec)).toBe(spec);
  });

  it.each<[Partial<StudySpec>, string]>([
    [{ pair: 'btc' }, 'pair'],
    [{ timeframe: '5x' }, 'timeframe'],
    [{ feePct: -0.01 }, 'feePct'],
    [{ feePct: Number.NaN }, 'feePct'],
    [{ feePct: 50 }, 'feePct'],
    [{ maxHold: 0 }, 'maxHold'],
    [{ maxHold: 1.5 }, 'maxHold'],
    [{ seed: 0.5 }, 'seed'],
    [{ seed: 2 ** 31 }, 'seed'],
    [{ seed: -1 }, 'seed'],
    [{ sampler: 'TPE', trials: 0 }, 'trials'],
    [{ sampler: 'RANDOM', trials: 100_001 }, 'trials'],
    [{ pruner: 'MEDIAN' }, 'pruner'],
    [{ sampler: 'GRID', pruner: 'WILCOXON' }, 'pruner'],
    [{ space: [{ name: 'maxHold', min: 0, max: 5, step: 1 }] }, 'maxHolds'],
    [{ space: [{ name: 'maxHold', min: 1, max: 5, step: 0 }] }, 'maxHolds'],
    [{ space: [{ name: 'maxHold', min: 1, max: 500, step: 1 }] }, 'maxHolds'],
    [{ space: [HOLDS, HOLDS] }, 'space'],
    [{ space: [HOLDS], publish: true }, 'publish'],
    [{ folds: 0 }, 'folds'],
    [{ folds: 101 }, 'folds'],
    [{ minTrades: 0 }, 'minTrades'],
    [{ minOosTrades: -1 }, 'minOosTrades'],
    [{ minTestDays: -1 }, 'minTestDays'],
    [{ pboMax: 1.01 }, 'pboMax'],
    [{ stop: { min: 1, max: 2, step: 1 } }, 'stop'],
    [{ target: { min: -1, max: 2, step: 1 } }, 'target'],
    [{ fromMs: 5, toMs: 5 }, 'to'],
  ])('refuses %j', (change, field) => {
    const spec = specFrom({ pair: 'BTC/USDT', ...change });
    expect(() => requireSpec(spec)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field }));
    expect(() => requireSpec(spec, (name) => `--${name}`)).toThrow(expect.objectContaining({ field: `--${field}` }));
  });

  it('counts trials for who samples, and cells for who judges them all, whatever number is named', () => {
    const trialsOf = (change: Partial<StudySpec>) => plannedTrials(specFrom({ pair: 'BTC/USDT', ...change }));
    expect(trialsOf({ sampler: 'TPE' })).toBe(100);
    expect(trialsOf({ sampler: 'RANDOM', trials: 7 })).toBe(7);
    expect(trialsOf({ sampler: 'EXACT', trials: 7 })).toBe(341 * 291);
    expect(trialsOf({ sampler: 'GRID', space: [HOLDS] })).toBe(341 * 291 * 2);
    expect(specFrom({ pair: 'BTC/USDT', space: [HOLDS] }).maxHold).toBe(20);
  });

  it('says why a study cannot hold for ever', () => {
    expect(() => requireSpec(specFrom({ pair: 'BTC/USDT', maxHold: 0 }))).toThrow(
      'maxHold: 0 (no limit) leaves the embargo between training and test unknown; allowed: a whole number from 1 to 1000000',
    );
  });
});
