// A plane as bytes: its numbers as little-endian doubles behind a small header, deflated off the calling thread. NaN stands for "no value".
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { type FlatPlane, flatPlane, isFlat } from '#domain/plane.ts';
import type { Plane } from '#domain/study.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Bytes from which `decodePlane` makes the same plane. Throws on rows of unequal length: a plane has one cell per stop and target. */
export async function encodePlane(plane: Plane | FlatPlane): Promise<Uint8Array> {
  const { stops, targets, trades, values } = isFlat(plane) ? plane : flatPlane(plane);
  const cells = stops.length * targets.length;
  if (trades.length !== cells || values.length !== cells) {
    throw new Error(
      `a plane of ${stops.length} x ${targets.length} with ${trades.length} counts and ${values.length} values`,
    );
  }
  const numbers = new Float64Array(2 + stops.length + targets.length + 2 * cells);
  numbers.set([stops.length, targets.length]);
  numbers.set(stops, 2);
  numbers.set(targets, 2 + stops.length);
  numbers.set(trades, 2 + stops.length + targets.length);
  numbers.set(values, numbers.length - cells);
  return deflate(new Uint8Array(numbers.buffer), { level: 1 });
}

/** The plane of `encodePlane`'s bytes, as columns. */
export async function decodePlane(bytes: Uint8Array): Promise<FlatPlane> {
  const inflated = await inflate(bytes);
  const numbers = new Float64Array(new Uint8Array(inflated).buffer);
  const [rows = 0, columns = 0] = numbers;
  const firstCount = 2 + rows + columns;
  const cells = rows * columns;
  return {
    stops: [...numbers.subarray(2, 2 + rows)],
    targets: [...numbers.subarray(2 + rows, firstCount)],
    trades: numbers.subarray(firstCount, firstCount + cells),
    values: numbers.subarray(firstCount + cells, firstCount + 2 * cells),
  };
}
