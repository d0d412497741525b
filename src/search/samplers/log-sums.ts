// Sums of many numbers, in numpy's order of addition: on a grid different points are often exactly as good as each other, and what ties in Optuna shall tie here.
import { expOfNegative } from './exponential.ts';

/** Terms this far below the greatest (a factor of 3e-20) are nothing in a sum. */
const NEGLIGIBLE = -45;

/** Numpy adds up so many in eight running sums side by side; more it halves. */
const BLOCK = 128;

/** The logarithm of the sum of the exponentials of `terms[from]` .. `terms[to - 1]`. The terms are used up. */
export function logSum(terms: Float64Array, from: number, to: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let at = from; at < to; at += 1) {
    const term = terms[at] as number;
    if (term > greatest) greatest = term;
  }
  for (let at = from; at < to; at += 1) {
    const below = (terms[at] as number) - greatest;
    terms[at] = below > NEGLIGIBLE ? expOfNegative(below) : 0;
  }
  return Math.log(sum(terms, from, to)) + greatest;
}

/** The sum of `values[from]` .. `values[to - 1]`. */
export function sum(values: Float64Array, from: number, to: number): number {
  const count = to - from;
  if (count > BLOCK) {
    const half = count >> 1;
    const middle = from + half - (half % 8);
    return sum(values, from, middle) + sum(values, middle, to);
  }
  const value = (at: number) => values[at] as number;
  let at = from;
  let total = 0;
  if (count >= 8) {
    let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (; at + 8 <= to; at += 8) {
      a += value(at);
      b += value(at + 1);
      c += value(at + 2);
      d += value(at + 3);
      e += value(at + 4);
      f += value(at + 5);
      g += value(at + 6);
      h += value(at + 7);
    }
    total = a + b + (c + d) + (e + f + (g + h));
  }
  for (; at < to; at += 1) total += value(at);
  return total;
}
