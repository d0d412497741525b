// The plane with the longest hold as a third axis: every cell equals simulating its levels with its hold, whatever the fills and the objective.
import { describe, expect, it } from 'vitest';
import type { Fills, Objective } from '#domain/study.ts';
import { placeSignals } from '#search/entries.ts';
import { gridOf } from '#search/grid.ts';
import { judgeCells } from '#search/judge.ts';
import { metricsOf } from '#search/metrics.ts';
import { objectiveOf } from '#search/objective.ts';
import { specFrom } from '#search/search.ts';
import { simulate } from '#search/simulate.ts';
import { pointAt, spaceOf } from '#search/space.ts';
import { stage } from '#search/stage.ts';
import { randomMarket, rng } from '../support/random-market.ts';

const market = randomMarket({ seed: 3, count: 400, volatility: 0.01, decimals: 2 });
const random = rng(5);
const signals = [...market.openTimeMs].flatMap((timeMs) =>
  random() < 0.3 ? [{ timeMs, side: random() < 0.5 ? ('LONG' as const) : ('SHORT' as const) }] : [],
);
const STOP = { min: -0.3, max: -6, step: 0.7 };
const TARGET = { min: 0.5, max: 5, step: 0.7 };

describe.each(['CONSERVATIVE', 'FREQTRADE'] as const)('with %s fills', (fills: Fills) => {
  it.each(['NET_PROFIT', 'WIN_RATE', 'SORTINO', 'CALMAR'] as const)('%s', (objective: Objective) => {
    const spec = specFrom({
      pair: 'BTC/USDT',
      fills,
      objective,
      stop: STOP,
      target: TARGET,
      space: [{ name: 'maxHold', min: 40, max: 1, step: 13 }],
    });
    const space = spaceOf(spec);
    expect(space.holds).toEqual([1, 14, 27, 40]);
    const { candles, entries } = stage(market, signals, spec);
    let values = new Float64Array();
    judgeCells({ ...spec, grid: space.grid, holds: space.holds, candles, entries }, spec, {
      populations: [{ from: 0, trades: entries.candle.length, days: 9 }],
      judged: (judged) => {
        values = Float64Array.from(judged);
      },
      onProgress: () => undefined,
    });
    expect(values).toHaveLength(9 * 7 * 4);
    for (const [cell, value] of values.entries()) {
      const levels = pointAt(space, cell);
      const maxHold = levels.space?.maxHold ?? 0;
      const { trades } = simulate({ ...spec, maxHold, candles, entries, levels, leverage: 1, oneAtATime: false });
      expect(value).toBeCloseTo(objectiveOf(metricsOf(trades, 9), objective) ?? Number.NaN, 8);
    }
  });
});

it('with one hold is the plane of that hold', () => {
  const grid = gridOf(STOP, TARGET);
  const { entries } = placeSignals(market, signals, { side: null, source: 'file' });
  const judged = (holds: { holds?: readonly number[] }) => {
    let found = new Float64Array();
    judgeCells(
      { candles: market, entries, grid, feePct: 0.05, maxHold: 20, ...holds },
      specFrom({ pair: 'BTC/USDT' }),
      {
        populations: [{ from: 0, trades: entries.candle.length, days: 9 }],
        judged: (values) => {
          found = Float64Array.from(values);
        },
        onProgress: () => undefined,
      },
    );
    return found;
  };
  expect(judged({ holds: [20] })).toEqual(judged({}));
});
