// Closed trades as read from the hub: the rows of a part of a day, what the hub counts of other parts, and where the next trades lie. Each read is given
// up after a while; a hub that needs longer for a whole day gets twice as long the next time.
import type { HubPlace } from './bucket-names.ts';
import type { DayPrint, FieldPrint } from './day-print.ts';
import { dayBunches } from './flux-days.ts';
import type { Influx } from './influx.ts';
import { InfluxFailure } from './influx-failure.ts';
import { dayOf } from './trade-columns.ts';
import { firstsFlux, lastFlux, printsFlux, supersededFlux, type TradeRange, tradesFlux } from './trade-flux.ts';
import { TradeRows } from './trade-rows.ts';
import { NarrowScan } from './trade-scan.ts';

export interface TradeReads {
  /** Every point of `range`, which lies within one UTC day. */
  rows(fields: readonly string[], range: TradeRange): Promise<TradeRows>;
  /** What the hub counts of each range. */
  prints(fields: readonly string[], ranges: readonly TradeRange[]): Promise<readonly DayPrint[]>;
  /** How many points of `range`, of any length, are superseded. */
  superseded(range: TradeRange): Promise<number>;
  /** When the last point with `field` in `range` is, epoch ms, or the first of the day of that one; undefined without any. */
  lastMs(field: string, range: TradeRange): Promise<number | undefined>;
  /** What was read so far: rows and bytes of text. */
  readonly cost: { readonly rows: number; readonly bytes: number };
}

const DAY_MS = 86_400_000;
const PATIENCE_MS = 20_000;
/** A longer window is not searched day by day. */
const MOST_SEARCHED_DAYS = 4_000;
const MOST_PATIENCE_MS = 300_000;

/** The hub's words when a field that somebody wrote as text is to be added up: then counts must do. */
const CANNOT_ADD = /unsupported (?:input|aggregate column) type|schema collision/i;

/** Reads of `place`; each is ended by the signal that `signalNow` gives at its start. */
export function tradeReads(
  influx: Pick<Influx, 'query' | 'stream'>,
  place: HubPlace,
  signalNow: () => AbortSignal,
): TradeReads {
  const cost = { rows: 0, bytes: 0 };
  let patienceMs = PATIENCE_MS;
  let lastDayCount = 0;
  const patiently = async <T>(read: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = AbortSignal.timeout(patienceMs);
    try {
      const found = await read(AbortSignal.any([signalNow(), limit]));
      patienceMs = PATIENCE_MS;
      return found;
    } catch (error) {
      if (limit.aborted) patienceMs = Math.min(MOST_PATIENCE_MS, 2 * patienceMs);
      throw error;
    }
  };
  const readPrints = async (
    fields: readonly string[],
    ranges: readonly TradeRange[],
    sums: boolean,
  ): Promise<readonly DayPrint[]> => {
    const found = ranges.map(() => new Map<string, FieldPrint>());
    const flux = printsFlux(place, fields, { ranges, sums });
    const asked = await patiently((signal) =>
      influx.query(
        flux,
        (row) => {
          const [how, index] = row.named('result').split(' ');
          const print = found[Number(index)];
          const field = row.named('_field');
          const value = row.number(row.table.position('_value'));
          const before = print?.get(field) ?? { count: 0, sum: Number.NaN, size: Number.NaN };
          print?.set(field, how === 'count' ? { ...before, count: value } : { ...before, sum: value });
        },
        signal,
      ),
    );
    cost.rows += asked.rows;
    cost.bytes += asked.bytes;
    return found;
  };
  /** The latest `_time` of what `flux` brings, epoch ms. */
  const latestOf = async (flux: string): Promise<number | undefined> => {
    let latest: number | undefined;
    const asked = await patiently((signal) =>
      influx.query(
        flux,
        (row) => {
          const atMs = Date.parse(row.named('_time'));
          if (!Number.isNaN(atMs) && (latest === undefined || atMs > latest)) latest = atMs;
        },
        signal,
      ),
    );
    cost.rows += asked.rows;
    cost.bytes += asked.bytes;
    return latest;
  };
  return {
    cost,
    rows: async (fields, range) => {
      // A day has about as many points as the one read before: columns that need not grow leave nothing behind.
      const isDay = range.toMs - range.fromMs === DAY_MS;
      const rows = new TradeRows(dayOf(range.fromMs), isDay ? 64 + Math.ceil(lastDayCount * 1.1) : 64);
      const scan = new NarrowScan(rows.dayMs, rows);
      const flux = tradesFlux(place, fields, range);
      cost.bytes += await patiently((signal) => influx.stream(flux, (piece) => scan.push(piece), signal));
      scan.end();
      cost.rows += scan.rows;
      if (isDay) lastDayCount = rows.count;
      return rows;
    },
    prints: async (fields, ranges) => {
      try {
        return await readPrints(fields, ranges, true);
      } catch (error) {
        if (!(error instanceof InfluxFailure) || !CANNOT_ADD.test(error.message)) throw error;
        return readPrints(fields, ranges, false);
      }
    },
    superseded: async (range) => {
      let count = 0;
      const asked = await patiently((signal) =>
        influx.query(
          supersededFlux(place, range),
          (row) => {
            if (row.named('_field') === 'superseded') count += row.number(row.table.position('_value'));
          },
          signal,
        ),
      );
      cost.rows += asked.rows;
      cost.bytes += asked.bytes;
      return count;
    },
    lastMs: async (field, range) => {
      const last = await latestOf(lastFlux(place, field, range));
      if (last !== undefined || range.toMs - range.fromMs > MOST_SEARCHED_DAYS * DAY_MS) return last;
      // Perhaps the field had another type before.
      for (const parts of [...dayBunches(range.fromMs, range.toMs)].reverse()) {
        const ranges = parts.map(({ fromMs, stopMs }) => ({ fromMs, toMs: stopMs }));
        const first = await latestOf(firstsFlux(place, field, ranges));
        if (first !== undefined) return first;
      }
      return undefined;
    },
  };
}
