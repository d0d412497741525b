// A hub of closed trades as plain data, for tests: points that may be added, rewritten and deleted, what a read of them gives, and what all of them
// together say, computed from scratch and without doubles' noise.
import { binIndex, type TradeSums } from '#domain/leverage-bin.ts';
import type { Side } from '#domain/market.ts';
import type { DayPrint } from '#store/influx/day-print.ts';
import { dayOf, NUMBER_FIELDS, type NumberField } from '#store/influx/trade-columns.ts';
import type { TradeReads } from '#store/influx/trade-reads.ts';
import { TradeRows } from '#store/influx/trade-rows.ts';

/** A point; `id` is bot, trade id and time of opening. */
export interface ModelPoint {
  readonly pair: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly ns: bigint;
  readonly numbers: Readonly<Partial<Record<NumberField, number>>>;
  readonly side?: Side;
  readonly id?: readonly [string, string, string];
}

export interface ModelHub extends TradeReads {
  readonly points: ModelPoint[];
  /** How many reads of rows, and of counts, there were. */
  readonly reads: { rows: number; prints: number; points: number };
  /** The next read but so many fails. */
  failAfter: number;
}

export function modelHub(): ModelHub {
  const points: ModelPoint[] = [];
  const reads = { rows: 0, prints: 0, points: 0 };
  const inside = (from: number, to: number) =>
    points.filter(({ ns }) => ns >= BigInt(from) * 1_000_000n && ns < BigInt(to) * 1_000_000n);
  const hub: ModelHub = {
    points,
    reads,
    failAfter: Number.POSITIVE_INFINITY,
    cost: { rows: 0, bytes: 0 },
    rows: async (_, { fromMs, toMs }) => {
      if (hub.failAfter-- <= 0) throw new Error('the hub went away');
      reads.rows += 1;
      const found = inside(fromMs, toMs);
      reads.points += found.length;
      return rowsOf(dayOf(fromMs), found);
    },
    prints: async (_, ranges) => {
      if (hub.failAfter-- <= 0) throw new Error('the hub went away');
      reads.prints += 1;
      return ranges.map(({ fromMs, toMs }) => hubPrint(inside(fromMs, toMs)));
    },
    superseded: async ({ fromMs, toMs }) => {
      if (hub.failAfter-- <= 0) throw new Error('the hub went away');
      return inside(fromMs, toMs).filter(({ numbers }) => numbers.superseded !== undefined).length;
    },
    lastMs: async (field, { fromMs, toMs }) => {
      const found = inside(fromMs, toMs).filter(({ numbers }) => field in numbers);
      return found.length === 0 ? undefined : Math.max(...found.map(({ ns }) => Number(ns / 1_000_000n)));
    },
  };
  return hub;
}

function hubPrint(points: readonly ModelPoint[]): DayPrint {
  const print = new Map();
  for (const field of NUMBER_FIELDS) {
    const values = points.flatMap(({ numbers }) => numbers[field] ?? []);
    const sum = values.reduceRight((total, value) => total + value, 0);
    if (values.length > 0) print.set(field, { count: values.length, sum, size: Number.NaN });
  }
  return print;
}

