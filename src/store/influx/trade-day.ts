// One UTC day of trades as last read: sums of all of it, and its rows as long as a part of it may be asked for or read again. Never changed, only replaced.
import type { ClosedTrade } from '#domain/trade.ts';
import { type DayFold, type Span, WHOLE_DAY } from './day-fold.ts';
import { type DayPrint, printOf } from './day-print.ts';
import type { PackedSums } from './day-sums.ts';
import { survivors } from './trade-identity.ts';
import { TradeRows } from './trade-rows.ts';

export const DAY_MS = 86_400_000;

export interface TradeDay {
  readonly dayMs: number;
  readonly sums: PackedSums;
  readonly print: DayPrint;
  /** How the hub's counts differed although the day had just been read. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly rows: TradeRows | undefined;
  /** Everything before is settled: it was read long enough after it happened. Epoch ms within the day. */
  readonly settledToMs: number;
  /** When all of it was last read, monotonic ms. */
  readonly readAtMs: number;
}

/** The day of `rows`, its sums made by `fold`. */
export function tradeDay<T>(
  rows: TradeRows,
  fold: DayFold<T>,
  read: Pick<TradeDay, 'settledToMs' | 'readAtMs' | 'accepted'>,
): TradeDay {
  const sums = fold.fold(rows, survivors(rows), WHOLE_DAY).packed();
  return { ...read, dayMs: rows.dayMs, rows, sums, print: printOf(rows, WHOLE_DAY) };
}

/** `day` without its rows, for keeping. */
export function withoutRows(day: TradeDay): TradeDay {
  return day.rows === undefined ? day : { ...day, rows: undefined };
}

/** The rows of `before` that lie before `fromMs`, and all of `tail`. */
export function joinedRows(before: TradeRows, tail: TradeRows, fromMs: number): TradeRows {
  const joined = new TradeRows(before.dayMs, before.count + tail.count + 16);
  const fromNs = (fromMs - before.dayMs) * 1e6;
  const { ns } = before.columns;
  for (let row = 0; row < before.count; row += 1) if ((ns[row] as number) < fromNs) joined.copy(before, row);
  for (let row = 0; row < tail.count; row += 1) joined.copy(tail, row);
  return joined;
}

/** `rows` with `trades` of that day recorded here, which stand before what the hub says of them. */
export function rowsWith(rows: TradeRows, trades: readonly ClosedTrade[]): TradeRows {
  const all = joinedRows(rows, new TradeRows(rows.dayMs), rows.dayMs + DAY_MS);
  for (const trade of trades) all.add(trade, (trade.closedAtMs - rows.dayMs) * 1e6);
  return all;
}

/** The part of the day at `dayMs` within from <= time < end, epoch ms; all of it: WHOLE_DAY itself. */
export function spanOf(dayMs: number, fromMs: number, endMs: number): Span {
  if (fromMs <= dayMs && endMs >= dayMs + DAY_MS) return WHOLE_DAY;
  return { fromNs: Math.max(0, fromMs - dayMs) * 1e6, toNs: Math.min(DAY_MS, endMs - dayMs) * 1e6 };
}
