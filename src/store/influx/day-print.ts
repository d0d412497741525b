// Whether a span of trades in the hub is still what was read: how many values each field has, and their sums, as the hub adds them without sending them.
// Values that are exchanged among trades do not show here; days are read anew from time to time for that.
import type { Span } from './day-fold.ts';
import { NUMBER_FIELDS } from './trade-columns.ts';
import type { TradeRows } from './trade-rows.ts';

/** Of one field: how many values, their sum, and the sum of their magnitudes (for how exact a sum can be); NaN where the hub could not say. */
export interface FieldPrint {
  readonly count: number;
  readonly sum: number;
  readonly size: number;
}

/** By field; a field without values is absent. */
export type DayPrint = ReadonlyMap<string, FieldPrint>;

/** Adding in another order differs by so much of the sum of magnitudes at most. */
const NOISE = 1e-11;

/** The print of those rows that lie in `span`, doubles in the hub and here counted alike. */
export function printOf(rows: TradeRows, { fromNs, toNs }: Span): DayPrint {
  const print = new Map<string, FieldPrint>();
  const { ns, numbers } = rows.columns;
  for (const field of NUMBER_FIELDS) {
    const column = numbers[field];
    let [count, sum, size] = [0, 0, 0];
    for (let row = 0; row < rows.count; row += 1) {
      const value = column[row] as number;
      if (Number.isNaN(value) || (ns[row] as number) < fromNs || (ns[row] as number) >= toNs) continue;
      count += 1;
      sum += value;
      size += Math.abs(value);
    }
    if (count > 0) print.set(field, { count, sum, size });
  }
  return print;
}

/**
 * How the hub, which says `hub`, differs from what was `read`: by field how many values more it has, and under `field sum` 1 where as many have another
 * sum. Nothing: it is the same.
 */
export function differences(read: DayPrint, hub: DayPrint): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const field of NUMBER_FIELDS) {
    const [a, b] = [read.get(field), hub.get(field)];
    const more = (b?.count ?? 0) - (a?.count ?? 0);
    if (more !== 0) found.set(field, more);
    else if (a !== undefined && b !== undefined && Math.abs(a.sum - b.sum) > NOISE * a.size)
      found.set(`${field} sum`, 1);
  }
  return found;
}

/** Whether both differ alike: a difference that stayed when the day was read anew (a number somebody wrote as text) is no reason to read it again. */
export function sameDifferences(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([field, more]) => b.get(field) === more);
}
