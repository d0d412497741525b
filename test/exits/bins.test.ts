// Statistics of bins: merged sums say what one pass over the trades says, in whatever order and however split they come.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_BIN_EDGES, type TradeSums } from '#domain/leverage-bin.ts';
import { binFigures, binStatistics, roundedStatistics } from '#exits/bins.ts';
import { sums } from './samples.ts';

interface Trade {
  readonly bin: number;
  readonly side: 'LONG' | 'SHORT' | null;
  readonly pair: string;
  /** All in 1/10,000 %, so that the reference is exact. */
  readonly stop: number;
  readonly target: number;
  readonly profit: number;
  readonly closedAtMs: number;
}

const trade: fc.Arbitrary<Trade> = fc.record({
  bin: fc.integer({ min: 0, max: 3 }),
  side: fc.constantFrom('LONG', 'SHORT', null),
  pair: fc.constantFrom('BTC/USDT', 'ETH/USDT:USDT'),
  stop: fc.integer({ min: -70_000, max: -1 }),
  target: fc.integer({ min: 1, max: 70_000 }),
  profit: fc.integer({ min: -50_000, max: 50_000 }),
  closedAtMs: fc.integer({ min: 0, max: 1e12 }),
});

function sumOf(one: Trade): TradeSums {
  return {
    bin: one.bin,
    side: one.side,
    pair: one.pair,
    trades: 1,
    wins: one.profit > 0 ? 1 : 0,
    losses: one.profit < 0 ? 1 : 0,
    sumStopLossPct: one.stop / 10_000,
    sumTakeProfitPct: one.target / 10_000,
    sumWinPct: one.profit > 0 ? one.profit / 10_000 : 0,
    sumLossPct: one.profit < 0 ? one.profit / 10_000 : 0,
    firstClosedAtMs: one.closedAtMs,
    lastClosedAtMs: one.closedAtMs,
  };
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

test('statistics equal whole-number arithmetic over the trades themselves', () => {
  const filter = fc.record({
    side: fc.constantFrom('LONG', 'SHORT', undefined),
    pair: fc.constantFrom('BTC/USDT', undefined),
  });
  fc.assert(
    fc.property(fc.array(trade, { maxLength: 60 }), filter, (trades, { side, pair }) => {
      const all = binStatistics(trades.map(sumOf), DEFAULT_BIN_EDGES, { side, pair });
      expect(all).toHaveLength(125);
      for (let bin = 0; bin < 4; bin += 1) {
        const counted = trades.filter(
          (one) =>
            one.bin === bin && (side === undefined || one.side === side) && (pair === undefined || one.pair === pair),
        );
        const found = all[bin];
        expect(found === undefined).toBe(counted.length === 0);
        if (found === undefined) continue;
        const wins = counted.filter((one) => one.profit > 0).map((one) => one.profit);
        const losses = counted.filter((one) => one.profit < 0).map((one) => one.profit);
        expect(found).toMatchObject({ label: `${bin}.5-${bin + 1}.5x`, totalTrades: counted.length });
        expect(found.winRate).toBe(wins.length / counted.length);
        expect(found.stopLossPct).toBeCloseTo(total(counted.map((one) => one.stop)) / counted.length / 10_000, 9);
        expect(found.takeProfitPct).toBeCloseTo(total(counted.map((one) => one.target)) / counted.length / 10_000, 9);
        expect(found.firstTradeAtMs).toBe(Math.min(...counted.map((one) => one.closedAtMs)));
        expect(found.lastTradeAtMs).toBe(Math.max(...counted.map((one) => one.closedAtMs)));
        if (losses.length === 0) expect([found.profitFactor, found.avgLossPct]).toEqual([null, null]);
        else {
          expect(found.profitFactor).toBeCloseTo(total(wins) / -total(losses), 6);
          expect(found.avgLossPct).toBeCloseTo(total(losses) / losses.length / 10_000, 9);
        }
        if (wins.length === 0) expect(found.avgWinPct).toBeNull();
        else expect(found.avgWinPct).toBeCloseTo(total(wins) / wins.length / 10_000, 9);
      }
    }),
  );
});

test('the order in which sums arrive changes nothing, not even the last digit', () => {
  const shuffled = fc
    .array(trade, { minLength: 2, maxLength: 80 })
    .chain((trades) => fc.tuple(fc.constant(trades), fc.shuffledSubarray(trades, { minLength: trades.length })));
  fc.assert(
    fc.property(shuffled, ([one, other]) => {
      const rounded = (trades: readonly Trade[]) =>
        binStatistics(trades.map(sumOf), DEFAULT_BIN_EDGES, {}).map((bin) => bin && roundedStatistics(bin));
      expect(rounded(other)).toEqual(rounded(one));
    }),
  );
});

test('a mean that is a half stays a half however it was added up', () => {
  const halves = [
    sums(1, { sumStopLossPct: -0.1001 }),
    sums(1, { sumStopLossPct: -0.2002 }),
    sums(1, { sumStopLossPct: -0.3 }),
  ];
  for (const order of [halves, halves.toReversed()]) {
    expect(binFigures(order, DEFAULT_BIN_EDGES).both[2]?.stopLossPct).toBe(-0.2001);
  }
  const tie = [sums(1, { sumTakeProfitPct: 1.0001 }), sums(1, { sumTakeProfitPct: 1.0002 })];
  const mean = binFigures(tie, DEFAULT_BIN_EDGES).both[2];
  expect(mean && roundedStatistics(mean).takeProfitPct).toBe(1.0002);
});

test('trades without a recorded side count for both sides and for neither one', () => {
  const figures = binFigures([sums(3), sums(4, { side: null }), sums(2, { side: 'SHORT' })], DEFAULT_BIN_EDGES);
  expect(figures.both[2]?.totalTrades).toBe(9);
  expect(figures.LONG[2]?.totalTrades).toBe(3);
  expect(figures.SHORT[2]?.totalTrades).toBe(2);
});

test('the worked example: 3,548 trades spread over pairs and sides', () => {
  const trades = 3_548;
  const wins = 2_164;
  const parts = Array.from({ length: trades }, (_, index) =>
    sums(1, {
      pair: `A${index % 50}/USDT`,
      side: index % 2 === 0 ? 'LONG' : 'SHORT',
      wins: index < wins ? 1 : 0,
      losses: index < wins ? 0 : 1,
      sumWinPct: index < wins ? 0.88 : 0,
      sumLossPct: index < wins ? 0 : -1.46,
    }),
  );
  const bin = binFigures(parts, DEFAULT_BIN_EDGES).both[2];
  expect(bin).toMatchObject({
    stopLossPct: -1.48,
    takeProfitPct: 1,
    avgWinPct: 0.88,
    avgLossPct: -1.46,
    totalTrades: 3_548,
  });
  expect(bin?.winRate).toBe(2_164 / 3_548);
});

test('a profit factor that is a half at the tenth place is rounded alike, whatever noise its sums carry', () => {
  // 1 / 2,048 is 0.00048828125: a half at the tenth place.
  const exact = sums(2, { wins: 1, losses: 1, sumWinPct: 1, sumLossPct: -2_048 });
  const noisy = sums(2, { wins: 1, losses: 1, sumWinPct: 1 - 2 ** -50, sumLossPct: -2_048 });
  const factorOf = (one: TradeSums) => binFigures([one], DEFAULT_BIN_EDGES).both[2]?.profitFactor;
  expect(factorOf(noisy)).toBe(factorOf(exact));
  expect(factorOf(exact)).toBe(0.0004882813);
  const tiny = sums(2, { wins: 1, losses: 1, sumWinPct: 1, sumLossPct: -1e-12 });
  expect(factorOf(tiny)).toBe(1e12);
});
