// Places signals on candles: where would each opinion have become an entry? An entry never uses a candle that opened before its signal was known.
import type { Candles, HistoricalSignal, Side } from '#domain/market.ts';
import type { EntryReport } from '#domain/study.ts';

/** Entries as columns of equal length, ascending by candle; entries of one candle stay in the order of their signals. */
export interface Entries {
  /** Index of the candle whose open is the entry. Never the last candle. */
  readonly candle: Int32Array;
  /** 1 for SHORT, 0 for LONG. */
  readonly short: Uint8Array;
  /** When the signal was known, epoch ms. */
  readonly signalAtMs: Float64Array;
}

export interface PlacedEntries {
  readonly entries: Entries;
  readonly report: EntryReport;
}

/**
 * Each of `signals` enters at the open of the first candle at or after it, at most one timeframe later (exactly one is allowed). Without such a
 * candle, or when it is the last one, the signal is skipped and counted. `side` keeps the signals of one side only (null: both).
 * The report's `count`, `long` and `short` are of all signals of the side, skipped ones included.
 */
export function placeSignals(
  candles: Candles,
  signals: readonly HistoricalSignal[],
  choice: { readonly side: Side | null; readonly source: 'file' | 'hub' },
): PlacedEntries {
  const wanted = choice.side === null ? signals : signals.filter((signal) => signal.side === choice.side);
  const last = candles.openTimeMs.length - 1;
  const placed: { candle: number; signal: HistoricalSignal }[] = [];
  for (const signal of wanted) {
    const candle = firstAtOrAfter(candles.openTimeMs, signal.timeMs);
    if (candle >= last || (candles.openTimeMs[candle] as number) - signal.timeMs > candles.timeframeMs) continue;
    placed.push({ candle, signal });
  }
  placed.sort((a, b) => a.candle - b.candle);
  const long = wanted.filter((signal) => signal.side === 'LONG').length;
  return {
    entries: {
      candle: Int32Array.from(placed, (entry) => entry.candle),
      short: Uint8Array.from(placed, (entry) => (entry.signal.side === 'SHORT' ? 1 : 0)),
      signalAtMs: Float64Array.from(placed, (entry) => entry.signal.timeMs),
    },
    report: {
      count: wanted.length,
      long,
      short: wanted.length - long,
      skipped: wanted.length - placed.length,
      source: choice.source,
    },
  };
}

/** Without signals: one long and one short (or one of `side`) at every candle but the last, long first. */
export function everyCandle(candles: Candles, side: Side | null): PlacedEntries {
  const sides = side === null ? [0, 1] : [side === 'SHORT' ? 1 : 0];
  const places = Math.max(0, candles.openTimeMs.length - 1);
  const count = places * sides.length;
  const entries: Entries = {
    candle: new Int32Array(count),
    short: new Uint8Array(count),
    signalAtMs: new Float64Array(count),
  };
  for (let index = 0; index < count; index += 1) {
    const candle = Math.floor(index / sides.length);
    entries.candle[index] = candle;
    entries.short[index] = sides[index % sides.length] as number;
    entries.signalAtMs[index] = candles.openTimeMs[candle] as number;
  }
  const long = side === 'SHORT' ? 0 : places;
  return { entries, report: { count, long, short: count - long, skipped: 0, source: 'every_candle' } };
}

/** Index of the first of ascending `times` that is >= `timeMs` (in any unit); their number when there is none. */
export function firstAtOrAfter(times: Float64Array | Int32Array, timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
