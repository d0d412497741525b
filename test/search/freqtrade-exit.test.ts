// freqtrade's fills on paper: each oddity of its backtesting (release 2026.9) in a few candles whose outcome can be worked out by hand.
import { describe, expect, it } from 'vitest';
import type { HistoricalSignal } from '#domain/market.ts';
import { type ReplayRequest, replay } from '#search/search.ts';
import { HOUR_MS, handMade } from '../support/hand-made.ts';

type Row = readonly [open: number, high: number, low: number, close: number];
type Change = Partial<ReplayRequest> & { readonly at?: number; readonly timeframe?: '5m' };

/** Sets the step to 0.01 and is quiet. */
const quiet: Row = [100, 100.5, 99.51, 100];
const START: Row = [100, 100, 100, 100];

const signalAt = (hour: number, side: 'LONG' | 'SHORT'): HistoricalSignal => ({ timeMs: hour * HOUR_MS, side });

function replayed(rows: readonly Row[], signals: readonly HistoricalSignal[], change: Change = {}) {
  const made = handMade(rows);
  const candles =
    change.timeframe === undefined
      ? made
      : { ...made, timeframe: '5m', timeframeMs: 300_000, openTimeMs: made.openTimeMs.map((timeMs) => timeMs / 12) };
  return replay({
    fills: 'FREQTRADE',
    candles,
    signals: signals.map(({ timeMs, side }) => ({
      timeMs: change.timeframe === undefined ? timeMs : timeMs / 12,
      side,
    })),
    side: null,
    levels: { stopLossPct: -2, takeProfitPct: 1 },
    leverage: 1,
    feePct: 0,
    maxHold: 0,
    oneAtATime: false,
    ...change,
  });
}

/** Reason, bars and rate of the one trade entered at candle 1 of START, then `rows`. */
function leaves(rows: readonly Row[], change: Change = {}, side: 'LONG' | 'SHORT' = 'LONG') {
  const { trades } = replayed([START, ...rows], [signalAt(1, side)], change);
  expect(trades).toHaveLength(1);
  const [trade] = trades;
  return [trade?.exitReason, trade?.bars, trade?.closeRate];
}

describe('prices', () => {
  it('have a step: a stop is rounded towards the entry, up for a long and down for a short', () => {
    const levels = { stopLossPct: -1.237, takeProfitPct: 5 };
    expect(leaves([quiet, [100, 100, 98, 98]], { levels })).toEqual(['stop_loss', 1, 98.77]);
    expect(leaves([quiet, [100, 102, 100, 100]], { levels }, 'SHORT')).toEqual(['stop_loss', 1, 101.23]);
  });

  it('are touched at the rounded stop, to the digit and with no tolerance', () => {
    const levels = { stopLossPct: -1.237, takeProfitPct: 5 };
    expect(leaves([quiet, [100, 100, 98.77, 99]], { levels })).toEqual(['stop_loss', 1, 98.77]);
    expect(leaves([quiet, [100, 100, 98.78, 99]], { levels })).toEqual(['force_exit', 1, 100]);
  });

  it('of a target are rounded to the nearest step', () => {
    const levels = { stopLossPct: -5, takeProfitPct: 1.2349 };
    expect(leaves([quiet, [100, 102, 100, 100]], { levels })).toEqual(['roi', 1, 101.23]);
  });

  it('are not rounded in a market of whole numbers', () => {
    const levels = { stopLossPct: -1.237, takeProfitPct: 5 };
    const rows: Row[] = [START, [100, 100, 98, 98]];
    expect(leaves(rows, { levels })).toEqual(['stop_loss', 1, 100 * (1 - 0.01237)]);
  });
});

