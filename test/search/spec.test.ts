// A spec is refused before any work, by the field that is wrong.
import { describe, expect, it } from 'vitest';
import type { StudySpec } from '#domain/study.ts';
import { requireSpec, specFrom } from '#search/search.ts';

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

  it('says why a study cannot hold for ever', () => {
    expect(() => requireSpec(specFrom({ pair: 'BTC/USDT', maxHold: 0 }))).toThrow(
      'maxHold: 0 (no limit) leaves the embargo between training and test unknown; allowed: a whole number from 1 to 1000000',
    );
  });
});
