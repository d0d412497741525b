// The numerics under tpe: the error function, the normal distribution in logarithms and its quantiles, exponentials and sums.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { erfc } from '#search/samplers/erf.ts';
import { expOfNegative } from '#search/samplers/exponential.ts';
import { logSum } from '#search/samplers/log-sums.ts';
import { cutQuantile, logMass, logNormalBelow } from '#search/samplers/normal.ts';

/** Python's math.erfc. */
const ERFC = [
  [-7, 2],
  [-2.5, 1.999593047982555],
  [-1, 1.842700792949715],
  [-0.3, 1.3286267594591274],
  [0, 1],
  [0.5, 0.4795001221869535],
  [0.9, 0.20309178757716786],
  [1.2, 0.08968602177036465],
  [2, 0.004677734981047265],
  [2.9, 4.109787809945886e-5],
  [5, 1.5374597944280351e-12],
  [12, 1.3562611692059042e-64],
  [26, 5.663192408856143e-296],
  [28.5, 0],
] as const;

test.each(ERFC)('erfc(%d)', (x, expected) => {
  expect(Math.abs(erfc(x) - expected)).toBeLessThanOrEqual(5e-16 * expected);
});

/** scipy.special.log_ndtr; the last one as Optuna has it, without the square of the tail. */
test.each([
  [-50, -1254.8313611394199],
  [-20.5, -214.06672896326387],
  [-19.5, -194.01696577749752],
  [-1, -1.8410216450092634],
  [3, -0.0013508099647481925],
  [7, -1.279812543885835e-12],
] as const)('the logarithm of what lies below %d', (x, expected) => {
  expect(Math.abs(logNormalBelow(x) / expected - 1)).toBeLessThan(1e-14);
});

describe('a cut normal', () => {
  const cut = fc
    .tuple(fc.double({ min: -60, max: 60, noNaN: true }), fc.double({ min: 0.01, max: 80, noNaN: true }))
    .map(([a, width]) => [a, a + width] as const);

  test('masses of parts add up to the mass of the whole, on either side the same', () => {
    fc.assert(
      fc.property(cut, fc.double({ min: 0.2, max: 0.8, noNaN: true }), ([a, b], share) => {
        const middle = a + share * (b - a);
        const whole = logMass(a, b);
        const parts = Math.exp(logMass(a, middle) - whole) + Math.exp(logMass(middle, b) - whole);
        expect(Math.abs(parts - 1)).toBeLessThan(1e-9);
        expect(Math.abs(logMass(-b, -a) - whole)).toBeLessThan(1e-9 * Math.max(1, -whole));
      }),
    );
  });

  test('below a quantile lies its share', () => {
    fc.assert(
      fc.property(cut, fc.double({ min: 0.001, max: 0.999, noNaN: true }), ([a, b], q) => {
        const x = cutQuantile(q, a, b);
        expect(x).toBeGreaterThan(a - 1e-9);
        expect(x).toBeLessThan(b + 1e-9);
        expect(Math.abs(Math.exp(logMass(a, x) - logMass(a, b)) - q)).toBeLessThan(1e-7);
      }),
    );
    expect(cutQuantile(0, -1, 2)).toBe(-1);
    expect(cutQuantile(1, -1, 2)).toBe(2);
  });
});

test('exponentials are as good as the machine’s', () => {
  fc.assert(
    fc.property(fc.double({ min: -690, max: 0, noNaN: true }), (x) => {
      expect(Math.abs(expOfNegative(x) / Math.exp(x) - 1)).toBeLessThan(5e-16);
    }),
    { numRuns: 2_000 },
  );
  expect(expOfNegative(0)).toBe(1);
});

test('the logarithm of a sum of exponentials, however many', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(9), fc.integer(), (count, before, seed) => {
      const terms = Float64Array.from({ length: before + count }, (_, at) => -900 + 60 * Math.sin(seed + at * at));
      const own = terms.slice(before);
      const most = Math.max(...own);
      const expected = Math.log(own.reduce((total, term) => total + Math.exp(term - most), 0)) + most;
      expect(logSum(terms, before, before + count)).toBeCloseTo(expected, 10);
    }),
  );
});
