// Which tier answers, in which order candidates are tried, what the reason says, and what no answer may ever be.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ExitParamsRequest, ParamRecord } from '#domain/exit-params.ts';
import type { TradeSums } from '#domain/leverage-bin.ts';
import { binFigures } from '#exits/bins.ts';
import { paramFigures } from '#exits/optuna-tier.ts';
import { decide, type Tiered } from '#exits/tiers.ts';
import { HOUR_MS, NOW_MS, record, SETTINGS, sums } from './samples.ts';

interface Hub {
  readonly records?: readonly ParamRecord[];
  readonly sums?: readonly TradeSums[];
}

function known(hub: Hub, nowMs = NOW_MS) {
  return {
    params: { value: paramFigures(hub.records ?? []), absence: null },
    bins: { value: binFigures(hub.sums ?? [], SETTINGS.binEdges), absence: null },
    nowMs,
  };
}

function tierOf(request: Partial<ExitParamsRequest>, hub: Hub, settings = SETTINGS): Tiered {
  return decide({ pair: 'BTC/USDT', leverage: 3, ...request }, known(hub), settings);
}

const answerOf = (request: Partial<ExitParamsRequest>, hub: Hub) => tierOf(request, hub).answer;

describe('the worked example', () => {
  test('without OPTUNA params the bin answers', () => {
    const parts = Array.from({ length: 3_548 }, (_, index) => sums(1, { pair: `A${index % 50}/USDT` }));
    expect(answerOf({}, { sums: parts })).toMatchObject({
      source: 'STATELESS',
      position: { stopLossPct: -1.48, takeProfitPct: 1 },
      account: { stopLossPct: -4.44, takeProfitPct: 3 },
      riskCapped: false,
      leverageBin: '2.5-3.5x',
      totalTrades: 3_548,
      validated: null,
      asOfMs: NOW_MS - HOUR_MS / 2,
      reason: 'no OPTUNA params of BTC/USDT; bin 2.5-3.5x has 3548 trades in 30 days, 5 needed',
    });
  });

  test('with OPTUNA params they answer', () => {
    expect(answerOf({}, { records: [record()], sums: [sums(3_548)] })).toMatchObject({
      source: 'OPTUNA',
      position: { stopLossPct: -1.5, takeProfitPct: 2 },
      account: { stopLossPct: -4.5, takeProfitPct: 6 },
      riskCapped: false,
      leverageBin: null,
      winRate: 0.58,
      profitFactor: 1.31,
      avgWinPct: null,
      avgLossPct: null,
      totalTrades: 120,
      validated: true,
      asOfMs: NOW_MS - HOUR_MS,
      reason: 'OPTUNA params of BTC/USDT from 2026-01-05T11:00:00.000Z',
    });
  });

  test.each([3_000_000_000, 12.5, -1, Number.NaN])('a count of %d trades is none that can be served', (totalTrades) => {
    expect(answerOf({}, { records: [record({ totalTrades })] })).toMatchObject({ source: 'OPTUNA', totalTrades: null });
  });

  test('with neither the fallback answers', () => {
    expect(answerOf({}, { sums: [sums(3)] })).toMatchObject({
      source: 'FALLBACK',
      position: { stopLossPct: -2, takeProfitPct: 1 },
      account: { stopLossPct: -6, takeProfitPct: 3 },
      leverageBin: null,
      totalTrades: null,
      asOfMs: null,
      reason: 'no OPTUNA params of BTC/USDT; bin 2.5-3.5x has 3 of 5 trades in 30 days',
    });
  });
});

