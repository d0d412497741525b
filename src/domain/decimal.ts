// Decimal arithmetic on the shortest text of a double, for every figure that leaves the service or becomes a price.
// Binary noise (-0.07 x 100 = -7.000000000000001) must never be visible nor decide anything.

/** A number as it is written: (negative ? -1 : 1) x 0.digits x 10^exponent, without leading or trailing zeros; zero has digits '' and exponent 0. */
export interface DecimalForm {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/**
 * `value` rounded half away from zero to `decimals` (a whole number >= 0) places, judged on the number's shortest decimal form:
 * 1.00005 -> 1.0001 at 4 places although the double lies below. Never returns -0. NaN and infinities are returned as they are.
 */
export function roundHalfAway(value: number, decimals: number): number {
  if (!Number.isFinite(value)) return value;
  const form = decimalForm(value);
  // A number that has no more places than asked for is its own rounding.
  return form.exponent + decimals >= form.digits.length ? value + 0 : roundedForm(form, decimals);
}

/**
 * `a` x `b` as on paper, the shortest decimal forms multiplied exactly and then rounded half away from zero to `decimals` places:
 * 0.00015 x 3 is 0.0005 at 4 places, although the product of the doubles is 0.00044999999999999996. Never returns -0; not finite: a * b.
 */
export function roundedProduct(a: number, b: number, decimals: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a * b;
  const left = decimalForm(a);
  const right = decimalForm(b);
  if (left.digits === '' || right.digits === '') return 0;
  const digits = String(BigInt(left.digits) * BigInt(right.digits));
  const fractionDigits = left.digits.length - left.exponent + (right.digits.length - right.exponent);
  return roundedForm(
    { negative: left.negative !== right.negative, digits, exponent: digits.length - fractionDigits },
    decimals,
  );
}

/** The digits of `value`'s shortest decimal text. `value` must be finite. */
export function decimalForm(value: number): DecimalForm {
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  return { negative: value < 0, digits, exponent: digits === '' ? 0 : Number(power) + 1 };
}

/** A percentage as it leaves the service: half away from zero to 4 decimals. */
export function roundPct(pct: number): number {
  return roundHalfAway(pct, 4);
}

/** The double nearest to `form` rounded half away from zero to `decimals` places. */
function roundedForm({ negative, digits, exponent }: DecimalForm, decimals: number): number {
  const keep = exponent + decimals;
  if (keep < 0) return 0;
  const kept =
    keep >= digits.length ? BigInt(digits) * 10n ** BigInt(keep - digits.length) : BigInt(digits.slice(0, keep) || '0');
  const roundsUp = keep < digits.length && digits.charCodeAt(keep) >= 53;
  const magnitude = Number(`${roundsUp ? kept + 1n : kept}e-${decimals}`);
  return magnitude === 0 ? 0 : negative ? -magnitude : magnitude;
}
