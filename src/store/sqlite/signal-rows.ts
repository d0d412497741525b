// A signal as a row of gateway.db and back. Reading and writing know the columns from here alone.
import { hash } from 'node:crypto';
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { NewSignal, Signal, SignalContent, Window } from '#domain/signal.ts';

export type Row = Record<string, SQLOutputValue>;

export const INSERT_SIGNAL = `INSERT INTO signals (id, credential, idempotencyKey, contentHash, receivedAtMs, windowOpenedAtMs,
  windowClosesAtMs, pair, side, source, confidenceE4, confidenceDefaulted, leverage, enterTag, profitPct, safetyPct, sentAtMs, extras)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The values of INSERT_SIGNAL. */
export function signalValues(
  signal: NewSignal,
  stamp: { readonly receivedAtMs: number; readonly window: Window; readonly contentHash: string },
): SQLInputValue[] {
  return [
    signal.id,
    signal.credential,
    signal.idempotencyKey,
    stamp.contentHash,
    stamp.receivedAtMs,
    stamp.window.openedAtMs,
    stamp.window.closesAtMs,
    signal.pair,
    signal.side,
    signal.source,
    signal.confidenceE4,
    signal.confidenceDefaulted ? 1 : 0,
    signal.leverage,
    signal.enterTag,
    signal.profitPct,
    signal.safetyPct,
    signal.sentAtMs,
    signal.extras === null ? null : JSON.stringify(signal.extras),
  ];
}

/** The signal just inserted under `seq`. */
export function journaled(
  signal: NewSignal,
  stamp: { readonly seq: number; readonly receivedAtMs: number; readonly window: Window },
): Signal {
  const { idempotencyKey: _key, windowMs: _windowMs, ...kept } = signal;
  return { ...kept, seq: stamp.seq, receivedAtMs: stamp.receivedAtMs, window: stamp.window };
}

/** The signal of a row of `SELECT * FROM signals`. */
export function signalOf(row: Row): Signal {
  return {
    seq: row.seq as number,
    id: row.id as string,
    credential: row.credential as string,
    receivedAtMs: row.receivedAtMs as number,
    window: { openedAtMs: row.windowOpenedAtMs as number, closesAtMs: row.windowClosesAtMs as number },
    pair: row.pair as string,
    side: row.side as Signal['side'],
    source: row.source as string,
    confidenceE4: row.confidenceE4 as number,
    confidenceDefaulted: row.confidenceDefaulted === 1,
    leverage: row.leverage as number | null,
    enterTag: row.enterTag as string | null,
    profitPct: row.profitPct as number | null,
    safetyPct: row.safetyPct as number | null,
    sentAtMs: row.sentAtMs as number | null,
    extras: row.extras === null ? null : (JSON.parse(row.extras as string) as Signal['extras']),
  };
}

/** A digest of what the signal says: equal for equal contents, whatever the order of the keys in `extras`. */
export function contentHash(signal: SignalContent): string {
  const { pair, side, source, confidenceE4, confidenceDefaulted, leverage, enterTag, profitPct, safetyPct, sentAtMs } =
    signal;
  const told = [
    pair,
    side,
    source,
    confidenceE4,
    confidenceDefaulted,
    leverage,
    enterTag,
    profitPct,
    safetyPct,
    sentAtMs,
  ];
  return hash('sha256', JSON.stringify([...told, ordered(signal.extras)]), 'base64url');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([key, inner]): [string, unknown] => [key, ordered(inner)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
