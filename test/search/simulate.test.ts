// One pair of levels, replayed: cases computed on paper, the same rules written a second time without sharing a line, and laws that hold for all markets.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candles } from '#domain/market.ts';
import { type Entries, everyCandle } from '#search/entries.ts';
import { EXIT_REASONS } from '#search/exit.ts';
import { type SimulationInput, simulate } from '#search/simulate.ts';
import { handMade } from '../support/hand-made.ts';
import { type MarketShape, randomMarket } from '../support/random-market.ts';

const LEVELS = { stopLossPct: -2, takeProfitPct: 1 };
const RULE = { fills: 'CONSERVATIVE' as const, levels: LEVELS, leverage: 1, feePct: 0, maxHold: 0, oneAtATime: false };

type Place = readonly [candle: number, side: 'long' | 'short'];

function entriesAt(...places: readonly Place[]): Entries {
  return {
    candle: Int32Array.from(places, ([candle]) => candle),
    short: Uint8Array.from(places, ([, side]) => (side === 'short' ? 1 : 0)),
    signalAtMs: Float64Array.from(places, ([candle]) => candle),
  };
}

interface Trade {
  readonly short: boolean;
  readonly entry: number;
  readonly exit: number;
  readonly rate: number;
  readonly reason: string | undefined;
  readonly profit: number;
}

function tradesOf(input: SimulationInput): Trade[] {
  const { trades } = simulate(input);
  return Array.from(trades.profit, (profit, index) => ({
    short: trades.short[index] === 1,
    entry: trades.entryCandle[index] as number,
    exit: trades.exitCandle[index] as number,
    rate: trades.closeRate[index] as number,
    reason: EXIT_REASONS[trades.reason[index] as number],
    profit,
  }));
}

