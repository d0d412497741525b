// Spaces beyond stop, target and hold: every point has its number, its plan is one freqtrade allows, and a study's figures are those of simulating it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dimension, Fills, StudySpec } from '#domain/study.ts';
import { axesOf, planAt } from '#search/axes.ts';
import { requirePlan } from '#search/exit-plan.ts';
import { metricsOf } from '#search/metrics.ts';
import { cellAt, dimensionsOf } from '#search/sampling.ts';
import { requireSpec, specFrom } from '#search/search.ts';
import { simulate } from '#search/simulate.ts';
import { cellsOf, cellsPerLevels, pointAt, spaceOf } from '#search/space.ts';
import { stage } from '#search/stage.ts';
import { runStudy } from '#search/study-run.ts';
import type { FinishedTrial } from '#search/trial-log.ts';
import { randomMarket } from '../support/random-market.ts';

const ALL: readonly Dimension[] = [
  { name: 'roi2', min: 0.5, max: -0.25, step: 0.25 },
  { name: 'maxHold', min: 10, max: 30, step: 10 },
  { name: 'trailing', min: 0.3, max: 1.1, step: 0.2 },
  { name: 'roi2After', min: 30, max: 90, step: 30 },
  { name: 'breakEven', min: 0.4, max: 0.4, step: 1 },
  { name: 'trailingBeyond', min: 0.1, max: 0.7, step: 0.3 },
  { name: 'onlyOffset', min: 0, max: 1, step: 1 },
  { name: 'roi1', min: 1, max: 2, step: 0.5 },
  { name: 'roi1After', min: 60, max: 180, step: 60 },
];
const SPEC = specFrom({
  pair: 'BTC/USDT',
  timeframe: '1h',
  sampler: 'TPE',
  trials: 25,
  folds: 2,
  stop: { min: -1, max: -4, step: 0.5 },
  target: { min: 1, max: 4, step: 0.5 },
  space: ALL,
});

test('axes are drawn in one order, whatever the order they are asked in', () => {
  const names = ['trailing', 'trailingBeyond', 'onlyOffset', 'breakEven', 'roi1After', 'roi1', 'roi2After', 'roi2'];
  expect(axesOf(ALL).map(({ name }) => name)).toEqual(names);
  expect(dimensionsOf(spaceOf(SPEC)).map(({ name }) => name)).toEqual(['stop', 'target', 'maxHold', ...names]);
  expect(axesOf(ALL)[0]?.values).toEqual([0.3, 0.5, 0.7, 0.9, 1.1]);
  expect(axesOf(ALL).at(-1)?.values).toEqual([-0.25, 0, 0.25, 0.5]);
});

test('every point has its number and every number its point', () => {
  const space = spaceOf(SPEC);
  const cells = cellsOf(SPEC);
  expect(cells).toBe(7 * 7 * 3 * 5 * 3 * 2 * 1 * 3 * 3 * 3 * 4);
  expect(cellsPerLevels(space)).toBe(cells / 49);
  const levels = new Map<string, readonly number[]>([
    ['stop', space.grid.stopsPct],
    ['target', space.grid.targetsPct],
    ['maxHold', space.holds],
    ...space.axes.map(({ name, values }) => [name, values] as const),
  ]);
  fc.assert(
    fc.property(fc.nat(cells - 1), (cell) => {
      const { stopLossPct, takeProfitPct, space: beyond = {} } = pointAt(space, cell);
      const values: Readonly<Record<string, number>> = { stop: stopLossPct, target: takeProfitPct, ...beyond };
      const point = Object.fromEntries([...levels].map(([name, all]) => [name, all.indexOf(values[name] as number)]));
      expect(cellAt(space, point)).toBe(cell);
      requirePlan(planAt(beyond), 1);
    }),
  );
});

test('a point is a plan: the offset above the distance, each target some time after the one before', () => {
  expect(planAt()).toEqual({ trailing: null, breakEvenPct: null, targets: [] });
  expect(planAt({ trailing: 0.3 }).trailing).toEqual({ distancePct: 0.3, offsetPct: 0, onlyOffset: false });
  expect(
    planAt({
      trailing: 0.1,
      trailingBeyond: 0.2,
      onlyOffset: 1,
      breakEven: 0.5,
      roi1After: 60,
      roi1: 1,
      roi2After: 30,
      roi2: 0,
    }),
  ).toEqual({
    trailing: { distancePct: 0.1, offsetPct: 0.3, onlyOffset: true },
    breakEvenPct: 0.5,
    targets: [
      { afterMinutes: 60, takeProfitPct: 1 },
      { afterMinutes: 90, takeProfitPct: 0 },
    ],
  });
});

