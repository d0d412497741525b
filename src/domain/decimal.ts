// Decimal arithmetic on the shortest text of a double, for every figure that leaves the service or becomes a price.
// Binary noise (-0.07 x 100 = -7.000000000000001) must never be visible nor decide anything.

/**
 * `value` rounded half away from zero to `decimals` places, judged on the number's shortest decimal form:
 * 1.00005 -> 1.0001 at 4 places although the double lies below. Never returns -0. NaN and infinities are returned as they are.
 */
export function roundHalfAway(value: number, decimals: number): number {
  if (!Number.isFinite(value)) return value;
  const { negative, digits, exponent } = decimalForm(value);
  // value = 0.digits x 10^exponent; keep `exponent + decimals` digits.
  const keep = exponent + decimals;
  if (keep >= digits.length) return value === 0 ? 0 : value;
  if (keep < 0) return 0;
  const roundsUp = digits.charCodeAt(keep) >= 53;
  const kept = BigInt(digits.slice(0, keep) || '0') + (roundsUp ? 1n : 0n);
  const rounded = Number(`${kept}e${-decimals}`);
  return rounded === 0 ? 0 : negative ? -rounded : rounded;
}

/** The digits of |value|'s shortest decimal text: |value| = 0.digits x 10^exponent, without leading zeros. Zero has digits '' and exponent 0. */
export function decimalForm(value: number): { negative: boolean; digits: string; exponent: number } {
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  return { negative: value < 0, digits, exponent: digits === '' ? 0 : Number(power) + 1 };
}

/** A percentage as it leaves the service: half away from zero to 4 decimals. */
export function roundPct(pct: number): number {
  return roundHalfAway(pct, 4);
}