describe('a candle', () => {
  it('that opens beyond a stop within it fills at the stop, better than could be had', () => {
    expect(leaves([quiet, [97, 99, 96, 98]])).toEqual(['stop_loss', 1, 98]);
    expect(leaves([quiet, [103, 104, 101, 103]], {}, 'SHORT')).toEqual(['stop_loss', 1, 102]);
  });

  it('that lies beyond the stop whole fills at its open', () => {
    expect(leaves([quiet, [97, 97.5, 96, 97]])).toEqual(['stop_loss', 1, 97]);
    expect(leaves([quiet, [103, 104, 102.5, 103]], {}, 'SHORT')).toEqual(['stop_loss', 1, 103]);
  });

  it('that lies beyond the target whole fills at its near end, better than the target', () => {
    expect(leaves([quiet, [105, 106, 104, 105]])).toEqual(['roi', 1, 104]);
    expect(leaves([quiet, [95, 96, 94, 95]], {}, 'SHORT')).toEqual(['roi', 1, 96]);
  });

  it('with both looks at the stop first', () => {
    expect(leaves([quiet, [100, 102, 98, 100]])).toEqual(['stop_loss', 1, 98]);
  });

  it('without a price is flat at the previous close: entries may fall on it and bars count it', () => {
    const rows: readonly Row[] = [START, [100, 100.5, 99.51, 100.25], [100, 102, 100, 100], quiet];
    const candles = handMade(rows, [0, 1, 4, 5]);
    const { trades, entries } = replayed([], [signalAt(2, 'LONG')], { candles });
    expect(entries.skipped).toBe(0);
    expect(trades).toMatchObject([
      { openedAtMs: 2 * HOUR_MS, openRate: 100.25, closedAtMs: 4 * HOUR_MS, bars: 2, closeRate: 101.25 },
    ]);
  });

  it('that is the first or the last of the period takes no entry', () => {
    const { trades, entries } = replayed(
      [START, quiet, quiet],
      [0, 1, 2].map((hour) => signalAt(hour, 'LONG')),
    );
    expect(trades.map((trade) => trade.openedAtMs)).toEqual([HOUR_MS]);
    expect(entries).toMatchObject({ count: 3, skipped: 2 });
    expect(replayed([START, quiet, quiet], [], { signals: null }).entries).toMatchObject({ count: 4, skipped: 2 });
  });
});

describe('a target in the entry candle', () => {
  // The open's noise makes the rounded entry differ from it: 100.05 below, 99.95 above.
  const [high, low] = [100.05000000000001, 99.95];
  it('is refused when the candle turned against a trade entered better than its open, and the target lies beyond the close', () => {
    const red: Row = [high, 102, 99, 100];
    expect(leaves([red, [100, 100.5, 99, 100]])).toEqual(['force_exit', 1, 100]);
    const green: Row = [low - 2 ** -46, 101, 98, 100];
    expect(leaves([green, [100, 101, 99.5, 100]], {}, 'SHORT')).toEqual(['force_exit', 1, 100]);
  });

  it('is reached by a later candle all the same', () => {
    const red: Row = [high, 102, 99, 100];
    expect(leaves([red, [100, 101.5, 99, 100], quiet])).toEqual(['roi', 1, 101.05]);
  });

  it('is taken when the candle did not turn, and when the entry is the open itself', () => {
    expect(leaves([[high, 102, 99, 101.5], quiet])).toEqual(['roi', 0, 101.05]);
    expect(leaves([[100.05, 102, 99, 100], quiet])).toEqual(['roi', 0, 101.05]);
  });
});

