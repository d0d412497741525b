// Trades judged afterwards: each figure equals a replay of the same entries with those levels, and the best is never below another.
import { expect, it } from 'vitest';
import { bestInHindsight, compareInHindsight, noHindsight, type PastTrade, replay } from '#search/search.ts';
import { randomMarket } from '../support/random-market.ts';

const candles = randomMarket({ seed: 3, count: 600, volatility: 0.006 });
const timeOf = (index: number) => candles.openTimeMs[index] as number;
const rules = { fallback: { stopLossPct: -2, takeProfitPct: 1 }, feePct: 0.05, maxHold: 48 };

it('sums what was recorded, what served levels, the fallback and the best earn', () => {
  const all = noHindsight();
  const trades = Array.from(
    { length: 40 },
    (_, index): PastTrade => ({
      side: index % 2 === 0 ? 'LONG' : 'SHORT',
      openedAtMs: timeOf(10 * index) - 1_000,
      profitPct: 0.25,
      levels: { stopLossPct: -1.5, takeProfitPct: 2.5 },
      groups: [all],
    }),
  );
  const late = { ...(trades[0] as PastTrade), openedAtMs: timeOf(599) };
  const odd = { ...(trades[0] as PastTrade), levels: { stopLossPct: 1, takeProfitPct: 2 } };
  expect(compareInHindsight(candles, [...trades, late, odd], rules)).toBe(2);
  const net = (levels: PastTrade['levels']) =>
    replay({
      candles,
      signals: trades.map(({ openedAtMs, side }) => ({ timeMs: openedAtMs, side })),
      side: null,
      fills: 'CONSERVATIVE',
      levels,
      leverage: 1,
      feePct: rules.feePct,
      maxHold: rules.maxHold,
      oneAtATime: false,
    }).metrics.netProfitPct as number;
  expect(all.trades).toBe(40);
  expect(all.recordedPct).toBeCloseTo(10, 10);
  expect(all.servedPct).toBeCloseTo(net({ stopLossPct: -1.5, takeProfitPct: 2.5 }), 8);
  expect(all.fallbackPct).toBeCloseTo(net(rules.fallback), 8);
  const best = bestInHindsight(all);
  if (best === null) throw new Error('no best');
  expect(best.netProfitPct).toBeCloseTo(net(best), 8);
  for (const levels of [{ stopLossPct: -1, takeProfitPct: 1 }, rules.fallback, { stopLossPct: -7, takeProfitPct: 6 }])
    expect(best.netProfitPct).toBeGreaterThanOrEqual(net(levels) - 1e-9);
  expect(bestInHindsight(noHindsight())).toBeNull();
});
