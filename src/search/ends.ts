// What trades leave behind where they end: sums by candle of exit, with a mark on every candle that has one, so that few in many stay cheap to visit.

/** Something added up by candle of exit, with one bit per candle where anything ends. */
export interface Ends {
  readonly at: Float64Array;
  readonly marks: Int32Array;
}

/** Nothing added up yet, for `candles` candles. */
export function noEnds(candles: number): Ends {
  return { at: new Float64Array(candles), marks: new Int32Array((candles >> 5) + 1) };
}

/** Adds `what` to the candle `candle`. */
export function endAt({ at, marks }: Ends, candle: number, what: number): void {
  at[candle] = (at[candle] as number) + what;
  marks[candle >> 5] = (marks[candle >> 5] as number) | (1 << (candle & 31));
}