describe('an exit order', () => {
  // The entry's month knows 2 decimals; the next month's prices have more, so that a rounded rate may lie outside its candle.
  const monthsEnd = Date.UTC(2024, 1, 1) - 2 * 300_000;
  const fiveMinutes = (rows: readonly Row[], change: Partial<ReplayRequest> = {}) => {
    const made = handMade([START, quiet, ...rows]);
    const openTimeMs = made.openTimeMs.map((_, index) => monthsEnd + index * 300_000);
    const candles = { ...made, timeframe: '5m', timeframeMs: 300_000, openTimeMs };
    const signals = [{ timeMs: monthsEnd + 300_000, side: 'LONG' as const }];
    const [trade] = replayed([], signals, { candles, ...change }).trades;
    return [trade?.exitReason, trade?.bars, trade?.closeRate];
  };
  // Opens beyond the target of 101, at a low that rounds to 101.50, below it.
  const above: Row = [101.5049, 101.6, 101.504, 101.55];

  // The target of 101.0049 rounds to 101.00, below this candle; a high of 101.002 does not reach it again.
  const finer = { levels: { stopLossPct: -2, takeProfitPct: 1.0049 } };
  const waits: Row = [101.0045, 101.006, 101.003, 101.005];
  const holdsIt: Row = [100.9, 101.002, 100.8, 101];
  const still: Row = [100.5, 100.9, 100.4, 100.5];

  it('outside its candle waits and fills in the next candle that holds its rate', () => {
    expect(fiveMinutes([waits, holdsIt, quiet], finer)).toEqual(['roi', 2, 101]);
  });

  it('is replaced when the next candle asks for another rate', () => {
    expect(fiveMinutes([above, [101, 101.2, 97, 98], quiet])).toEqual(['stop_loss', 2, 98]);
    expect(fiveMinutes([above, [101.4, 101.5, 101.3, 101.4], quiet])).toEqual(['roi', 2, 101.3]);
  });

  it('is forgotten by a candle that starts ten minutes after it was placed', () => {
    expect(fiveMinutes([waits, still, holdsIt, quiet], finer)).toEqual(['force_exit', 4, 100]);
  });

  it('of the same rate again stays, and fills when the candle holds it', () => {
    // Stopped whole below the stop of 98: the open 97.4951 rounds to 97.50, above the high.
    const below: Row = [97.4951, 97.4951, 97.2, 97.3];
    expect(fiveMinutes([below, [97.4952, 97.5, 97.1, 97.2], quiet])).toEqual(['stop_loss', 2, 97.5]);
  });

  it('of the same rate again lets the next question be asked: a target then wins against a stop of the same candle', () => {
    const below: Row = [97.9951, 97.9951, 97.5, 97.6];
    expect(fiveMinutes([below, [99, 102, 97, 100], quiet])).toEqual(['roi', 2, 101]);
    expect(fiveMinutes([quiet, [99, 102, 97, 100], quiet])).toEqual(['stop_loss', 2, 98]);
  });

  it('of the end of the data is reported even when freqtrade would lose the trade: outside the last candle', () => {
    expect(fiveMinutes([[100.4951, 100.4951, 100.2, 100.3]])).toEqual(['force_exit', 1, 100.5]);
  });

  it('of the longest hold goes out at the open before that candle’s levels, and again at the next open when it cannot fill', () => {
    const held = { maxHold: 1 };
    expect(fiveMinutes([[100, 102, 97, 100], quiet], held)).toEqual(['max_hold', 1, 100]);
    expect(fiveMinutes([[100.4951, 100.4951, 100.2, 100.3], quiet], held)).toEqual(['max_hold', 2, 100]);
  });
});

describe('one trade at a time', () => {
  const dive: Row = [100, 100, 97, 98];
  const taken = (...signals: readonly HistoricalSignal[]) => {
    const found = replayed([START, quiet, dive, quiet, quiet], signals, { oneAtATime: true });
    return [found.trades.map(({ side, openedAtMs }) => [side, openedAtMs / HOUR_MS]), found.entries.overlapping];
  };

  it('turns around in the candle in which it leaves, at that candle’s open', () => {
    expect(taken(signalAt(1, 'LONG'), signalAt(2, 'SHORT'))).toEqual([
      [
        ['LONG', 1],
        ['SHORT', 2],
      ],
      0,
    ]);
  });

  it('does not enter again on its own side, nor on a candle of both sides, nor after turning around', () => {
    expect(taken(signalAt(1, 'LONG'), signalAt(2, 'LONG'))).toEqual([[['LONG', 1]], 1]);
    expect(taken(signalAt(1, 'LONG'), signalAt(2, 'SHORT'), signalAt(2, 'LONG'))).toEqual([[['LONG', 1]], 2]);
    expect(taken(signalAt(1, 'LONG'), signalAt(2, 'SHORT'), signalAt(2, 'SHORT'))).toEqual([
      [
        ['LONG', 1],
        ['SHORT', 2],
      ],
      1,
    ]);
  });

  it('does not turn around in the candle in which it was opened', () => {
    const { trades } = replayed([START, [100, 100.5, 97, 98], quiet], [signalAt(1, 'LONG'), signalAt(1, 'LONG')], {
      oneAtATime: true,
    });
    expect(trades.map(({ bars }) => bars)).toEqual([0]);
  });
});

describe('profit', () => {
  it('pays both fees on the rounded rates, times leverage', () => {
    const change = { feePct: 0.05, leverage: 3, levels: { stopLossPct: -1.48, takeProfitPct: 1 } };
    const { trades } = replayed([START, quiet, [100, 101.5, 99.9, 101]], [signalAt(1, 'LONG')], change);
    // 100 x 1.0005 x 1.01 / 0.9995 = 101.10105...
    expect(trades).toMatchObject([{ closeRate: 101.1, profitRatio: 0.02996852 }]);
    expect(3 * ((101.1 * 0.9995) / (100 * 1.0005) - 1)).toBeCloseTo(0.02996852, 8);
  });
});
