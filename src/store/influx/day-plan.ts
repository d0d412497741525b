// What a question has to read of the days that are known already. The last minutes are read again each time, for trades are written late and rewritten;
// what is older is compared by counts and sums, one day at a time, and read anew when it differs, or when it was last read a day ago.

import { WHOLE_DAY } from './day-fold.ts';
import type { OwnTrade } from './own-trade.ts';
import { dayOf } from './trade-columns.ts';
import { DAY_MS, type KeptRows, spanOf, type TradeDay } from './trade-day.ts';
import type { TradeRange } from './trade-flux.ts';

/** from <= time < end, epoch ms, as far as the hub knows time; `monotonicMs`: when it is asked. */
export interface DayQuery {
  readonly fromMs: number;
  readonly endMs: number;
  readonly monotonicMs: number;
  /** What was recorded here and is laid over the days in the hub. */
  readonly own: OwnTrades;
}

/** Trades recorded here that the hub may not have yet, by their day. */
export type OwnTrades = ReadonlyMap<number, readonly OwnTrade[]>;

/** How far back trades are read again with every question. */
export const OVERLAP_MS = 300_000;
/** Trades settle in steps, so that what is settled stays the same for a while. */
const SETTLE_MS = 150_000;
/** No day's figures are older than about this, whatever was compared. */
const RENEW_MS = DAY_MS;
const HUB_TIME_MS = 9_223_372_036_000;

/** Days that are over and changed here are read anew, and laid over, at most so many at a time, the newest first: an import of months comes bit by bit. */
const MOST_CHANGED = 3;

/** The question in whole milliseconds that the hub can be asked for. */
export function dayQuery(question: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly monotonicMs: number;
  readonly pending: readonly OwnTrade[];
}): DayQuery {
  const clamp = (ms: number) => Math.min(Math.max(ms, -HUB_TIME_MS), HUB_TIME_MS);
  const { fromMs, toMs, monotonicMs, pending } = question;
  const endMs = clamp(Math.floor(toMs) + 1);
  const byDay = [...Map.groupBy(pending, ({ closedAtMs }) => dayOf(closedAtMs))].sort(([a], [b]) => b - a);
  const isRecent = ([dayMs]: readonly [number, unknown]) => dayMs + DAY_MS > endMs - OVERLAP_MS;
  const own = new Map([...byDay.filter(isRecent), ...byDay.filter((day) => !isRecent(day)).slice(0, MOST_CHANGED)]);
  return { fromMs: clamp(Math.ceil(fromMs)), endMs, monotonicMs, own };
}

/** Of the days `touched` here since they were read (each with its earliest time touched) those that are read with this question. */
export function changedOf(touched: ReadonlyMap<number, number>, query: DayQuery): ReadonlyMap<number, number> {
  const { fromMs, endMs } = query;
  const inside = [...touched].filter(([dayMs]) => dayMs + DAY_MS > fromMs && dayMs < endMs).sort(([a], [b]) => b - a);
  const isRecent = ([, atMs]: readonly [number, number]) => atMs >= endMs - OVERLAP_MS;
  return new Map([...inside.filter(isRecent), ...inside.filter((day) => !isRecent(day)).slice(0, MOST_CHANGED)]);
}

/** Of a known day: everything, what lies at or after a time, or nothing. */
export type DayRead = 'whole' | 'none' | { readonly fromMs: number; readonly kept: KeptRows };

/** What is read of `day`, known but for what was touched here from `touchedMs` on. */
export function readsOf(day: TradeDay, query: DayQuery, touchedMs: number | undefined): DayRead {
  const { dayMs, kept } = day;
  const tailMs = tailOf(day, query.endMs);
  if (touchedMs !== undefined && touchedMs < tailMs) return 'whole';
  const needsRows = tailMs < dayMs + DAY_MS || isLaidOpen(dayMs, query);
  if ('sums' in kept) return needsRows ? 'whole' : 'none';
  return tailMs < Math.min(query.endMs, dayMs + DAY_MS) ? { fromMs: tailMs, kept } : 'none';
}

/** Whether the day's sums will not do: the window cuts it, or something is laid over it. */
export function isLaidOpen(dayMs: number, { fromMs, endMs, own }: DayQuery): boolean {
  return own.has(dayMs) || spanOf(dayMs, fromMs, endMs) !== WHOLE_DAY;
}

/** Up to where the day at `dayMs` is settled when it is read now. */
export function settledTo(dayMs: number, { endMs }: DayQuery): number {
  const sureMs = Math.floor((endMs - OVERLAP_MS) / SETTLE_MS) * SETTLE_MS;
  return Math.min(dayMs + DAY_MS, Math.max(dayMs, sureMs));
}

/** From where on the day is read again; its end: nothing of it. */
function tailOf({ dayMs, settledToMs }: TradeDay, endMs: number): number {
  return Math.min(dayMs + DAY_MS, Math.max(dayMs, Math.min(settledToMs, endMs - OVERLAP_MS)));
}

/** Whether no part of the day is read again with every question. */
export function isSettled(day: TradeDay, { endMs }: DayQuery): boolean {
  return tailOf(day, endMs) >= day.dayMs + DAY_MS;
}

/** What is compared with the hub's own counts: the settled part of the day being written, and one of the other days, each in its turn. */
export function comparable(
  known: readonly TradeDay[],
  query: DayQuery,
  turn: number | 'all',
): readonly { readonly day: TradeDay; readonly range: TradeRange }[] {
  const { endMs } = query;
  const partOf = (day: TradeDay) => ({ day, range: { fromMs: day.dayMs, toMs: tailOf(day, endMs) } });
  const written = known.filter((day) => 'rows' in day.kept && tailOf(day, endMs) < day.dayMs + DAY_MS);
  const settled = known.filter((day) => isSettled(day, query));
  const inTurn = turn === 'all' ? settled : settled.slice(turn % Math.max(1, settled.length)).slice(0, 1);
  return [...written, ...inTurn].map(partOf).filter(({ range }) => range.fromMs < range.toMs);
}

/** The day read longest ago when that is too long. */
export function overdue(known: readonly TradeDay[], { monotonicMs }: DayQuery): TradeDay | undefined {
  const oldest = known.reduce<TradeDay | undefined>(
    (found, day) => (found === undefined || day.readAtMs < found.readAtMs ? day : found),
    undefined,
  );
  return oldest !== undefined && monotonicMs - oldest.readAtMs >= RENEW_MS ? oldest : undefined;
}
