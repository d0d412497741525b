// Exit plans with freqtrade's fills against its own backtesting, trade by trade (see freqtrade-plans.py, which ran it).
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ExitPlan } from '#search/exit-plan.ts';
import { replay } from '#search/search.ts';

type Row = readonly [openTimeMs: number, open: number, high: number, low: number, close: number];
type ToldTrade = readonly [
  side: string,
  openedAtMs: number,
  openRate: number,
  closedAtMs: number,
  closeRate: number,
  exitReason: string,
  profitRatio: number,
];

interface Case {
  readonly leverage: number;
  readonly feePct: number;
  readonly stopPct: number;
  readonly targetPct: number;
  readonly maxHold: number;
  readonly oneAtATime: boolean;
  readonly plan: ExitPlan;
  readonly candles: readonly Row[];
  readonly entries: readonly (readonly [timeMs: number, side: 'long' | 'short'])[];
  readonly trades: readonly ToldTrade[];
}

const golden = JSON.parse(readFileSync(new URL('freqtrade-plans.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

function candlesOf(rows: readonly Row[]) {
  const column = (of: (row: Row) => number) => Float64Array.from(rows, of);
  return {
    pair: 'XRP/USDT:USDT',
    timeframe: '5m',
    timeframeMs: 300_000,
    openTimeMs: column(([time]) => time),
    open: column(([, open]) => open),
    high: column(([, , high]) => high),
    low: column(([, , , low]) => low),
    close: column(([, , , , close]) => close),
    volume: column(() => 1),
  };
}

function tradesOf({ candles, entries, stopPct, targetPct, ...rest }: Case): readonly ToldTrade[] {
  const { trades } = replay({
    ...rest,
    candles: candlesOf(candles),
    fills: 'FREQTRADE',
    signals: entries.map(([timeMs, side]) => ({ timeMs, side: side === 'long' ? 'LONG' : 'SHORT' })),
    side: null,
    levels: { stopLossPct: stopPct, takeProfitPct: targetPct },
  });
  return trades.map((trade) => [
    trade.side.toLowerCase(),
    trade.openedAtMs,
    trade.openRate,
    trade.closedAtMs,
    trade.closeRate,
    trade.exitReason,
    trade.profitRatio,
  ]);
}

/** Profit ratios to 8 decimals, as they are told, and rates to 13 digits: without a price step freqtrade's own carry the noise of its stakes. */
const inOrder = (trades: readonly ToldTrade[]) =>
  trades
    .map(([side, opened, openRate, closed, closeRate, reason, profit]) =>
      [side, opened, openRate, closed, Number(closeRate.toPrecision(13)), reason, profit.toFixed(8)].join(' '),
    )
    .sort();

describe('exit plans as freqtrade has them', () => {
  test.each(golden.cases)('$plan, at most $maxHold candles, at leverage $leverage', (of) => {
    expect(inOrder(tradesOf(of))).toEqual(inOrder(of.trades));
  });

  test('the cases show every part at work', () => {
    const reasons = golden.cases.map(({ trades }) => new Set(trades.map(([, , , , , reason]) => reason)));
    golden.cases.forEach(({ plan }, index) => {
      const moves = plan.trailing !== null || plan.breakEvenPct !== null;
      expect(reasons[index]?.has('trailing_stop_loss')).toBe(moves);
    });
    const changed = golden.cases.filter((of) => {
      const plain = tradesOf({ ...of, maxHold: 0, plan: { trailing: null, breakEvenPct: null, targets: [] } });
      return inOrder(plain).join() !== inOrder(of.trades).join();
    });
    expect(changed).toHaveLength(golden.cases.length);
    const trades = golden.cases.flatMap((of) => of.trades);
    expect(
      trades.filter(([, opened, , closed, , reason]) => opened === closed && reason === 'trailing_stop_loss').length,
    ).toBeGreaterThan(5);
  });
});
