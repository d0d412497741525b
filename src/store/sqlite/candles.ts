// Candles and historical entries in the data folder: one row per candle, one per entry. Written again they replace themselves.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { type Candles, type HistoricalSignal, isPair, timeframeMs } from '#domain/market.ts';
import type { CandleStore, EntryStore } from '../hub.ts';
import type { FileWriter } from './group-commit.ts';
import type { ReadFile } from './read-file.ts';

export const CANDLES_1 = `
CREATE TABLE candles (
  pair TEXT NOT NULL,
  timeframe TEXT NOT NULL,
  openTimeMs INTEGER NOT NULL,
  open REAL NOT NULL,
  high REAL NOT NULL,
  low REAL NOT NULL,
  close REAL NOT NULL,
  volume REAL,
  PRIMARY KEY (pair, timeframe, openTimeMs)
) STRICT, WITHOUT ROWID;
CREATE TABLE entries (
  pair TEXT NOT NULL,
  timeMs INTEGER NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('LONG', 'SHORT')),
  PRIMARY KEY (pair, timeMs, side)
) STRICT, WITHOUT ROWID;
`;

/** Candles of one commit: a few milliseconds of the writer's time. */
export const CANDLES_PER_COMMIT = 5_000;

/** Candles `from` <= index < `to` of a series whose columns are shared memory. */
export interface CandlePart {
  readonly candles: Candles;
  readonly from: number;
  readonly to: number;
}

export function candlesWriter(db: DatabaseSync) {
  const candle = db.prepare('INSERT OR REPLACE INTO candles VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const entry = db.prepare('INSERT OR IGNORE INTO entries VALUES (?, ?, ?)');
  return {
    kind: 'candles',
    db,
    operations: {
      writeCandles: ({ candles, from, to }: CandlePart): void => {
        const { pair, timeframe, openTimeMs, open, high, low, close, volume } = candles;
        for (let index = from; index < to; index += 1) {
          const at = (column: Float64Array) => column[index] as number;
          const traded = at(volume);
          const prices = [at(open), at(high), at(low), at(close)];
          candle.run(pair, timeframe, at(openTimeMs), ...prices, Number.isNaN(traded) ? null : traded);
        }
      },
      rememberEntries: (told: { readonly pair: string; readonly signals: readonly HistoricalSignal[] }): void => {
        for (const { timeMs, side } of told.signals) entry.run(told.pair, timeMs, side);
      },
    },
  } satisfies FileWriter;
}

/** Candles of one read: a few milliseconds of the calling thread, which serves between two of them. */
const CANDLES_PER_READ = 5_000;
const CANDLES = `SELECT openTimeMs, open, high, low, close, volume FROM candles
  WHERE pair = ? AND timeframe = ? AND openTimeMs >= ? AND openTimeMs < ? ORDER BY openTimeMs LIMIT ${CANDLES_PER_READ}`;

const COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;

function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The candles of the data folder. */
export function candleReader(file: ReadFile): Pick<CandleStore, 'read' | 'list'> {
  return {
    read: async ({ pair, timeframe, fromMs, toMs }) => {
      const parts: (readonly (readonly SQLOutputValue[])[])[] = [];
      for (let next = Math.ceil(fromMs); ; await turnOfOthers()) {
        const rows = file.tuples(CANDLES, pair, timeframe, next, Math.ceil(toMs));
        parts.push(rows);
        if (rows.length < CANDLES_PER_READ) break;
        next = Number(rows.at(-1)?.[0]) + 1;
      }
      const rows = parts.flat();
      const candles = emptyCandles(pair, timeframe, rows.length);
      rows.forEach((row, index) => {
        COLUMNS.forEach((name, column) => {
          candles[name][index] = row[column] === null ? Number.NaN : Number(row[column]);
        });
      });
      return candles;
    },
    list: async () =>
      file
        .rows('SELECT DISTINCT pair, timeframe FROM candles ORDER BY pair, timeframe')
        .map((row) => ({ pair: row.pair as string, timeframe: row.timeframe as string }))
        .filter(({ pair, timeframe }) => isPair(pair) && timeframeMs(timeframe) !== undefined),
  };
}

/** `count` candles of zeros in shared memory. */
export function emptyCandles(pair: string, timeframe: string, count: number): Candles {
  const column = () => new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
  const prices = { open: column(), high: column(), low: column(), close: column() };
  return {
    pair,
    timeframe,
    timeframeMs: timeframeMs(timeframe) ?? 0,
    openTimeMs: column(),
    ...prices,
    volume: column(),
  };
}

const ENTRIES = 'SELECT timeMs, side FROM entries WHERE pair = ? AND timeMs >= ? AND timeMs < ?';
const FORWARDED = `SELECT windowClosesAtMs AS timeMs, side FROM decisions
  WHERE pair = ? AND windowClosesAtMs >= ? AND windowClosesAtMs < ? AND outcome = 'FORWARDED'`;

/** Historical entries of the data folder together with the decisions that were forwarded. */
export function entryReader(candles: ReadFile, worker: ReadFile): Pick<EntryStore, 'read'> {
  return {
    read: async ({ pair, fromMs, toMs }) => {
      const span = [pair, Math.ceil(fromMs), Math.ceil(toMs)] as const;
      const rows = [...candles.rows(ENTRIES, ...span), ...worker.rows(FORWARDED, ...span)];
      return orderedEntries(
        rows.map((row) => ({ timeMs: row.timeMs as number, side: row.side as HistoricalSignal['side'] })),
      );
    },
  };
}

/** Ascending, LONG before SHORT, each (time, side) once. */
export function orderedEntries(signals: readonly HistoricalSignal[]): readonly HistoricalSignal[] {
  const known = new Map(signals.map((signal) => [`${signal.timeMs} ${signal.side}`, signal]));
  return [...known.values()].sort((a, b) => a.timeMs - b.timeMs || (a.side < b.side ? -1 : 1));
}
