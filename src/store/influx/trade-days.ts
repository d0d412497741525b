// Closed trades by UTC day, in memory, kept equal to the hub: days that are over as sums, the days that a window cuts and those still being written with
// their rows. A question reads what is new, compares what is old, and only then changes anything: a read that fails leaves all as it was.
import type { DayFold } from './day-fold.ts';
import { DayFolding } from './day-folding.ts';
import {
  changedOf,
  comparable,
  type DayQuery,
  dayQuery,
  isLaidOpen,
  isSettled,
  overdue,
  readsOf,
  settledTo,
} from './day-plan.ts';
import { differences, printOf, sameDifferences } from './day-print.ts';
import type { DaySums } from './day-sums.ts';
import type { OwnTrade } from './own-trade.ts';
import { dayOf } from './trade-columns.ts';
import { DAY_MS, type KeptRows, rowsBefore, spanOf, type TradeDay } from './trade-day.ts';
import type { TradeReads } from './trade-reads.ts';
import { TradeRows } from './trade-rows.ts';

/** A question and what is known at its time. */
export interface DaysQuestion {
  /** from <= closed <= to, epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly monotonicMs: number;
  /** Recorded here and perhaps not in the hub yet, oldest first; taken before the hub is read. */
  readonly pending: readonly OwnTrade[];
  /** When trades were closed that were recorded here since the last question, epoch ms. */
  readonly touchedMs: readonly number[];
}

/** Sums of days beyond those asked for are kept up to so many groups. */
const MOST_SPARE_GROUPS = 100_000;
/** A longer window is not walked day by day where nothing lies. */
const MOST_EMPTY_DAYS = 4_000;

const NEW_DAY = { settledToMs: 0, readAtMs: 0, accepted: new Map<string, number>() };

export class TradeDays<Result> {
  readonly #fold: DayFold<Result>;
  readonly #folding: DayFolding<Result>;
  readonly #reads: TradeReads;
  readonly #days = new Map<number, TradeDay>();
  /** By day the earliest time that was touched here and has not been read since. */
  readonly #touched = new Map<number, number>();
  /** The last day of the window that was last read; undefined before the first. */
  #lastDayMs: number | undefined;
  #whole: { readonly days: readonly TradeDay[]; readonly sums: DaySums } | undefined;
  #turn = 0;
  /** How many points of days that are over were superseded when all days were last compared. */
  #superseded = 0;

  constructor(fold: DayFold<Result>, reads: TradeReads) {
    this.#fold = fold;
    this.#folding = new DayFolding(fold);
    this.#reads = reads;
  }

