// The normal distribution cut to an interval, in logarithms, since the masses of far tails are smaller than any double. Source of the formulas:
// scipy.stats' truncnorm, as Optuna 5 uses it (optuna/samplers/_tpe/_truncnorm.py).
import { erfc } from './erf.ts';

const LOG_ROOT_TWO_PI = Math.log(Math.sqrt(2 * Math.PI));

/** So far out that the tail beyond is nothing beside 1. */
const FAR = 9;
/** Where probabilities themselves come near to underflow. */
const DEEP = -30;

/** The share of a standard normal below `x`. */
export function normalBelow(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2);
}

/** The logarithm of `normalBelow`, for any `x`. */
export function logNormalBelow(x: number): number {
  if (x > 6) return -normalBelow(-x);
  if (x > -20) return Math.log(normalBelow(x));
  return asymptote(x);
}

/** The series of the far left tail, summed until it stands. */
function asymptote(x: number): number {
  const unit = 1 / (x * x);
  let sum = 1;
  let term = 1;
  for (let index = 1; ; index += 1) {
    term *= -(2 * index - 1) * unit;
    const next = sum + term;
    if (Math.abs(next - sum) <= Number.EPSILON) return -0.5 * x * x - Math.log(-x) - LOG_ROOT_TWO_PI + Math.log(next);
    sum = next;
  }
}

/** The logarithm of a standard normal's mass between `a` < `b`. */
export function logMass(a: number, b: number): number {
  if (b <= 0) return logLeftMass(a, b);
  if (a > 0) return logLeftMass(-b, -a);
  const outside = (a < -FAR ? 0 : normalBelow(a)) + (b > FAR ? 0 : normalBelow(-b));
  return outside === 0 ? 0 : Math.log1p(-outside);
}

function logLeftMass(a: number, b: number): number {
  if (b > DEEP) return Math.log(normalBelow(b) - normalBelow(a));
  const upper = logNormalBelow(b);
  return upper + Math.log1p(-Math.exp(logNormalBelow(a) - upper));
}

/** The logarithm of the standard normal's density at `z`. */
export function logDensity(z: number): number {
  return -(z * z) / 2 - LOG_ROOT_TWO_PI;
}

/** The point below which the share `q` (0..1) of a standard normal cut to [a, b] lies. Worked out in the nearer tail. */
export function cutQuantile(q: number, a: number, b: number): number {
  if (q <= 0) return a;
  if (q >= 1) return b;
  const mass = logMass(a, b);
  return a < 0 ? quantileOfLog(withTail(a, Math.log(q) + mass)) : -quantileOfLog(withTail(-b, Math.log1p(-q) + mass));
}

/** The logarithm of what lies below `x` < 0 and e^`log` together. */
function withTail(x: number, log: number): number {
  // What lies below x is less than e^(-x^2 / 2); a factor of e^-40 is nothing in a sum.
  if (-0.5 * x * x < log - 40) return log;
  const tail = logNormalBelow(x);
  const greater = Math.max(tail, log);
  return greater + Math.log1p(Math.exp(Math.min(tail, log) - greater));
}

/** The x with logNormalBelow(x) = `y`, by Newton's method to 1e-8 of it and one step beyond. */
function quantileOfLog(y: number): number {
  const flipped = y > -1e-2;
  const z = flipped ? Math.log(-Math.expm1(y)) : y;
  let x = z > -700 ? roughQuantile(Math.exp(z)) : -Math.sqrt(-2 * (z + LOG_ROOT_TWO_PI));
  for (let round = 0; round < 100; round += 1) {
    const reached = logNormalBelow(x);
    const change = (reached - z) * Math.exp(reached - logDensity(x));
    x -= change;
    if (Math.abs(change) < 1e-8 * Math.abs(x)) break;
  }
  return flipped ? -x : x;
}

/** The quantile of `p` (0 < p < 1) to a billionth: the rational approximations of Peter Acklam. */
function roughQuantile(p: number): number {
  if (p > 0.97575) return -roughQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    const top =
      ((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
      2.938163982698783;
    const bottom =
      (((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1;
    return top / bottom;
  }
  const q = p - 0.5;
  const r = q * q;
  const top =
    ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
    2.506628277459239;
  const bottom =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1;
  return (top * q) / bottom;
}
