// What a kind of figures makes of a day's trades: which fields it reads, how a day becomes sums, and what all sums together say.
import type { DaySums } from './day-sums.ts';
import type { TradeRows } from './trade-rows.ts';

/** Part of a day: from <= time < to, nanoseconds since its start. */
export interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Everything of a day. */
export const WHOLE_DAY: Span = { fromNs: 0, toNs: 8.64e13 };

export interface DayFold<Result> {
  /** The fields of a point that matter. */
  readonly fields: readonly string[];
  /** A field that every trade has which counts. */
  readonly anchor: string;
  /** How many names that are no pairs were left out. */
  ignored(): number;
  empty(): DaySums;
  /** Sums over the rows in `span` whose `alive` is 1. */
  fold(rows: TradeRows, alive: Uint8Array, span: Span): DaySums;
  /** In an order that depends on nothing but the sums. */
  result(sums: DaySums): readonly Result[];
}
