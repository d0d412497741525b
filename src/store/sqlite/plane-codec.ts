// A plane as bytes: its numbers as little-endian doubles behind a small header, deflated off the calling thread. NaN stands for "no value".
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Plane } from '#domain/study.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Bytes from which `decodePlane` makes the same plane. Throws on rows of unequal length: a plane has one cell per stop and target. */
export async function encodePlane(plane: Plane): Promise<Uint8Array> {
  const { stops, targets, trades, values } = plane;
  const cells = stops.length * targets.length;
  const counts = trades.flat();
  const figures = values.flat();
  if (counts.length !== cells || figures.length !== cells) {
    throw new Error(
      `a plane of ${stops.length} x ${targets.length} with ${counts.length} counts and ${figures.length} values`,
    );
  }
  const numbers = new Float64Array(2 + stops.length + targets.length + 2 * cells);
  numbers.set([stops.length, targets.length]);
  numbers.set(stops, 2);
  numbers.set(targets, 2 + stops.length);
  numbers.set(counts, 2 + stops.length + targets.length);
  const firstFigure = numbers.length - cells;
  for (const [cell, figure] of figures.entries()) numbers[firstFigure + cell] = figure ?? Number.NaN;
  return deflate(new Uint8Array(numbers.buffer), { level: 1 });
}

export async function decodePlane(bytes: Uint8Array): Promise<Plane> {
  const inflated = await inflate(bytes);
  const numbers = new Float64Array(new Uint8Array(inflated).buffer);
  const [rows = 0, columns = 0] = numbers;
  const stops = [...numbers.subarray(2, 2 + rows)];
  const targets = [...numbers.subarray(2 + rows, 2 + rows + columns)];
  const firstCount = 2 + rows + columns;
  const row = (from: number, index: number) =>
    Array.from(numbers.subarray(from + index * columns, from + (index + 1) * columns));
  return {
    stops,
    targets,
    trades: stops.map((_, index) => row(firstCount, index)),
    values: stops.map((_, index) =>
      row(firstCount + rows * columns, index).map((figure) => (Number.isNaN(figure) ? null : figure)),
    ),
  };
}
