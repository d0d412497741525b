// Sets of simulated trades and their entries: the part of a range, and several parts joined.
import type { Entries } from './entries.ts';
import type { TradeColumns } from './metrics.ts';

/** Entries from <= index < to, without copying. */
export function entriesWithin(entries: Entries, from: number, to: number): Entries {
  return {
    candle: entries.candle.subarray(from, to),
    short: entries.short.subarray(from, to),
    signalAtMs: entries.signalAtMs.subarray(from, to),
  };
}

/** The entries of `parts` in their order. */
export function joinEntries(parts: readonly Entries[]): Entries {
  return {
    candle: Int32Array.from(parts.flatMap((part) => [...part.candle])),
    short: Uint8Array.from(parts.flatMap((part) => [...part.short])),
    signalAtMs: Float64Array.from(parts.flatMap((part) => [...part.signalAtMs])),
  };
}

/** The trades of `parts` in their order. */
export function joinTrades(parts: readonly TradeColumns[]): TradeColumns {
  return {
    profit: Float64Array.from(parts.flatMap((part) => [...part.profit])),
    entryCandle: Int32Array.from(parts.flatMap((part) => [...part.entryCandle])),
    exitCandle: Int32Array.from(parts.flatMap((part) => [...part.exitCandle])),
    reason: Uint8Array.from(parts.flatMap((part) => [...part.reason])),
  };
}
