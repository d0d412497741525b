// Pairs searched together: few trades follow the others, nothing is borrowed from the future or from another time.
import { describe, expect, it } from 'vitest';
import type { Candles, HistoricalSignal } from '#domain/market.ts';
import { poolPairs } from '#search/pair-pools.ts';
import { specFrom } from '#search/search.ts';
import { runStudy, type StudyInput } from '#search/study-run.ts';
import { randomMarket } from '../support/random-market.ts';

const GRID = { stop: { min: -0.5, max: -4, step: 0.5 }, target: { min: 0.5, max: 4, step: 0.5 } };

function pairOf(seed: number, every: number, change: { count?: number; later?: Candles } = {}): StudyInput {
  const { count = 1_200, later } = change;
  // A long rise after each signal where they are far apart, a short one that is soon undone where they are not.
  const drift = (index: number) => {
    if (every > 50) return index % every < 24 ? 0.002 : -0.0005;
    return index % every < 4 ? 0.003 : -0.002;
  };
  const made = randomMarket({ seed, count, volatility: 0.006, drift });
  const from = 600;
  const column = (own: Float64Array, other: Float64Array | undefined) =>
    own.map((value, index) => (other === undefined || index < from ? value : (other[index] as number)));
  const candles = {
    ...made,
    open: column(made.open, later?.open),
    high: column(made.high, later?.high),
    low: column(made.low, later?.low),
    close: column(made.close, later?.close),
  };
  const signals: HistoricalSignal[] = [...candles.openTimeMs].flatMap((timeMs, index) =>
    index % every === 0 ? [{ timeMs, side: 'LONG' as const }] : [],
  );
  const found = { count, fromMs: null, toMs: null, gaps: 0, missing: 0, duplicates: 0, unordered: 0 };
  return {
    spec: specFrom({ pair: 'BTC/USDT', timeframe: '1h', maxHold: 24, ...GRID }),
    candles,
    report: found,
    signals,
    fallback: { stopLossPct: -2, takeProfitPct: 1 },
    incumbent: null,
  };
}

const run = (input: StudyInput) => runStudy(input, () => undefined).result;
const levels = ({ stopLossPct, takeProfitPct }: { stopLossPct: number; takeProfitPct: number }) => [
  stopLossPct,
  takeProfitPct,
];

describe('pairs searched together', () => {
  const few = pairOf(1, 120);
  const others = [2, 3, 4].map((seed) => pairOf(seed, 10));

  it('move a pair with few trades towards the others, and say so', () => {
    const alone = run(few);
    const pools = poolPairs([few, ...others]);
    const together = run({ ...few, pools });
    expect(levels(together.best)).not.toEqual(levels(alone.best));
    expect(together.best.metrics.trades).toBe(10);
    expect(together.validation.warnings.at(-1)).toBe(
      'levels were chosen on 10 trades of the pair and 100 borrowed from 360 of the others',
    );
    expect(alone.validation.warnings.join()).not.toContain('borrowed');
  });

  it('leave a pair as it is when nobody else took trades in the same time', () => {
    const longer = [2, 3].map((seed) => pairOf(seed, 10, { count: 1_260 }));
    expect(run({ ...few, pools: poolPairs([few, ...longer]) })).toEqual(run(few));
    expect(run({ ...few, pools: poolPairs([few]) })).toEqual(run(few));
  });

  it('never borrow from what comes after a fold', () => {
    const foldsWith = (later?: Candles) => {
      const lent = [2, 3, 4].map((seed) => pairOf(seed, 10, later === undefined ? {} : { later }));
      return run({ ...few, pools: poolPairs([few, ...lent]) }).validation.folds.map(levels);
    };
    const folds = foldsWith();
    const changed = foldsWith(randomMarket({ seed: 99, count: 1_200, volatility: 0.006, drift: () => -0.02 }));
    // The others' candles change from the 600th on; the third fold trains up to there less the embargo, the fifth up to the 1,000th.
    expect(changed.slice(0, 3)).toEqual(folds.slice(0, 3));
    expect(changed[4]).not.toEqual(folds[4]);
  });

  it('lend nothing by calmar, which is no sum', () => {
    const [other] = others as [StudyInput];
    const calmar = { ...other, spec: { ...other.spec, objective: 'CALMAR' as const } };
    expect(poolPairs([calmar]).size).toBe(0);
    expect(run({ ...calmar, pools: poolPairs([calmar]) })).toEqual(run(calmar));
  });
});
