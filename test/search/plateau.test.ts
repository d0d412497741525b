// The winner's rules: peak, neighbourhood mean, and one tie rule for both.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coarseWarnings, greatestCell, plateauScores, winnersOf } from '#search/plateau.ts';

const NONE = Number.NaN;

describe('greatestCell', () => {
  it('takes the tightest stop, then the smallest target among cells within 1e-9 of the greatest', () => {
    expect(greatestCell(Float64Array.of(0.5, 1 - 5e-10, 1, 1))).toBe(1);
    expect(greatestCell(Float64Array.of(0.5, 1 - 2e-9, 1, 1))).toBe(2);
  });

  it('scales the tolerance with great values only', () => {
    expect(greatestCell(Float64Array.of(0.01 - 5e-10, 0.01))).toBe(0);
    expect(greatestCell(Float64Array.of(1e6 - 5e-4, 1e6))).toBe(0);
    expect(greatestCell(Float64Array.of(1e6 - 2e-3, 1e6))).toBe(1);
    expect(greatestCell(Float64Array.of(-1e6 - 5e-4, -1e6))).toBe(0);
  });

  it('passes over cells without a value, and says so when there is no other', () => {
    expect(greatestCell(Float64Array.of(NONE, -3, NONE))).toBe(1);
    expect(greatestCell(Float64Array.of(NONE, NONE))).toBe(-1);
  });
});

describe('plateauScores', () => {
  it('is the mean of the cells at most 5 steps away, clipped at the edges, null cells left out', () => {
    const shapes = fc.record({ rows: fc.integer({ min: 1, max: 14 }), columns: fc.integer({ min: 1, max: 14 }) });
    fc.assert(
      fc.property(
        shapes,
        fc.infiniteStream(fc.option(fc.integer({ min: -50, max: 50 }), { freq: 4 })),
        (shape, cells) => {
          const values = Float64Array.from({ length: shape.rows * shape.columns }, () => cells.next().value ?? NONE);
          const scores = plateauScores(values, shape);
          values.forEach((value, cell) => {
            if (Number.isNaN(value)) expect(scores[cell]).toBeNaN();
            else expect(scores[cell]).toBeCloseTo(meanAround(values, shape, cell), 9);
          });
        },
      ),
    );
  });
});

describe('winnersOf', () => {
  it('prefers the broad hill to the lone needle, and reports the needle as the peak', () => {
    const shape = { rows: 24, columns: 24 };
    const values = new Float64Array(24 * 24);
    for (let row = 12; row < 24; row += 1)
      for (let column = 12; column < 24; column += 1) values[row * 24 + column] = 2;
    values[0] = 9;
    expect(winnersOf(values, { ...shape, slices: 1 })).toEqual({ best: 17 * 24 + 17, peak: 0 });
  });

  it('has none in a plane without values', () => {
    expect(winnersOf(Float64Array.of(NONE), { rows: 1, columns: 1, slices: 1 })).toBeUndefined();
  });
});

function meanAround(values: Float64Array, { rows, columns }: { rows: number; columns: number }, cell: number): number {
  const near: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const far = Math.max(Math.abs(row - Math.floor(cell / columns)), Math.abs(column - (cell % columns)));
      const value = values[row * columns + column] as number;
      if (far <= 5 && !Number.isNaN(value)) near.push(value);
    }
  }
  return near.reduce((sum, value) => sum + value, 0) / near.length;
}

describe('coarseWarnings', () => {
  it('tells when the plateaus of all cells are the whole plane, whatever its values', () => {
    const sizes = fc.integer({ min: 1, max: 14 });
    fc.assert(
      fc.property(sizes, sizes, (rows, columns) => {
        const values = Float64Array.from({ length: rows * columns }, (_, cell) => 2 ** -cell);
        const scores = plateauScores(values, { rows, columns });
        const alike = Math.max(...scores) - Math.min(...scores) < 1e-15;
        expect(coarseWarnings({ rows, columns }).length > 0).toBe(alike && rows * columns > 1);
      }),
    );
  });
});
