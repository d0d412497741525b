// Whom a winner must beat: the same order of candidates in which levels are served.
import { describe, expect, it } from 'vitest';
import type { ParamRecord } from '#domain/exit-params.ts';
import { sameFind } from '#search/incumbent.ts';
import { incumbentOf, rivalsOf, SEARCH_DEFAULTS } from '#search/search.ts';

function record(pair: string, stopLossPct: number, change: Partial<ParamRecord> = {}): ParamRecord {
  return {
    pair,
    side: null,
    atMs: 1_000,
    stopLossPct,
    takeProfitPct: 1,
    winRate: null,
    profitFactor: null,
    totalTrades: null,
    validated: null,
    studyId: null,
    pbo: null,
    oosProfitFactor: null,
    ...change,
  };
}

const stop = (records: readonly ParamRecord[], pair: string, side: 'LONG' | 'SHORT' | null) =>
  incumbentOf(records, pair, side)?.stopLossPct;

describe('incumbentOf', () => {
  const all = [
    record('BTC/USDT', -4),
    record('BTC/USDT', -3, { side: 'LONG' }),
    record('BTC/USDT:USDT', -2),
    record('BTC/USDT:USDT', -1, { side: 'LONG' }),
  ];

  it('looks at the exact pair before its short form, and at the side before both', () => {
    expect(stop(all, 'BTC/USDT:USDT', 'LONG')).toBe(-1);
    expect(stop(all.slice(0, 3), 'BTC/USDT:USDT', 'LONG')).toBe(-2);
    expect(stop(all.slice(0, 2), 'BTC/USDT:USDT', 'LONG')).toBe(-3);
    expect(stop(all.slice(0, 1), 'BTC/USDT:USDT', 'LONG')).toBe(-4);
  });

  it('never takes a side for both sides, another side, or a long form for a short one', () => {
    expect(stop(all.slice(1, 2), 'BTC/USDT', null)).toBeUndefined();
    expect(stop(all.slice(1, 2), 'BTC/USDT', 'SHORT')).toBeUndefined();
    expect(stop(all.slice(2), 'BTC/USDT', null)).toBeUndefined();
    expect(stop(all, 'BTC/USD:USDT', 'LONG')).toBeUndefined();
  });

  it('passes over records that are not served, and never takes an older one for a newer', () => {
    const refused = record('BTC/USDT', -5, { validated: false, atMs: 2_000 });
    expect(stop([record('BTC/USDT', -4), refused], 'BTC/USDT', null)).toBeUndefined();
    expect(stop([record('BTC/USDT:USDT', 2), record('BTC/USDT', -4)], 'BTC/USDT:USDT', null)).toBe(-4);
    expect(stop([record('BTC/USDT', -120)], 'BTC/USDT', null)).toBeUndefined();
  });
});

describe('sameFind', () => {
  const served = { stopLossPct: -1.5, takeProfitPct: 2 };
  const at = (stopLossPct: number, takeProfitPct: number) => ({ stopLossPct, takeProfitPct });

  it('is a winner on the plateau of what is served, in both directions', () => {
    for (const winner of [served, at(-1.4, 2.1), at(-1.6, 1.9)]) {
      expect(sameFind(winner, served, SEARCH_DEFAULTS)).toBe(true);
    }
    for (const winner of [at(-1.38, 2), at(-1.5, 2.12), at(-1.62, 2.12)]) {
      expect(sameFind(winner, served, SEARCH_DEFAULTS)).toBe(false);
    }
  });

  it('reaches no further than five steps of a fine grid, and on a coarse one is equal', () => {
    const grid = (step: number) => ({ stop: { min: -1, max: -3, step }, target: { min: 1, max: 3, step } });
    expect(sameFind(at(-1.505, 2.005), served, grid(0.001))).toBe(true);
    expect(sameFind(at(-1.506, 2), served, grid(0.001))).toBe(false);
    expect(sameFind(at(-1.75, 2), served, grid(0.25))).toBe(false);
    expect(sameFind(served, served, grid(0.25))).toBe(true);
  });

  it('is none that has more beside its levels', () => {
    expect(sameFind({ ...served, space: { trailing: 1 } }, served, SEARCH_DEFAULTS)).toBe(false);
    expect(sameFind({ ...served, space: { maxHold: 50 } }, served, SEARCH_DEFAULTS)).toBe(false);
  });
});

describe('rivalsOf', () => {
  const fallback = { stopLossPct: -2, takeProfitPct: 1 };
  const of = (records: readonly ParamRecord[], side: 'LONG' | null = null) =>
    rivalsOf(records, { pair: 'BTC/USDT:USDT', side }, fallback);

  it('may publish anew what was validated for exactly this pair and side, and nothing else', () => {
    const own = record('BTC/USDT:USDT', -1.5, { validated: true });
    expect(of([own])).toEqual({ fallback, incumbent: { stopLossPct: -1.5, takeProfitPct: 1 }, renewable: true });
    expect(of([{ ...own, validated: null }])).toMatchObject({ incumbent: { stopLossPct: -1.5 }, renewable: false });
    expect(of([{ ...own, pair: 'BTC/USDT' }])).toMatchObject({ incumbent: { stopLossPct: -1.5 }, renewable: false });
    expect(of([own], 'LONG')).toMatchObject({ incumbent: { stopLossPct: -1.5 }, renewable: false });
    expect(of([])).toEqual({ fallback, incumbent: null, renewable: false });
  });
});