/** The rows of a day as they would come from the hub: narrow tables, each in ascending time. */
export function rowsOf(dayMs: number, points: readonly ModelPoint[]): TradeRows {
  const rows = new TradeRows(dayMs);
  const ordered = points.toSorted((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
  const series = Map.groupBy(ordered, ({ pair, tags }) => JSON.stringify({ ...tags, pair }));
  const since = ({ ns }: ModelPoint) => Number(ns - BigInt(dayMs) * 1_000_000n);
  for (const [key, own] of series) {
    const tags = new Map<string, string>(Object.entries(JSON.parse(key)));
    const table = (field: string, type: string) => rows.table({ result: '_result', field, type, tags });
    const text = (field: string, value: (point: ModelPoint) => string | undefined) => {
      table(field, 'string');
      for (const point of own) {
        const bytes = Buffer.from(value(point) ?? '');
        if (bytes.length > 0) rows.text(since(point), bytes, { from: 0, to: bytes.length });
      }
    };
    text('bot', ({ id }) => id?.[0]);
    for (const field of NUMBER_FIELDS) {
      table(field, 'double');
      for (const point of own) {
        const value = point.numbers[field];
        if (value !== undefined) rows.number(since(point), value);
      }
    }
    text('trade_id', ({ id }) => id?.[1]);
    text('opened_at', ({ id }) => id?.[2]);
    text('side', ({ side }) => side);
  }
  return rows;
}

/** What the points closed at from <= closed <= to say, by bin, side and pair: every trade once, sums exact and then rounded once. */
export function fromScratch(
  points: readonly ModelPoint[],
  { fromMs, toMs, edges }: { readonly fromMs: number; readonly toMs: number; readonly edges: readonly number[] },
): readonly TradeSums[] {
  const standing = points.filter(({ numbers }) => numbers.superseded === undefined);
  const once = [...Map.groupBy(standing, identity).values()].map((same) => same.toSorted(later).at(-1) as ModelPoint);
  const counted = once.flatMap((point) => {
    const { leverage, profit_pct, profit, stop_loss_pct: stop, take_profit_pct: target } = point.numbers;
    const closedAtMs = Number(point.ns / 1_000_000n);
    const bin = binIndex(edges, leverage ?? Number.NaN);
    const won = profit_pct ?? profit;
    const counts = closedAtMs >= fromMs && closedAtMs <= toMs && bin >= 0 && won !== undefined;
    if (!counts || stop === undefined || target === undefined || stop >= 0 || target <= 0) return [];
    return [{ bin, side: point.side ?? null, pair: point.pair, closedAtMs, won, stop, target }];
  });
  const groups = Map.groupBy(counted, ({ bin, side, pair }) => JSON.stringify([bin, side ?? '', pair]));
  const sums = [...groups.values()].map((group): TradeSums => {
    const { bin, side, pair } = group[0] as (typeof group)[number];
    const wins = group.filter(({ won }) => won > 0);
    const losses = group.filter(({ won }) => won < 0);
    return {
      bin,
      side,
      pair,
      trades: group.length,
      wins: wins.length,
      losses: losses.length,
      sumStopLossPct: exactSum(group.map(({ stop }) => stop)),
      sumTakeProfitPct: exactSum(group.map(({ target }) => target)),
      sumWinPct: exactSum(wins.map(({ won }) => won)),
      sumLossPct: exactSum(losses.map(({ won }) => won)),
      firstClosedAtMs: Math.min(...group.map(({ closedAtMs }) => closedAtMs)),
      lastClosedAtMs: Math.max(...group.map(({ closedAtMs }) => closedAtMs)),
    };
  });
  const key = ({ bin, side, pair }: TradeSums) => `${String(bin).padStart(3, '0')} ${side ?? ''} ${pair}`;
  return sums.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The double nearest to the sum of `values`, each a multiple of 2^-80. */
export function exactSum(values: readonly number[]): number {
  const scale = 2 ** 80;
  return Number(values.reduce((sum, value) => sum + BigInt(value * scale), 0n)) / scale;
}

let lone = 0;

function identity({ pair, id, ns }: ModelPoint): string {
  if (id !== undefined) return JSON.stringify([pair, dayOf(Number(ns / 1_000_000n)), ...id]);
  lone += 1;
  return String(lone);
}

/** Of one trade's points the one that stands is the last. */
function later(a: ModelPoint, b: ModelPoint): number {
  if (a.ns !== b.ns) return a.ns < b.ns ? -1 : 1;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function keyOf({ pair, tags }: ModelPoint): string {
  return JSON.stringify(Object.entries({ ...tags, pair }).sort(([a], [b]) => (a < b ? -1 : 1)));
}
