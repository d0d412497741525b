// A plane as it travels: columns instead of rows of rows, so that threads hand it over without copying.
import type { Plane } from '#domain/study.ts';

/** A plane as columns, row after row: what travels between threads without copying. NaN stands for null. */
export interface FlatPlane {
  readonly stops: readonly number[];
  readonly targets: readonly number[];
  readonly trades: Float64Array;
  readonly values: Float64Array;
}

/** Whether `plane` is one of columns. */
export function isFlat(plane: Plane | FlatPlane): plane is FlatPlane {
  return plane.values instanceof Float64Array;
}

/** `plane` as columns. */
export function flatPlane({ stops, targets, trades, values }: Plane): FlatPlane {
  return {
    stops,
    targets,
    trades: Float64Array.from(trades.flat()),
    values: Float64Array.from(values.flat(), (value) => value ?? Number.NaN),
  };
}

/** The plane that `flat` holds. */
export function planeOf({ stops, targets, trades, values }: FlatPlane): Plane {
  const row = (from: Float64Array, at: number) =>
    Array.from(from.subarray(at * targets.length, (at + 1) * targets.length));
  return {
    stops,
    targets,
    trades: stops.map((_, at) => row(trades, at)),
    values: stops.map((_, at) => row(values, at).map((value) => (Number.isNaN(value) ? null : value))),
  };
}