describe('a trade computed on paper', () => {
  const quiet = [100, 100.5, 99.5, 100] as const;
  const leaves = (
    rows: Parameters<typeof handMade>[0],
    rule: Partial<SimulationInput> = {},
    side: 'long' | 'short' = 'long',
  ) => {
    const [trade] = tradesOf({ ...RULE, candles: handMade(rows), entries: entriesAt([0, side]), ...rule });
    return trade === undefined ? undefined : [trade.reason, trade.exit, Number(trade.rate.toFixed(9))];
  };

  it.each([
    ['stop before target in one candle', [quiet, [100, 102, 98, 100], quiet], ['stop_loss', 1, 98]],
    ['stop in the entry candle', [[100, 100, 98, 99], quiet], ['stop_loss', 0, 98]],
    ['a stop touched to the digit', [quiet, [100, 100, 98, 99], quiet], ['stop_loss', 1, 98]],
    ['a low just above the stop', [quiet, [100, 100, 98.0000001, 99], quiet], ['force_exit', 2, 100]],
    ['a gap through the stop fills at the open', [quiet, [97, 99, 96, 98], quiet], ['stop_loss', 1, 97]],
    ['a target in the entry candle', [[100, 101.1, 99, 101], quiet], ['roi', 0, 101]],
    ['a target hit to the digit is not reached', [quiet, [100, 101, 99, 100], quiet], ['force_exit', 2, 100]],
    ['a gap over the target fills at the target, never better', [quiet, [105, 106, 104, 105], quiet], ['roi', 1, 101]],
    ['the last candle is checked for the stop', [quiet, [100, 100, 97, 98]], ['stop_loss', 1, 98]],
    ['the last candle is checked for the target', [quiet, [99.5, 102, 99, 101]], ['roi', 1, 101]],
    ['still open, it leaves at the last open', [quiet, quiet, [99.7, 100, 99, 99]], ['force_exit', 2, 99.7]],
  ] as const)('long: %s', (_, rows, wanted) => {
    expect(leaves(rows)).toEqual(wanted);
  });

  it.each([
    ['stop before target in one candle', [quiet, [100, 102, 98, 100], quiet], ['stop_loss', 1, 102]],
    ['a gap through the stop fills at the open', [quiet, [103, 104, 101, 102], quiet], ['stop_loss', 1, 103]],
    ['a gap over the target fills at the target', [quiet, [95, 96, 94, 95], quiet], ['roi', 1, 99]],
    ['a target hit to the digit is not reached', [quiet, [100, 101, 99, 100], quiet], ['force_exit', 2, 100]],
  ] as const)('short: %s', (_, rows, wanted) => {
    expect(leaves(rows, {}, 'short')).toEqual(wanted);
  });

  it.each([
    ['leaves at the open after N candles, before that candle is looked at', 2, ['max_hold', 2, 100]],
    ['checks its N candles', 3, ['stop_loss', 2, 98]],
    ['is no limit at 0', 0, ['stop_loss', 2, 98]],
  ] as const)('maxHold %s', (_, maxHold, wanted) => {
    expect(leaves([quiet, quiet, [100, 100, 90, 95], quiet], { maxHold })).toEqual(wanted);
  });

  it('maxHold ending on the last candle is max_hold; ending after it is force_exit once that candle was checked', () => {
    const rows = [quiet, quiet, [100.2, 100.3, 90, 95]] as const;
    expect(leaves(rows, { maxHold: 2 })).toEqual(['max_hold', 2, 100.2]);
    expect(leaves(rows, { maxHold: 3 })).toEqual(['stop_loss', 2, 98]);
    expect(leaves([quiet, quiet, quiet], { maxHold: 3 })).toEqual(['force_exit', 2, 100]);
  });

  it('pays both fees: the target lies beyond them, the stop does not move', () => {
    const rule = { feePct: 0.05 };
    const target = (100 * 1.0005 * 1.01) / 0.9995;
    expect(leaves([quiet, [100, target - 0.0001, 99, 100], quiet], rule)?.[0]).toBe('force_exit');
    const [trade] = tradesOf({
      ...RULE,
      ...rule,
      candles: handMade([quiet, [100, 101.2, 99, 100], quiet]),
      entries: entriesAt([0, 'long']),
    });
    expect(trade?.rate).toBe(target);
    expect(trade?.profit).toBeCloseTo(0.01, 14);
    const [stopped] = tradesOf({
      ...RULE,
      ...rule,
      candles: handMade([quiet, [100, 100, 97, 98], quiet]),
      entries: entriesAt([0, 'long']),
    });
    expect(stopped?.rate).toBe(98);
    expect(stopped?.profit).toBe((98 * (1 - 0.0005)) / (100 * (1 + 0.0005)) - 1);
  });

  it('keeps the same prices at any leverage whose product is exact: levels are position level', () => {
    const candles = handMade([quiet, [100, 101.2, 99, 100], [100, 100, 97, 98]]);
    const at = (leverage: number) =>
      tradesOf({ ...RULE, candles, leverage, entries: entriesAt([0, 'long'], [1, 'short']) });
    expect(at(5).map((trade) => [trade.reason, trade.exit])).toEqual(at(1).map((trade) => [trade.reason, trade.exit]));
  });

  it('refuses a stop that loses the whole stake', () => {
    const refused = () => simulate({ ...RULE, candles: handMade([quiet]), entries: entriesAt(), leverage: 50 });
    expect(refused).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });
});

describe('one trade at a time', () => {
  const flat = [100, 100, 100, 100] as const;
  const candles = handMade([flat, flat, [100, 103, 100, 100], flat, flat, flat]);
  const taken = (...places: readonly Place[]) => {
    const { trades, overlapping } = simulate({ ...RULE, candles, entries: entriesAt(...places), oneAtATime: true });
    return [[...trades.entryCandle], overlapping];
  };

  it('drops entries up to and with the candle in which the open trade leaves', () => {
    expect(taken([0, 'long'], [1, 'long'], [2, 'short'], [3, 'short'])).toEqual([[0, 3], 2]);
  });

  it('drops a long and a short on the same candle, both, and everything else there', () => {
    expect(taken([0, 'long'], [0, 'short'], [0, 'long'], [1, 'long'])).toEqual([[1], 3]);
  });

  it('takes the first of equal entries', () => {
    expect(taken([0, 'long'], [0, 'long'])).toEqual([[0], 1]);
  });

  it('otherwise every entry is a trade of its own', () => {
    const { trades, overlapping } = simulate({
      ...RULE,
      candles,
      entries: entriesAt([0, 'long'], [0, 'long'], [0, 'short']),
    });
    expect([trades.profit.length, overlapping]).toEqual([3, 0]);
  });
});