describe('candidates', () => {
  const asked = { pair: 'BTC/USDT:USDT', side: 'SHORT' } as const;
  // Each candidate has a stop of its own, which shows who answered.
  const inOrder = [
    record({ pair: 'BTC/USDT:USDT', side: 'SHORT', stopLossPct: -1 }),
    record({ pair: 'BTC/USDT:USDT', side: null, stopLossPct: -2 }),
    record({ pair: 'BTC/USDT', side: 'SHORT', stopLossPct: -3 }),
    record({ pair: 'BTC/USDT', side: null, stopLossPct: -4 }),
  ];
  const others = [
    record({ pair: 'BTC/USDT:USDT', side: 'LONG', stopLossPct: -0.5 }),
    record({ pair: 'BTC/USDC', stopLossPct: -0.6 }),
    record({ pair: 'btc/usdt', stopLossPct: -0.7 }),
  ];
  const stopOf = (records: readonly ParamRecord[]) =>
    answerOf(asked, { records: [...others, ...records] }).position.stopLossPct;

  test.each([0, 1, 2, 3])(
    'exact pair and side, exact pair, short form and side, short form: number %d answers when those before it are missing',
    (first) => {
      expect(stopOf(inOrder.slice(first).toReversed())).toBe(-1 - first);
    },
  );

  test.each<[string, Partial<ParamRecord>, RegExp]>([
    ['not validated', { validated: false }, /are not validated/],
    ['too old', { atMs: NOW_MS - 168 * HOUR_MS - 1 }, /are older than 168 h/],
    ['with a positive stop', { stopLossPct: 1 }, /are malformed: stop 1, target 2/],
    ['with a negative target', { takeProfitPct: -2 }, /are malformed: stop -1, target -2/],
    ['without a stop', { stopLossPct: Number.NaN }, /are malformed: stop NaN/],
  ])('a record %s gives way to the next candidate and is named in the reason', (_, change, named) => {
    const [exact, ...rest] = inOrder;
    const records = [record({ ...exact, ...change }), ...rest];
    expect(stopOf(records)).toBe(-2);
    const { reason } = answerOf(asked, { records });
    expect(reason).toMatch(named);
    expect(reason).toMatch(/; OPTUNA params of BTC\/USDT:USDT from 2026-01-05T11:00:00.000Z$/);
  });

  test('a record exactly as old as allowed answers; one whose writer did not say whether it is validated does too', () => {
    const atMs = NOW_MS - 168 * HOUR_MS;
    expect(answerOf({}, { records: [record({ atMs, validated: null })] })).toMatchObject({
      source: 'OPTUNA',
      validated: null,
    });
  });

  test('only a pair settled in its own quote has a short form', () => {
    const records = [record({ pair: 'BTC/USD' })];
    expect(answerOf({ pair: 'BTC/USD:BTC' }, { records }).source).toBe('FALLBACK');
    expect(answerOf({ pair: 'BTC/USD:USD-261225' }, { records }).source).toBe('FALLBACK');
    expect(answerOf({ pair: 'BTC/USD:USD' }, { records }).source).toBe('OPTUNA');
  });

  test('without a side one-sided records do not answer', () => {
    expect(answerOf({ pair: 'BTC/USDT:USDT' }, { records: inOrder.filter((one) => one.side !== null) })).toMatchObject({
      source: 'FALLBACK',
      reason: expect.stringContaining('no OPTUNA params of BTC/USDT:USDT, BTC/USDT;'),
    });
  });

  test('of two records with one name the newer counts, even when only the older is eligible', () => {
    const records = [record({ atMs: NOW_MS - HOUR_MS }), record({ atMs: NOW_MS - 2 * HOUR_MS, stopLossPct: -9 })];
    expect(answerOf({}, { records }).position.stopLossPct).toBe(-1.5);
    const newerRefused = [record({ atMs: NOW_MS - 2 * HOUR_MS }), record({ validated: false })];
    expect(answerOf({}, { records: newerRefused }).source).toBe('FALLBACK');
  });
});

