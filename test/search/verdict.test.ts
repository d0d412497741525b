// The verdict: each condition alone decides, with its numbers in one sentence.
import { describe, expect, it } from 'vitest';
import type { ExpectancyInterval, Metrics } from '#domain/study.ts';
import { conditionsOf, type Evidence } from '#search/verdict.ts';

const LIMITS = { objective: 'NET_PROFIT', minOosTrades: 30, minTestDays: 30, pboMax: 0.3, lossShareMax: 0.02 } as const;

function metrics(change: Partial<Metrics>): Metrics {
  return {
    trades: 40,
    winRate: 0.5,
    profitFactor: 1.5,
    expectancyPct: 0.3,
    netProfitPct: 12,
    avgWinPct: 1,
    avgLossPct: -1,
    sharpe: 1,
    sortino: 1,
    calmar: 1,
    maxDrawdownPct: 3,
    avgBars: 10,
    exits: { stopLoss: 20, roi: 20, maxHold: 0, forceExit: 0 },
    ...change,
  };
}

function intervalFrom(lowerPct: number): ExpectancyInterval {
  return { lowerPct, upperPct: 0.6, confidence: 0.95, blockTrades: 4 };
}

const GOOD: Evidence = {
  outOfSample: metrics({}),
  testDays: 100,
  pbo: 0.1,
  lossShare: 0.01,
  fallback: { levels: { stopLossPct: -2, takeProfitPct: 1 }, metrics: metrics({ netProfitPct: 10 }) },
  incumbent: {
    levels: { stopLossPct: -1.5, takeProfitPct: 2 },
    metrics: metrics({ netProfitPct: 11 }),
    confirmed: false,
  },
  interval: intervalFrom(0.01),
  stressed: { feePct: 0.1, metrics: metrics({ expectancyPct: 0.2 }) },
};

const failed = (change: Partial<Evidence>, limits: Parameters<typeof conditionsOf>[1] = LIMITS) =>
  conditionsOf({ ...GOOD, ...change }, limits)
    .filter(({ passed }) => !passed)
    .map(({ name, sentence }) => `${name}: ${sentence}`);

describe('conditionsOf', () => {
  it('passes all nine when all is well, exactly at the limits too', () => {
    expect(conditionsOf(GOOD, LIMITS).map(({ name }) => name)).toEqual([
      'min_oos_trades',
      'min_test_days',
      'profit_factor',
      'beats_fallback',
      'beats_incumbent',
      'pbo',
      'split_losses',
      'expectancy_interval',
      'cost_stress',
    ]);
    expect(failed({})).toEqual([]);
    expect(failed({ outOfSample: metrics({ trades: 30 }), testDays: 30, pbo: 0.3, lossShare: 0.02 })).toEqual([]);
  });

  it.each<[Partial<Evidence>, string]>([
    [{ outOfSample: metrics({ trades: 29 }) }, 'min_oos_trades: 29 trades out of sample; at least 30 are needed'],
    [{ testDays: 29 }, 'min_test_days: the test spans cover 29 days; at least 30 are needed'],
    [
      { outOfSample: metrics({ profitFactor: 1 }) },
      'profit_factor: the profit factor out of sample is 1; more than 1 (or no losses) is needed',
    ],
    [
      { outOfSample: metrics({ netProfitPct: 10 }), incumbent: null },
      'beats_fallback: net_profit out of sample is 10 against 10 of the fallback (-2 / 1); it must be greater',
    ],
    [
      { outOfSample: metrics({ netProfitPct: 10.5 }) },
      'beats_incumbent: net_profit out of sample is 10.5 against 11 of the levels served now (-1.5 / 2); it must be greater',
    ],
    [{ pbo: 0.30159 }, 'pbo: the probability of backtest overfitting is 0.3016; at most 0.3 is allowed'],
    [{ pbo: null }, 'pbo: too few entries to tell the probability of backtest overfitting; at most 0.3 is allowed'],
    [
      { lossShare: 6 / 252 },
      'split_losses: the best cell of one half of the entries does not earn on the other half in 2.381 % of the splits; at most 2 % is allowed',
    ],
    [{ lossShare: null }, 'split_losses: too few entries to split; at most 2 % is allowed'],
    [
      { interval: intervalFrom(0) },
      'expectancy_interval: the expectancy out of sample lies from 0 to 0.6 % a trade with 95 % confidence; it must lie above 0',
    ],
    [
      { interval: null },
      'expectancy_interval: no trades out of sample to tell the expectancy from; it must lie above 0',
    ],
    [
      { stressed: { feePct: 0.1, metrics: metrics({ expectancyPct: -0.01 }) } },
      'cost_stress: at a fee of 0.1 % a side the expectancy out of sample is -0.01 % a trade; more than 0 is needed',
    ],
    [
      { stressed: { feePct: 0.1, metrics: metrics({ expectancyPct: null }) } },
      'cost_stress: at a fee of 0.1 % a side the expectancy out of sample is undefined % a trade; more than 0 is needed',
    ],
  ])('fails on one alone: %#', (change, sentence) => {
    expect(failed(change)).toEqual([sentence]);
  });

  it('takes no losses for a good profit factor, but not no trades', () => {
    expect(failed({ outOfSample: metrics({ profitFactor: null }) })).toEqual([]);
    const nothing = metrics({ trades: 0, profitFactor: null, netProfitPct: null });
    expect(failed({ outOfSample: nothing }).map((line) => line.split(':')[0])).toEqual([
      'min_oos_trades',
      'profit_factor',
      'beats_fallback',
      'beats_incumbent',
    ]);
  });

  it('lets anything beat null and null beat nothing, by the objective asked for', () => {
    const sharpe = { ...LIMITS, objective: 'SHARPE' } as const;
    const none = { levels: GOOD.fallback.levels, metrics: metrics({ sharpe: null }) };
    expect(failed({ fallback: none, incumbent: { ...none, confirmed: false } }, sharpe)).toEqual([]);
    expect(failed({ outOfSample: metrics({ sharpe: null }), fallback: none, incumbent: null }, sharpe)).toHaveLength(1);
  });

  it('lets the same find again confirm what is served, whoever earns more on the tests', () => {
    const better = { levels: { stopLossPct: -1.5, takeProfitPct: 2 }, metrics: metrics({ netProfitPct: 99 }) };
    const conditions = conditionsOf({ ...GOOD, incumbent: { ...better, confirmed: true } }, LIMITS);
    expect(conditions.find(({ name }) => name === 'beats_incumbent')).toEqual({
      name: 'beats_incumbent',
      passed: true,
      sentence:
        'the winner lies on the plateau of the levels served now (-1.5 / 2); it confirms them and need not beat them',
    });
    expect(failed({ incumbent: { ...better, confirmed: false } })).toHaveLength(1);
  });

  it('has nothing to beat where nothing is published', () => {
    const conditions = conditionsOf({ ...GOOD, incumbent: null }, LIMITS);
    expect(conditions.find(({ name }) => name === 'beats_incumbent')).toMatchObject({ passed: true });
  });
});