// ---- the same rules a second time: rows as objects, levels through decimal strings, exits found by filtering -----------------------------

function naive(input: SimulationInput): Trade[] {
  const rows = Array.from(input.candles.open, (open, index) => ({
    index,
    open,
    high: input.candles.high[index] as number,
    low: input.candles.low[index] as number,
  }));
  const last = rows.length - 1;
  const ratio = (pct: number) => Number((Math.abs(pct) * input.leverage).toFixed(4)) / 100;
  const [stopRatio, targetRatio, fee] = [
    ratio(input.levels.stopLossPct),
    ratio(input.levels.takeProfitPct),
    input.feePct / 100,
  ];
  const result: Trade[] = [];
  for (let at = 0; at < input.entries.candle.length; at += 1) {
    const entry = input.entries.candle[at] as number;
    const short = input.entries.short[at] === 1;
    const direction = short ? -1 : 1;
    const opened = rows[entry]?.open as number;
    const profit = (close: number) =>
      short ? 1 - (close * (1 + fee)) / (opened * (1 - fee)) : (close * (1 - fee)) / (opened * (1 + fee)) - 1;
    const stop = opened * (1 - (direction * stopRatio) / input.leverage);
    const target =
      (opened * (1 + direction * fee) * (1 + (direction * targetRatio) / input.leverage)) / (1 - direction * fee);
    const end = input.maxHold === 0 ? Number.POSITIVE_INFINITY : entry + input.maxHold;
    const watched = rows.filter((row) => row.index >= entry && row.index < end);
    const stops = (row: (typeof rows)[number]) =>
      direction * (short ? row.high : row.low) <= direction * stop + 1e-12 * stop;
    const reaches = (row: (typeof rows)[number]) =>
      Number((input.leverage * profit(short ? row.low : row.high)).toFixed(8)) > targetRatio;
    const hit = watched.find((row) => stops(row) || reaches(row));
    const leave = (exit: number, rate: number, reason: string) =>
      result.push({ short, entry, exit, rate, reason, profit: profit(rate) });
    if (hit === undefined && end <= last) leave(end, rows[end]?.open as number, 'max_hold');
    else if (hit === undefined) leave(last, rows[last]?.open as number, 'force_exit');
    else if (!stops(hit)) leave(hit.index, target, 'roi');
    else {
      const beyond = hit.index > entry && direction * hit.open < direction * stop;
      leave(hit.index, beyond ? hit.open : stop, 'stop_loss');
    }
  }
  return result;
}

const market = fc.record({
  seed: fc.nat(1e6),
  count: fc.integer({ min: 2, max: 120 }),
  volatility: fc.constantFrom(0.002, 0.01, 0.05),
  gapShare: fc.constantFrom(0, 0.2, 0.9),
  holeShare: fc.constantFrom(0, 0.1),
  decimals: fc.constantFrom(0, 2, 6),
});
const rule = fc.record({
  levels: fc.record({
    stopLossPct: fc.integer({ min: 2, max: 700 }).map((units) => -units / 100),
    takeProfitPct: fc.integer({ min: 2, max: 700 }).map((units) => units / 100),
  }),
  leverage: fc.constantFrom(1, 2, 3, 5, 10),
  feePct: fc.constantFrom(0, 0.05, 0.1),
  maxHold: fc.constantFrom(0, 1, 2, 7, 500),
});

