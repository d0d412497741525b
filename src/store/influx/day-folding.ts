// Folds days, and remembers of rows that stay what was folded already: a question half a minute later folds the last minutes only, however many trades
// the day has.
import { type DayFold, type Span, WHOLE_DAY } from './day-fold.ts';
import { type DayPrint, printOf } from './day-print.ts';
import type { DaySums, PackedSums } from './day-sums.ts';
import type { OwnTrade } from './own-trade.ts';
import { allRows, type KeptRows, type KeptSums, type TradeDay } from './trade-day.ts';
import { overlaps, survivors } from './trade-identity.ts';
import type { TradeRows } from './trade-rows.ts';

/** What is known of rows that do not change. */
interface Remembered {
  alive?: Uint8Array;
  readonly sums: Map<string, DaySums>;
  readonly prints: Map<string, DayPrint>;
  /** These rows with a tail that tells of some of the same trades. */
  joined?: { readonly tail: TradeRows; readonly rows: TradeRows };
}

const HOUR_NS = 3.6e12;
/** Spans remembered of one day. */
const MOST_SPANS = 4;

export class DayFolding<Result> {
  readonly #fold: DayFold<Result>;
  readonly #known = new WeakMap<TradeRows, Remembered>();

  constructor(fold: DayFold<Result>) {
    this.#fold = fold;
  }

  /** All of the day, for keeping without its rows. */
  packed(day: TradeDay): KeptSums {
    if ('sums' in day.kept) return day.kept;
    const sums = this.#fold.empty();
    this.addTo(sums, day.kept, { span: WHOLE_DAY });
    return { sums: sums.packed(), print: printOf(allRows(day.dayMs, day.kept), WHOLE_DAY) };
  }

  /** All of the day. */
  whole(day: TradeDay): PackedSums {
    if ('sums' in day.kept) return day.kept.sums;
    const sums = this.#fold.empty();
    this.addTo(sums, day.kept, { span: WHOLE_DAY });
    return sums;
  }

  /** What was read of the settled part of the day, up to `toNs`. */
  print(day: TradeDay, span: Span): DayPrint {
    if ('sums' in day.kept) return day.kept.print;
    const { rows, tail } = day.kept;
    const isSettled = tail === undefined || span.toNs <= (tail.fromMs - day.dayMs) * 1e6;
    if (!isSettled) return printOf(allRows(day.dayMs, day.kept), span);
    return remembered(this.#of(rows).prints, span, () => printOf(rows, span));
  }

  /** How many points that were read of the day are superseded. */
  supersededOn(day: TradeDay): number {
    return this.print(day, WHOLE_DAY).get('superseded')?.count ?? 0;
  }

  /** Adds to `sums` the part of a day's rows in `span`, with `own` trades recorded here laid over them. */
  addTo(
    sums: DaySums,
    kept: KeptRows,
    part: { readonly span: Span; readonly own?: readonly OwnTrade[] | undefined },
  ): void {
    const { span, own } = part;
    const { rows, tail } = kept;
    if (own !== undefined) {
      const all = allRows(rows.dayMs, kept, own);
      sums.add(this.#fold.fold(all, survivors(all), span));
    } else if (tail === undefined) this.#addRows(sums, rows, span);
    else if (this.#of(rows).joined?.tail === tail.rows || overlaps(rows, tail.rows))
      this.#addRows(sums, this.#joined(kept, tail.rows), span);
    else {
      this.#addRows(sums, rows, { fromNs: span.fromNs, toNs: Math.min(span.toNs, (tail.fromMs - rows.dayMs) * 1e6) });
      sums.add(this.#fold.fold(tail.rows, survivors(tail.rows), span));
    }
  }

  /** Whole hours after the first are remembered: where a window cuts a day only the hour of the cut is folded each time. */
  #addRows(sums: DaySums, rows: TradeRows, span: Span): void {
    const known = this.#of(rows);
    known.alive ??= survivors(rows);
    const { alive } = known;
    const fromHourNs = Math.min(span.toNs, Math.ceil(span.fromNs / HOUR_NS) * HOUR_NS);
    const rest = { fromNs: fromHourNs, toNs: span.toNs };
    if (rest.fromNs < rest.toNs) sums.add(remembered(known.sums, rest, () => this.#fold.fold(rows, alive, rest)));
    if (span.fromNs < fromHourNs) sums.add(this.#fold.fold(rows, alive, { fromNs: span.fromNs, toNs: fromHourNs }));
  }

  #joined(kept: KeptRows, tail: TradeRows): TradeRows {
    const known = this.#of(kept.rows);
    if (known.joined?.tail !== tail) known.joined = { tail, rows: allRows(kept.rows.dayMs, kept) };
    return known.joined.rows;
  }

  #of(rows: TradeRows): Remembered {
    const known = this.#known.get(rows) ?? { sums: new Map(), prints: new Map() };
    this.#known.set(rows, known);
    return known;
  }
}

function remembered<T>(known: Map<string, T>, { fromNs, toNs }: Span, make: () => T): T {
  const key = `${fromNs} ${toNs}`;
  const found = known.get(key) ?? make();
  known.delete(key);
  known.set(key, found);
  const [oldest] = known.keys();
  if (known.size > MOST_SPANS && oldest !== undefined) known.delete(oldest);
  return found;
}
