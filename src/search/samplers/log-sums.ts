// Sums of many numbers, in numpy's order of addition: on a grid different points are often exactly as good as each other, and what ties in Optuna shall tie here.

import { expOfNegative } from './exponential.ts';

/** Terms this far below the greatest (a factor of 3e-20) are nothing in a sum. */
const NEGLIGIBLE = 45;

/** Numpy adds up so many in eight running sums side by side; more it halves. */
const BLOCK = 128;

/** For each of `columns` columns of a table (row after row) the logarithm of the sum of the exponentials of its terms. The table is used up. */
export function logSums(terms: Float64Array, columns: number): Float64Array {
  const greatest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (let at = 0; at < terms.length; ) {
    for (let column = 0; column < columns; column += 1, at += 1) {
      const term = terms[at] as number;
      if (term > (greatest[column] as number)) greatest[column] = term;
    }
  }
  for (let at = 0; at < terms.length; ) {
    for (let column = 0; column < columns; column += 1, at += 1) {
      const below = (terms[at] as number) - (greatest[column] as number);
      terms[at] = below > -NEGLIGIBLE ? expOfNegative(below) : 0;
    }
  }
  return columnSums(terms, columns).map((sum, column) => Math.log(sum) + (greatest[column] as number));
}

/** The sum of each of `columns` columns of a table, row after row. */
export function columnSums(table: Float64Array, columns: number): Float64Array {
  const rows = table.length / columns;
  if (rows > BLOCK) {
    const half = rows >> 1;
    const middle = (half - (half % 8)) * columns;
    const sums = columnSums(table.subarray(0, middle), columns);
    columnSums(table.subarray(middle), columns).forEach((sum, column) => {
      sums[column] = (sums[column] as number) + sum;
    });
    return sums;
  }
  const eights = rows - (rows % 8);
  const running = new Float64Array(8 * columns);
  for (let at = 0; at < eights * columns; ) {
    for (let slot = 0; slot < running.length; slot += 1, at += 1)
      running[slot] = (running[slot] as number) + (table[at] as number);
  }
  const sums = new Float64Array(columns);
  for (let column = 0; column < columns; column += 1) {
    const part = (row: number) => running[row * columns + column] as number;
    let sum = part(0) + part(1) + (part(2) + part(3)) + (part(4) + part(5) + (part(6) + part(7)));
    for (let row = eights; row < rows; row += 1) sum += table[row * columns + column] as number;
    sums[column] = sum;
  }
  return sums;
}
