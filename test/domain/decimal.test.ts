// Rounding and multiplying against an independent reference: whole-number arithmetic on the text that JavaScript prints.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalForm, roundedProduct, roundHalfAway, roundPct } from '#domain/decimal.ts';

/** A printed number as an exact fraction coefficient x 10^-scale. */
function exact(value: number): { coefficient: bigint; scale: number } {
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const coefficient = BigInt(whole + fraction);
  const scale = fraction.length - Number(power);
  return scale >= 0 ? { coefficient, scale } : { coefficient: coefficient * 10n ** BigInt(-scale), scale: 0 };
}

/** coefficient x 10^-scale rounded half away from zero to `decimals`, as the nearest double. */
function reference(coefficient: bigint, scale: number, decimals: number): number {
  if (scale <= decimals) return Number(`${coefficient}e-${scale}`) + 0;
  const unit = 10n ** BigInt(scale - decimals);
  const magnitude = coefficient < 0n ? -coefficient : coefficient;
  const rounded = (2n * magnitude + unit) / (2n * unit);
  return Number(`${coefficient < 0n ? -rounded : rounded}e-${decimals}`) + 0;
}

const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1_000, max: 1_000, noNaN: true }),
  // Halves and their neighbours, where rounding goes wrong.
  fc.integer({ min: -2_000_000, max: 2_000_000 }).map((n) => n / 100_000),
  fc.integer({ min: -2_000_000, max: 2_000_000 }).map((n) => n * 0.00001),
);
const places = fc.integer({ min: 0, max: 12 });

test('rounding equals whole-number arithmetic on the printed digits', () => {
  fc.assert(
    fc.property(anyNumber, places, (value, decimals) => {
      const { coefficient, scale } = exact(value);
      expect(roundHalfAway(value, decimals)).toBe(reference(coefficient, scale, decimals));
    }),
    { numRuns: 3_000 },
  );
});

test('the rounded product equals whole-number arithmetic on the digits of both factors', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, places, (a, b, decimals) => {
      const left = exact(a);
      const right = exact(b);
      const expected = reference(left.coefficient * right.coefficient, left.scale + right.scale, decimals);
      expect(roundedProduct(a, b, decimals)).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
});

test('rounding twice is rounding once, is odd, and never yields minus zero', () => {
  fc.assert(
    fc.property(anyNumber, places, (value, decimals) => {
      const once = roundHalfAway(value, decimals);
      expect(roundHalfAway(once, decimals)).toBe(once);
      expect(roundHalfAway(-value, decimals)).toBe(once === 0 ? 0 : -once);
      expect(Object.is(once, -0)).toBe(false);
    }),
  );
});

test('rounding keeps the order of numbers', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, places, (a, b, decimals) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      expect(roundHalfAway(low, decimals)).toBeLessThanOrEqual(roundHalfAway(high, decimals));
    }),
  );
});

test.each([
  [1.00005, 4, 1.0001],
  [-1.00005, 4, -1.0001],
  [1.00004999, 4, 1],
  [1.005, 2, 1.01],
  [-4.4399999999999995, 4, -4.44],
  [-7.000000000000001, 4, -7],
  [0.00005, 4, 0.0001],
  [0.000049999, 4, 0],
  [-0.00004, 4, 0],
  [-0, 4, 0],
  [0, 0, 0],
  [0.5, 0, 1],
  [-0.5, 0, -1],
  [9.99995, 4, 10],
  [999.99995, 4, 1000],
  [5e-324, 4, 0],
  [1.7976931348623157e308, 4, 1.7976931348623157e308],
  [123456789012345680000, 4, 123456789012345680000],
  [2251799813685248.5, 0, 2251799813685249],
  [1e21, 2, 1e21],
])('%d at %d places is %d', (value, decimals, expected) => {
  expect(roundHalfAway(value, decimals)).toBe(expected);
});

test.each([
  [-0.07, 100, -7],
  [-1.48, 3, -4.44],
  [0.00015, 3, 0.0005],
  [-0.00015, 3, -0.0005],
  [1.0001, 2.5, 2.5003],
  [0, -5, 0],
  [-0.00001, 3, 0],
  [5e-324, 5e-324, 0],
  [1e200, 1e200, Number.POSITIVE_INFINITY],
])('%d x %d is %d at 4 places', (a, b, expected) => {
  expect(roundedProduct(a, b, 4)).toBe(expected);
});

test('what is no finite number stays what it is', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(roundPct(value)).toBe(value);
    expect(roundedProduct(value, 2, 4)).toBe(value);
  }
});

test('the decimal form of a number reads back as the number', () => {
  fc.assert(
    fc.property(anyNumber, (value) => {
      const { negative, digits, exponent } = decimalForm(value);
      expect(digits).toMatch(/^([1-9]([0-9]*[1-9])?)?$/);
      expect(Number(`${negative ? '-' : ''}0.${digits}e${exponent}`) + 0).toBe(value + 0);
    }),
  );
});
