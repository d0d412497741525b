// The limits of a verdict as they are asked for, and the verdict as it is shown: nothing asked is dropped, percentages leave with 4 decimals, absent is null.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Metrics, StudyResult, Validation } from '#domain/study.ts';
import { openTestFront, type TestFront } from '../http/front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront();
});
afterAll(() => front.server.close());

const START = 'mutation ($input: StartSearchInput!) { startSearch(input: $input) { id } }';
const SHOWN = `query ($id: ID!) { study(id: $id) { validated validation {
  pbo slope lossShare interval { lowerPct upperPct confidence blockTrades } stressed { trades expectancyPct }
  outOfSample { trades expectancyPct } conditions { name passed sentence } reasons warnings
} } }`;

const start = (input: object) => front.ask(START, { input: { pair: 'BTC/USDT', ...input } });

describe('the limits of a verdict', () => {
  it('are those that were asked for', async () => {
    const asked = { walkForward: 'ROLLING', confidence: 0.9, lossShareMax: 0.1, feeStress: 3.5 };
    expect((await start(asked)).errors).toEqual([]);
    expect(front.memory.started.at(-1)).toMatchObject(asked);
  });

  it('are the service’s where nothing, or null, is asked', async () => {
    const defaults = { walkForward: 'ANCHORED', confidence: 0.95, lossShareMax: 0.02, feeStress: 2 };
    for (const input of [{}, { walkForward: null, confidence: null, lossShareMax: null, feeStress: null }]) {
      expect((await start(input)).errors).toEqual([]);
      expect(front.memory.started.at(-1)).toMatchObject(defaults);
    }
  });

  it('know no other way of walking', async () => {
    const before = front.memory.started.length;
    const { errors } = await start({ walkForward: 'BACKWARDS' });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'input.walkForward',
      allowed: expect.stringContaining('ROLLING'),
    });
    expect(front.memory.started).toHaveLength(before);
  });
});

const METRICS: Metrics = {
  trades: 40,
  winRate: 0.5,
  profitFactor: 1.2,
  expectancyPct: 0.123456,
  netProfitPct: 4.93824,
  avgWinPct: 1,
  avgLossPct: -0.8,
  sharpe: 1,
  sortino: 1,
  calmar: 1,
  maxDrawdownPct: 3,
  avgBars: 7,
  exits: { stopLoss: 20, roi: 20, maxHold: 0, forceExit: 0 },
};
const VALIDATION: Validation = {
  folds: [],
  outOfSample: METRICS,
  pbo: 0.25,
  slope: -0.5,
  lossShare: 0.375,
  interval: { lowerPct: -0.012345, upperPct: 0.2, confidence: 0.9, blockTrades: 6 },
  stressed: { ...METRICS, expectancyPct: 0.023456 },
  conditions: [
    { name: 'trades', passed: true, sentence: '40 trades out of sample; at least 30 are needed' },
    { name: 'interval', passed: false, sentence: 'the expectancy may be below 0' },
  ],
  warnings: ['the best cell lies on the border'],
};

/** What the service tells of a study that ended with `validation`. */
async function shown(validation: Validation) {
  await start({});
  const queued = [...front.memory.studies.values()].at(-1);
  if (queued === undefined) throw new Error('the study was not kept');
  const { id } = queued;
  const cell = { stopLossPct: -1, takeProfitPct: 1, objective: 1, metrics: METRICS };
  const result: StudyResult = {
    candles: { count: 100, fromMs: 0, toMs: 1, gaps: 0, missing: 0, duplicates: 0, unordered: 0 },
    entries: { count: 40, long: 40, short: 0, skipped: 0, source: 'every_candle' },
    trials: 1,
    best: cell,
    peak: cell,
    fallback: METRICS,
    incumbent: null,
    validation,
    validated: false,
  };
  front.memory.studies.set(id, { ...queued, state: 'COMPLETE', result });
  const answer = await front.ask(SHOWN, { id });
  expect(answer.errors).toEqual([]);
  return answer.data?.study;
}

describe('a verdict', () => {
  it('is shown with its splits, its interval, its stress, and why it failed', async () => {
    expect(await shown(VALIDATION)).toEqual({
      validated: false,
      validation: {
        pbo: 0.25,
        slope: -0.5,
        lossShare: 0.375,
        interval: { lowerPct: -0.0123, upperPct: 0.2, confidence: 0.9, blockTrades: 6 },
        stressed: { trades: 40, expectancyPct: 0.0235 },
        outOfSample: { trades: 40, expectancyPct: 0.1235 },
        conditions: VALIDATION.conditions,
        reasons: ['the expectancy may be below 0'],
        warnings: VALIDATION.warnings,
      },
    });
  });

  it('has null for what could not be measured', async () => {
    const unmeasured = { pbo: null, slope: null, lossShare: null, interval: null, stressed: null };
    expect(await shown({ ...VALIDATION, ...unmeasured })).toMatchObject({ validation: unmeasured });
  });
});