  /** What the trades of the window say. Rejects when the hub cannot be read; then nothing has changed but days read for the first time. */
  async ask(question: DaysQuestion): Promise<readonly Result[]> {
    const query = dayQuery(question);
    for (const atMs of [...question.touchedMs, ...question.pending.map(({ closedAtMs }) => closedAtMs)]) {
      const dayMs = dayOf(atMs);
      this.#touched.set(dayMs, Math.min(atMs, this.#touched.get(dayMs) ?? atMs));
    }
    if (query.endMs <= query.fromMs) return this.#fold.result(this.#fold.empty());
    const known = this.#knownIn(query);
    const touched = changedOf(this.#touched, query);
    const renewed = await this.#compare(known, query);
    for (const day of known) {
      if (renewed.has(day.dayMs)) continue;
      const read = readsOf(day, query, touched.get(day.dayMs));
      if (read === 'whole') renewed.set(day.dayMs, this.#dayOf(await this.#readDay(day.dayMs), query));
      else if (read !== 'none')
        renewed.set(day.dayMs, await this.#readTail(day, read.kept, { fromMs: read.fromMs, query }));
    }
    await this.#discover(query);
    for (const [dayMs, day] of renewed) this.#days.set(dayMs, day);
    const waiting = new Set(question.pending.map(({ closedAtMs }) => dayOf(closedAtMs)));
    for (const dayMs of touched.keys()) if (!waiting.has(dayMs)) this.#touched.delete(dayMs);
    this.#lastDayMs = Math.max(dayOf(query.endMs - 1), this.#lastDayMs ?? Number.NEGATIVE_INFINITY);
    const result = this.#fold.result(this.#total(query, this.#knownIn(query)));
    this.#forget(query);
    return result;
  }

  /**
   * What `ask` would say if the hub had nothing new, with `pending` laid over; changes and reads nothing. undefined: days of the window, or the rows of one
   * that something is to be laid over, are not in memory.
   */
  known(question: Pick<DaysQuestion, 'fromMs' | 'toMs' | 'pending'>): readonly Result[] | undefined {
    const query = dayQuery({ ...question, monotonicMs: 0 });
    if (this.#lastDayMs === undefined || question.pending.some((trade) => !query.own.has(dayOf(trade.closedAtMs)))) {
      return undefined;
    }
    const days: TradeDay[] = [];
    for (let dayMs = dayOf(query.endMs - 1); dayMs + DAY_MS > query.fromMs; dayMs -= DAY_MS) {
      const day = this.#days.get(dayMs);
      // A day that has begun since the last read has what was recorded here, as far as anybody knows.
      if (day === undefined && dayMs <= this.#lastDayMs) return undefined;
      if (day !== undefined && 'sums' in day.kept && isLaidOpen(dayMs, query)) return undefined;
      days.push(day ?? { ...NEW_DAY, dayMs, kept: { rows: new TradeRows(dayMs, 0), tail: undefined } });
    }
    return this.#fold.result(this.#total(query, days));
  }

  /** The days of the window that are known, newest first. */
  #knownIn({ fromMs, endMs }: DayQuery): readonly TradeDay[] {
    return [...this.#days.values()]
      .filter(({ dayMs }) => dayMs + DAY_MS > fromMs && dayMs < endMs)
      .sort((a, b) => b.dayMs - a.dayMs);
  }

  /**
   * Reads anew the days that the hub counts otherwise than we do, and at most one that was last read long ago. Days that are over are compared one a question, but all
   * at once when trades on them were recorded again: such a trade is elsewhere now, and would count twice or not at all until both days had their turn.
   */
  async #compare(known: readonly TradeDay[], query: DayQuery): Promise<Map<number, TradeDay>> {
    const settled = known.filter((day) => isSettled(day, query));
    const superseded = await this.#supersededOn(settled);
    const read = settled.reduce((sum, day) => sum + this.#folding.supersededOn(day), 0);
    const isMoved = superseded !== read && superseded !== this.#superseded;
    const compared = comparable(known, query, isMoved ? 'all' : this.#turn);
    this.#turn += 1;
    const renewed = new Map<number, TradeDay>();
    const prints =
      compared.length === 0
        ? []
        : await this.#reads.prints(
            this.#fold.fields,
            compared.map(({ range }) => range),
          );
    for (const [index, { day, range }] of compared.entries()) {
      const hub = prints[index] ?? new Map();
      const span = spanOf(day.dayMs, range.fromMs, range.toMs);
      if (sameDifferences(differences(this.#folding.print(day, span), hub), day.accepted)) continue;
      const read = await this.#readDay(day.dayMs);
      const accepted = differences(printOf(read, span), hub);
      renewed.set(day.dayMs, this.#dayOf(read, query, accepted));
    }
    this.#superseded = superseded;
    const old = overdue(known, query);
    if (old !== undefined && !renewed.has(old.dayMs)) {
      renewed.set(old.dayMs, this.#dayOf(await this.#readDay(old.dayMs), query, old.accepted));
    }
    return renewed;
  }

  async #supersededOn(days: readonly TradeDay[]): Promise<number> {
    const [newest, oldest] = [days[0], days.at(-1)];
    if (newest === undefined || oldest === undefined) return 0;
    return this.#reads.superseded({ fromMs: oldest.dayMs, toMs: newest.dayMs + DAY_MS });
  }

  /** Reads the days of the window that are not known, newest first; where nothing lies the next trade is asked for. */
  async #discover(query: DayQuery): Promise<void> {
    const firstDay = dayOf(query.fromMs);
    for (let dayMs = dayOf(query.endMs - 1); dayMs >= firstDay; dayMs -= DAY_MS) {
      if (this.#days.has(dayMs)) continue;
      const rows = await this.#readDay(dayMs);
      this.#days.set(dayMs, this.#dayOf(rows, query));
      if (rows.count > 0 || dayMs === firstDay) continue;
      const lastMs = await this.#reads.lastMs(this.#fold.anchor, { fromMs: firstDay, toMs: dayMs });
      const nextDay = lastMs === undefined ? firstDay - DAY_MS : dayOf(lastMs);
      const isLong = dayMs - nextDay > MOST_EMPTY_DAYS * DAY_MS;
      for (let empty = dayMs - DAY_MS; !isLong && empty > nextDay; empty -= DAY_MS) {
        if (!this.#days.has(empty)) this.#days.set(empty, this.#dayOf(new TradeRows(empty, 0), query));
      }
      dayMs = nextDay + DAY_MS;
    }
    // What was recorded here may lie where the hub holds nothing yet.
    for (const dayMs of query.own.keys()) {
      if (dayMs < firstDay || dayMs >= query.endMs || this.#days.has(dayMs)) continue;
      this.#days.set(dayMs, this.#dayOf(new TradeRows(dayMs, 0), query));
    }
  }

  #readDay(dayMs: number): Promise<TradeRows> {
    return this.#reads.rows(this.#fold.fields, { fromMs: dayMs, toMs: dayMs + DAY_MS });
  }

  /** The day of `rows`, with its rows when they will be needed. `accepted`: what remains different although it was just read. */
  #dayOf(rows: TradeRows, query: DayQuery, accepted: TradeDay['accepted'] = new Map()): TradeDay {
    const { dayMs } = rows;
    const kept = { rows, tail: undefined };
    return this.#lean(
      { dayMs, kept, settledToMs: settledTo(dayMs, query), readAtMs: query.monotonicMs, accepted },
      query,
    );
  }

  async #readTail(
    day: TradeDay,
    kept: KeptRows,
    tail: { readonly fromMs: number; readonly query: DayQuery },
  ): Promise<TradeDay> {
    const { dayMs } = day;
    const { fromMs, query } = tail;
    const rows = await this.#reads.rows(this.#fold.fields, { fromMs, toMs: dayMs + DAY_MS });
    const settled = rowsBefore(dayMs, kept, fromMs);
    return { ...day, kept: { rows: settled, tail: { rows, fromMs } }, settledToMs: settledTo(dayMs, query) };
  }

  /** `day` without its rows when no part of it will be asked for or read again. */
  #lean(day: TradeDay, query: DayQuery): TradeDay {
    const needsRows = day.settledToMs < day.dayMs + DAY_MS || isLaidOpen(day.dayMs, query);
    return needsRows || 'sums' in day.kept ? day : { ...day, kept: this.#folding.packed(day) };
  }

  #total(query: DayQuery, days: readonly TradeDay[]): DaySums {
    const whole = days.filter(({ dayMs }) => !isLaidOpen(dayMs, query));
    const before = this.#whole;
    const isSame = before?.days.length === whole.length && whole.every((day, index) => before.days[index] === day);
    const settled = isSame && before !== undefined ? before : { days: whole, sums: this.#sumOf(whole) };
    this.#whole = settled;
    const total = this.#fold.empty();
    total.add(settled.sums);
    for (const { dayMs, kept } of days) {
      if (!isLaidOpen(dayMs, query)) continue;
      if ('sums' in kept) throw new Error('a day that is cut has no rows');
      this.#folding.addTo(total, kept, { span: spanOf(dayMs, query.fromMs, query.endMs), own: query.own.get(dayMs) });
    }
    return total;
  }

  #sumOf(days: readonly TradeDay[]): DaySums {
    const sums = this.#fold.empty();
    for (const day of days) sums.add(this.#folding.whole(day));
    return sums;
  }

  /** Drops rows that nobody will need again, and days beyond the window when there are too many. */
  #forget(query: DayQuery): void {
    let spare = 0;
    for (const day of [...this.#days.values()].sort((a, b) => b.dayMs - a.dayMs)) {
      const isInside = day.dayMs + DAY_MS > query.fromMs && day.dayMs < query.endMs;
      if (isInside) this.#days.set(day.dayMs, this.#lean(day, query));
      if (isInside) continue;
      spare += 1 + ('sums' in day.kept ? day.kept.sums.groups.length : day.kept.rows.count);
      if (spare > MOST_SPARE_GROUPS) this.#days.delete(day.dayMs);
    }
  }
}