describe('the bin of the leverage', () => {
  test.each([
    ['enough of the side', 5, 9, 'LONG', 5, 'bin 2.5-3.5x has 5 LONG trades in 30 days, 5 needed'],
    [
      'too few of the side, enough of both',
      4,
      9,
      'LONG',
      13,
      'bin 2.5-3.5x has 4 of 5 LONG trades in 30 days; bin 2.5-3.5x has 13 trades of both sides in 30 days, 5 needed',
    ],
    ['no side asked', 4, 1, undefined, 5, 'bin 2.5-3.5x has 5 trades in 30 days, 5 needed'],
  ] as const)('%s', (_, long, short, side, counted, reason) => {
    const answer = answerOf({ side }, { sums: [sums(long), sums(short, { side: 'SHORT' })] });
    expect(answer).toMatchObject({ source: 'STATELESS', totalTrades: counted });
    expect(answer.reason.endsWith(reason)).toBe(true);
  });

  test('too few of both', () => {
    const answer = answerOf({ side: 'LONG' }, { sums: [sums(1), sums(2, { side: 'SHORT' })] });
    expect(answer.source).toBe('FALLBACK');
    expect(answer.reason).toContain(
      'bin 2.5-3.5x has 1 of 5 LONG trades in 30 days; bin 2.5-3.5x has 3 of 5 trades of both sides',
    );
  });

  test('a leverage outside the edges has no bin', () => {
    const answer = answerOf({ leverage: 0.4 }, { sums: [sums(100, { bin: 0 })] });
    expect(answer).toMatchObject({ source: 'FALLBACK', account: { stopLossPct: -0.8, takeProfitPct: 0.4 } });
    expect(answer.reason).toContain('leverage 0.4 lies in no bin');
  });

  test('all pairs and also trades without a side count', () => {
    const parts = [sums(2), sums(2, { pair: 'SOL/USDT' }), sums(1, { side: null })];
    expect(answerOf({}, { sums: parts })).toMatchObject({ source: 'STATELESS', totalTrades: 5 });
  });

  test('a bin whose sums are beyond doubles does not answer', () => {
    expect(answerOf({}, { sums: [sums(5, { sumStopLossPct: Number.NEGATIVE_INFINITY })] })).toMatchObject({
      source: 'FALLBACK',
      reason: expect.stringContaining('mean levels cannot be served'),
    });
  });
});

describe('the risk cap', () => {
  test.each([
    [3, -4.44, false],
    [4, -5.92, false],
    [5, -7, true],
    [125, -7, true],
  ])('at leverage %d a stop of -1.48 becomes %d', (leverage, stop, capped) => {
    const { account, riskCapped } = answerOf({ leverage }, { records: [record({ stopLossPct: -1.48 })] });
    expect([account.stopLossPct, riskCapped]).toEqual([stop, capped]);
  });

  test('the reason says when the cap lies within twice the fees of entry and exit, and only then', () => {
    const reasonAt = (leverage: number) => answerOf({ leverage }, {}).reason;
    expect(reasonAt(34)).not.toContain('fees');
    expect(reasonAt(35)).toContain('risk cap -7 % at leverage 35 is 0.2 % of the price, within twice the fees (0.2 %)');
    expect(reasonAt(125)).toContain('is 0.056 % of the price, within twice the fees');
    expect(tierOf({ leverage: 125 }, {}, { ...SETTINGS, feePct: 0 }).answer.reason).not.toContain('fees');
  });
});

describe('figures that are missing', () => {
  const none = (absence: string) => ({ value: undefined, absence });

  test('nothing read yet', () => {
    const nothing = { params: none('hub not read yet'), bins: none('hub not read yet'), nowMs: NOW_MS };
    const { answer, restsOn } = decide({ pair: 'BTC/USDT', leverage: 3 }, nothing, SETTINGS);
    expect(answer).toMatchObject({ source: 'FALLBACK', reason: 'hub not read yet' });
    expect(restsOn).toBe('both');
  });

  test('without published levels the bins still answer, and the other way round', () => {
    const full = known({ records: [record()], sums: [sums(9)] });
    const request = { pair: 'BTC/USDT', leverage: 3 };
    const stateless = decide(request, { ...full, params: none('hub not read yet') }, SETTINGS);
    expect(stateless.answer).toMatchObject({
      source: 'STATELESS',
      reason: 'OPTUNA params unknown: hub not read yet; bin 2.5-3.5x has 9 trades in 30 days, 5 needed',
    });
    expect(stateless.restsOn).toBe('both');
    const optuna = decide(request, { ...full, bins: none('hub not read yet') }, SETTINGS);
    expect(optuna.answer.source).toBe('OPTUNA');
    expect(optuna.restsOn).toBe('params');
  });
});

