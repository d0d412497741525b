// One UTC day of trades as last read: what all of it says, or its rows as long as parts of it may be asked for or read again. Rows come in two parts: the
// settled ones, which stay for a while, and the tail, which every read brings anew. Never changed, only replaced.
import { type Span, WHOLE_DAY } from './day-fold.ts';
import type { DayPrint } from './day-print.ts';
import type { PackedSums } from './day-sums.ts';
import { laidInOrder, type OwnTrade } from './own-trade.ts';
import { TradeRows } from './trade-rows.ts';

export const DAY_MS = 86_400_000;

export interface TradeDay {
  readonly dayMs: number;
  /** How the hub's counts differed although the day had just been read. */
  readonly accepted: ReadonlyMap<string, number>;
  /** Everything before is settled: it was read long enough after it happened. Epoch ms within the day. */
  readonly settledToMs: number;
  /** When all of it was last read, monotonic ms. */
  readonly readAtMs: number;
  readonly kept: KeptRows | KeptSums;
}

export interface KeptRows {
  readonly rows: TradeRows;
  /** What lies at or after `fromMs`, none of which is in `rows`; undefined: all is. */
  readonly tail: { readonly rows: TradeRows; readonly fromMs: number } | undefined;
}

export interface KeptSums {
  readonly sums: PackedSums;
  readonly print: DayPrint;
}

/** The day's rows before `fromMs`: those kept as settled themselves when that is all of them. */
export function rowsBefore(dayMs: number, { rows, tail }: KeptRows, fromMs: number): TradeRows {
  return tail?.fromMs === fromMs ? rows : copied(dayMs, tail === undefined ? [rows] : [rows, tail.rows], fromMs);
}

/** All rows of the day in one, with `own` trades of that day recorded here, which stand before what the hub says of them. */
export function allRows(dayMs: number, { rows, tail }: KeptRows, own: readonly OwnTrade[] = []): TradeRows {
  if (tail === undefined && own.length === 0) return rows;
  const all = copied(dayMs, tail === undefined ? [rows] : [rows, tail.rows], dayMs + DAY_MS);
  for (const trade of laidInOrder(own)) all.add(trade, (trade.closedAtMs - dayMs) * 1e6);
  return all;
}

function copied(dayMs: number, parts: readonly TradeRows[], endMs: number): TradeRows {
  const all = new TradeRows(
    dayMs,
    parts.reduce((sum, { count }) => sum + count, 16),
  );
  const endNs = (endMs - dayMs) * 1e6;
  for (const part of parts) {
    const { ns } = part.columns;
    for (let row = 0; row < part.count; row += 1) if ((ns[row] as number) < endNs) all.copy(part, row);
  }
  return all;
}

/** The part of the day at `dayMs` within from <= time < end, epoch ms; all of it: WHOLE_DAY itself. */
export function spanOf(dayMs: number, fromMs: number, endMs: number): Span {
  if (fromMs <= dayMs && endMs >= dayMs + DAY_MS) return WHOLE_DAY;
  return { fromNs: Math.max(0, fromMs - dayMs) * 1e6, toNs: Math.min(DAY_MS, endMs - dayMs) * 1e6 };
}