function withAll(
  shape: MarketShape,
  chosen: Omit<SimulationInput, 'fills' | 'candles' | 'entries' | 'oneAtATime'>,
): SimulationInput {
  const candles = randomMarket(shape);
  return { ...chosen, fills: 'CONSERVATIVE', candles, entries: everyCandle(candles, null).entries, oneAtATime: false };
}

describe('for every market', () => {
  it('a second implementation agrees on every trade', () => {
    fc.assert(
      fc.property(market, rule, (shape, chosen) => {
        const input = withAll(shape, chosen);
        const found = tradesOf(input);
        const wanted = naive(input);
        expect(found.map(({ rate, profit, ...rest }) => rest)).toEqual(wanted.map(({ rate, profit, ...rest }) => rest));
        found.forEach((trade, index) => {
          expect(trade.rate).toBeCloseTo(wanted[index]?.rate as number, 9);
          expect(trade.profit).toBeCloseTo(wanted[index]?.profit as number, 12);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('no figure depends on a candle after the exit', () => {
    fc.assert(
      fc.property(market, rule, fc.nat(), (shape, chosen, pick) => {
        const input = withAll(shape, chosen);
        const all = simulate(input).trades;
        const index = pick % all.profit.length;
        const entry = all.entryCandle[index] as number;
        const exit = all.exitCandle[index] as number;
        const cut = columnsUpTo(input.candles, Math.max(exit, entry + 1) + 1);
        const alone = entriesAt([entry, all.short[index] === 1 ? 'short' : 'long']);
        const again = simulate({ ...input, candles: cut, entries: alone }).trades;
        expect([again.exitCandle[0], again.closeRate[0], again.reason[0], again.profit[0]]).toEqual([
          exit,
          all.closeRate[index],
          all.reason[index],
          all.profit[index],
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it('a short of the mirrored market is a long: same candle, same reason (without fees, prices mirrored about the entry)', () => {
    fc.assert(
      fc.property(market, rule, (shape, chosen) => {
        const candles = randomMarket({ ...shape, decimals: 2 });
        const entry = candles.open[0] as number;
        const mirrored = mirror(candles, entry);
        const one = (of: Candles, side: 'long' | 'short') =>
          tradesOf({
            ...chosen,
            fills: 'CONSERVATIVE',
            feePct: 0,
            candles: of,
            entries: entriesAt([0, side]),
            oneAtATime: false,
          })[0] as Trade;
        const long = one(candles, 'long');
        const short = one(mirrored, 'short');
        expect([short.exit, short.reason]).toEqual([long.exit, long.reason]);
        expect(short.profit).toBeCloseTo(long.profit, 9);
      }),
      { numRuns: 200 },
    );
  });

  it('one at a time takes a subset of the trades, none of which overlap', () => {
    fc.assert(
      fc.property(market, rule, fc.constantFrom('LONG' as const, 'SHORT' as const), (shape, chosen, side) => {
        const candles = randomMarket(shape);
        const entries = everyCandle(candles, side).entries;
        const all = tradesOf({ ...chosen, fills: 'CONSERVATIVE', candles, entries, oneAtATime: false });
        const some = tradesOf({ ...chosen, fills: 'CONSERVATIVE', candles, entries, oneAtATime: true });
        let free = 0;
        const wanted = all.filter((trade) => {
          if (trade.entry < free) return false;
          free = trade.exit + 1;
          return true;
        });
        expect(some).toEqual(wanted);
      }),
    );
  });
});

function columnsUpTo(candles: Candles, end: number): Candles {
  const { openTimeMs, open, high, low, close, volume } = candles;
  const cut = (column: Float64Array) => column.slice(0, end);
  return {
    ...candles,
    openTimeMs: cut(openTimeMs),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

/** Prices reflected about `centre`: what rises there falls here by as much. */
function mirror(candles: Candles, centre: number): Candles {
  const reflected = (column: Float64Array) => column.map((price) => 2 * centre - price);
  return {
    ...candles,
    open: reflected(candles.open),
    high: reflected(candles.low),
    low: reflected(candles.high),
    close: reflected(candles.close),
  };
}