describe('how long an answer holds', () => {
  test('an OPTUNA answer until its record is too old', () => {
    const atMs = NOW_MS - HOUR_MS;
    expect(tierOf({}, { records: [record()] }).validUntilMs).toBe(atMs + 168 * HOUR_MS);
  });

  test('within its bounds deciding again says the same; outside it says something else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -300, max: 300 }),
        (hours, laterHours) => {
          const names = [
            { pair: 'BTC/USDT:USDT', side: 'LONG' },
            { pair: 'BTC/USDT:USDT', side: null },
            { pair: 'BTC/USDT', side: 'LONG' },
            { pair: 'BTC/USDT', side: null },
          ] as const;
          const records = hours.map((h, i) => record({ ...names[i], atMs: NOW_MS + h * HOUR_MS, stopLossPct: -1 - i }));
          const request = { pair: 'BTC/USDT:USDT', leverage: 3, side: 'LONG' } as const;
          const first = decide(request, known({ records }), SETTINGS);
          const laterMs = NOW_MS + laterHours * HOUR_MS;
          const later = decide(request, known({ records }, laterMs), SETTINGS);
          const holds = first.validFromMs <= laterMs && laterMs <= first.validUntilMs;
          expect(later.answer.revision === first.answer.revision).toBe(holds);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('revision', () => {
  test('equal for equal hub contents, whoever read them in whatever order and whenever', () => {
    const parts = [sums(3), sums(4, { pair: 'SOL/USDT', sumStopLossPct: -4.0003 }), sums(2, { side: 'SHORT' })];
    const one = answerOf({}, { sums: parts });
    const other = decide(
      { pair: 'BTC/USDT', leverage: 3 },
      known({ sums: parts.toReversed() }, NOW_MS + 9e7),
      SETTINGS,
    );
    expect(other.answer).toEqual(one);
    expect(one.revision).toMatch(/^[0-9a-f]{16}$/);
  });

  test('another for every other field', () => {
    const hub = { records: [record()] };
    const revisions = [
      answerOf({}, hub),
      answerOf({ leverage: 4 }, hub),
      answerOf({ side: 'LONG' }, hub),
      answerOf({ pair: 'BTC/USDT:USDT' }, hub),
      answerOf({}, { records: [record({ stopLossPct: -1.51 })] }),
      answerOf({}, { records: [record({ winRate: null })] }),
      answerOf({}, { records: [record({ atMs: NOW_MS })] }),
      answerOf({}, { records: [record({ validated: null })] }),
    ].map((answer) => answer.revision);
    expect(new Set(revisions).size).toBe(revisions.length);
  });
});

test('no answer, whatever the hub holds, has a positive stop, a stop beyond the cap, minus zero, or what cannot be spoken', () => {
  const wild = fc.oneof(fc.double(), fc.double({ min: -20, max: 20 }), fc.constantFrom(0, -0, 1e308, -1e308));
  const maybe = fc.option(wild, { nil: null });
  const records = fc.array(
    fc.record({
      pair: fc.constantFrom('BTC/USDT', 'BTC/USDT:USDT'),
      side: fc.constantFrom('LONG', 'SHORT', null),
      stopLossPct: wild,
      takeProfitPct: wild,
      winRate: maybe,
      profitFactor: maybe,
      totalTrades: maybe,
      validated: fc.constantFrom(true, false, null),
    }),
    { maxLength: 6 },
  );
  const parts = fc.array(
    fc.record({
      bin: fc.integer({ min: 0, max: 5 }),
      sumStopLossPct: wild,
      sumTakeProfitPct: wild,
      sumWinPct: wild,
      sumLossPct: wild,
    }),
    { maxLength: 6 },
  );
  const leverage = fc.double({ min: 0.01, max: 125, noNaN: true });
  const side = fc.constantFrom('LONG', 'SHORT', undefined);
  fc.assert(
    fc.property(records, parts, leverage, side, (someRecords, someParts, times, someSide) => {
      const { answer } = tierOf(
        { pair: 'BTC/USDT:USDT', leverage: times, side: someSide },
        { records: someRecords.map((one) => record(one)), sums: someParts.map((one) => sums(6, one)) },
      );
      expect(answer.position.stopLossPct).toBeLessThan(0);
      expect(answer.position.takeProfitPct).toBeGreaterThan(0);
      expect(answer.account.stopLossPct).toBeLessThanOrEqual(0);
      expect(answer.account.stopLossPct).toBeGreaterThanOrEqual(-7);
      if (answer.riskCapped) expect(answer.account.stopLossPct).toBe(-7);
      for (const value of [
        ...Object.values(answer),
        ...Object.values(answer.position),
        ...Object.values(answer.account),
      ]) {
        if (typeof value !== 'number') continue;
        expect(Number.isFinite(value)).toBe(true);
        expect(Object.is(value, -0)).toBe(false);
      }
      expect(answer.totalTrades === null || Number.isInteger(answer.totalTrades)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