describe.each(['CONSERVATIVE', 'FREQTRADE'] as const)('a study with %s fills', (fills: Fills) => {
  const market = randomMarket({ seed: 11, count: 600, volatility: 0.01, decimals: 2 });
  const report = { count: 600, fromMs: 0, toMs: 0, gaps: 0, missing: 0, duplicates: 0, unordered: 0 };
  const signals = [...market.openTimeMs]
    .filter((_, index) => index % 5 === 2)
    .map((timeMs) => ({ timeMs, side: 'LONG' as const }));
  const spec: StudySpec = { ...SPEC, fills };
  const input = {
    spec,
    candles: market,
    report,
    signals,
    fallback: { stopLossPct: -2, takeProfitPct: 1 },
    incumbent: null,
  };

  test('says of its best what simulating it says, and draws the same again when it is taken up', () => {
    const told: FinishedTrial[] = [];
    const { result, plane } = runStudy(input, () => undefined, { known: [], told: (trial) => told.push(trial) });
    const { stopLossPct, takeProfitPct, space } = result.best;
    expect(Object.keys(space ?? {})).toHaveLength(ALL.length);
    const { candles, entries } = stage(market, signals, { ...spec, source: 'file' });
    const { trades } = simulate({
      ...spec,
      maxHold: space?.maxHold ?? 0,
      plan: planAt(space),
      candles,
      entries,
      levels: { stopLossPct, takeProfitPct },
      leverage: 1,
      oneAtATime: false,
    });
    expect(metricsOf(trades, 24).netProfitPct).toBe(result.best.metrics.netProfitPct);
    expect(result.best.metrics.exits.trailingStopLoss ?? 0).toBeGreaterThan(0);
    expect(plane.values.flat().filter((value) => value !== null).length).toBeGreaterThan(0);
    expect(
      new Set(told.filter(({ search }) => search === 0).map(({ point }) => JSON.stringify(point))).size,
    ).toBeGreaterThan(15);
    const again = runStudy(input, () => undefined, { known: told.slice(0, 30), told: () => undefined });
    expect(again.result).toEqual(result);
  });
});

describe('refused', () => {
  const one = (name: Dimension['name'], min: number, max = min, step = 1): Dimension => ({ name, min, max, step });
  test.each<[string, readonly Dimension[], Partial<StudySpec>]>([
    ['trailing with the sampler exact', [one('trailing', 1)], { sampler: 'EXACT', trials: null }],
    ['breakEven with the sampler grid', [one('breakEven', 1)], { sampler: 'GRID', trials: null }],
    ['trailing from 0 to 1', [one('trailing', 0, 1, 0.1)], {}],
    ['trailing in steps of 0', [one('trailing', 1, 2, 0)], {}],
    ['trailingBeyond without trailing', [one('trailingBeyond', 1)], {}],
    ['onlyOffset from 0 to 2', [one('trailing', 1), one('onlyOffset', 0, 2)], {}],
    ['roi1 without roi1After', [one('roi1', 1)], {}],
    ['roi1After without roi1', [one('roi1After', 60)], {}],
    ['roi2 without roi1', [one('roi2', 1), one('roi2After', 60)], {}],
    ['roi1After from 0.5', [one('roi1', 1), one('roi1After', 0.5)], {}],
    ['trailing is named twice', [one('trailing', 1), one('trailing', 2)], {}],
    ['trailing from NaN', [one('trailing', Number.NaN)], {}],
  ])('%s', (why, space, change) => {
    expect(() => requireSpec({ ...SPEC, space, ...change })).toThrow(why);
    expect(() => requireSpec({ ...SPEC, space, ...change })).toThrow(/^space/);
  });

  test('more points than there are numbers', () => {
    const fine = (name: Dimension['name']) => one(name, 0.01, 99, 0.01);
    const minutes = one('roi1After', 1, 9_999);
    const space = [fine('trailing'), fine('trailingBeyond'), fine('breakEven'), fine('roi1'), minutes];
    expect(() => requireSpec({ ...SPEC, space })).toThrow('at most 9007199254740991 points');
    expect(() => requireSpec({ ...SPEC, space: [one('trailing', 0.001, 99, 0.001)] })).toThrow('at most 10000 values');
  });

  test('publishing what bots are not served', () => {
    expect(() => requireSpec({ ...SPEC, publish: true })).toThrow('cannot be published');
  });
});
