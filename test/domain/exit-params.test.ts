// Position level becomes account level: exact decimal products, and the risk cap that is never passed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toAccount, validLevels } from '#domain/exit-params.ts';

const level = fc.integer({ min: 1, max: 2_000_000 }).map((n) => n / 10_000);
const leverage = fc.oneof(
  fc.integer({ min: 1, max: 125 }),
  fc.integer({ min: 1, max: 1_250 }).map((n) => n / 10),
);
const cap = fc.integer({ min: 1, max: 1_000_000 }).map((n) => -n / 10_000);

test.each([
  { stop: -1.48, target: 1, leverage: 3, account: [-4.44, 3], capped: false },
  { stop: -1.5, target: 2, leverage: 3, account: [-4.5, 6], capped: false },
  { stop: -1.48, target: 1, leverage: 5, account: [-7, 5], capped: true },
  { stop: -0.07, target: 1, leverage: 100, account: [-7, 100], capped: false },
  { stop: -0.070001, target: 1, leverage: 100, account: [-7, 100], capped: true },
  { stop: -7.00004, target: 1, leverage: 1, account: [-7, 1], capped: false },
  { stop: -7.00005, target: 1, leverage: 1, account: [-7, 1], capped: true },
])('$stop / $target at leverage $leverage is $account, capped: $capped', (row) => {
  const { account, riskCapped } = toAccount({ stopLossPct: row.stop, takeProfitPct: row.target }, row.leverage, -7);
  expect([account.stopLossPct, account.takeProfitPct]).toEqual(row.account);
  expect(riskCapped).toBe(row.capped);
});

test('the stop is never looser than the cap, never positive, and capped exactly when the rounded stop lies below the cap', () => {
  fc.assert(
    fc.property(level, level, leverage, cap, (stop, target, times, riskCapPct) => {
      const { account, riskCapped } = toAccount({ stopLossPct: -stop, takeProfitPct: target }, times, riskCapPct);
      expect(account.stopLossPct).toBeGreaterThanOrEqual(riskCapPct);
      expect(account.stopLossPct).toBeLessThanOrEqual(0);
      expect(account.takeProfitPct).toBeGreaterThanOrEqual(0);
      // Only a product below half of the last place is 0, and never minus zero.
      if (times >= 1) expect(account.stopLossPct).toBeLessThan(0);
      expect(Object.is(account.stopLossPct, -0)).toBe(false);
      // Whole numbers: stop in 1/10,000 % times leverage in tenths, half away from zero.
      const tenths = Math.round(stop * 10_000) * Math.round(times * 10);
      const rounded = 0 - Math.floor((tenths + 5) / 10);
      expect(riskCapped).toBe(rounded < Math.round(riskCapPct * 10_000));
      expect(Math.round(account.stopLossPct * 10_000)).toBe(Math.max(rounded, Math.round(riskCapPct * 10_000)));
    }),
    { numRuns: 1_000 },
  );
});

test('more leverage never tightens the target nor loosens past the cap', () => {
  fc.assert(
    fc.property(level, level, leverage, leverage, (stop, target, a, b) => {
      const levels = { stopLossPct: -stop, takeProfitPct: target };
      const less = toAccount(levels, Math.min(a, b), -7).account;
      const more = toAccount(levels, Math.max(a, b), -7).account;
      expect(more.stopLossPct).toBeLessThanOrEqual(less.stopLossPct);
      expect(more.takeProfitPct).toBeGreaterThanOrEqual(less.takeProfitPct);
    }),
  );
});

test.each([
  [-1.5, 2, true],
  [1.5, 2, false],
  [-1.5, -2, false],
  [0, 2, false],
  [-1.5, 0, false],
  [-0.00001, 2, false],
  [-1.5, 0.00001, false],
  [Number.NaN, 2, false],
  [-1.5, Number.NaN, false],
  [Number.NEGATIVE_INFINITY, 2, false],
  [-1.5, 1e308, false],
])('levels %d / %d may be served: %s', (stopLossPct, takeProfitPct, valid) => {
  expect(validLevels({ stopLossPct, takeProfitPct })).toBe(valid);
});
