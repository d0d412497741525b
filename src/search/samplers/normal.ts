// The normal distribution cut to an interval, in logarithms, since the masses of far tails are smaller than any double. Source of the formulas:
// scipy.stats' truncnorm, as Optuna 5 uses it (optuna/samplers/_tpe/_truncnorm.py).
import { erfc } from './erf.ts';

const LOG_ROOT_TWO_PI = Math.log(Math.sqrt(2 * Math.PI));
const ROOT_THREE_OVER_PI = Math.sqrt(3) / Math.PI;

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
  return a < 0
    ? quantileOfLog(logSum(logNormalBelow(a), Math.log(q) + mass))
    : -quantileOfLog(logSum(logNormalBelow(-b), Math.log1p(-q) + mass));
}

function logSum(a: number, b: number): number {
  const greater = Math.max(a, b);
  if (greater === Number.NEGATIVE_INFINITY) return greater;
  return greater + Math.log1p(Math.exp(Math.min(a, b) - greater));
}

/** The x with logNormalBelow(x) = `y`, by Newton's method to 1e-8 of it and one step beyond. */
function quantileOfLog(y: number): number {
  const flipped = y > -1e-2;
  const z = flipped ? Math.log(-Math.expm1(y)) : y;
  let x = z < -5 ? -Math.sqrt(-2 * (z + LOG_ROOT_TWO_PI)) : -ROOT_THREE_OVER_PI * Math.log(Math.expm1(-z));
  for (let round = 0; round < 100; round += 1) {
    const reached = logNormalBelow(x);
    const change = (reached - z) * Math.exp(reached - logDensity(x));
    x -= change;
    if (Math.abs(change) < 1e-8 * Math.abs(x)) break;
  }
  return flipped ? -x : x;
}
