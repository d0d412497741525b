// Which signal is one that was sent before: by the key of its credential, else by source, pair, side and sending time. The writer asks before it
// appends, readers ask for signals too old to be appended; both get the same answer.
import type { SQLInputValue } from 'node:sqlite';
import type { NewSignal } from '#domain/signal.ts';
import type { AppendResult } from '../store.ts';
import { type Row, signalOf } from './signal-rows.ts';

export const BY_KEY = 'SELECT * FROM signals WHERE credential = ? AND idempotencyKey = ?';
export const BY_SENDING = 'SELECT * FROM signals WHERE source = ? AND pair = ? AND side = ? AND sentAtMs = ?';

/** The first row of one of the two statements. */
export type FindSignal = (
  sql: typeof BY_KEY | typeof BY_SENDING,
  ...values: readonly SQLInputValue[]
) => Row | undefined;

/** The signal that `signal` repeats, as `append` answers it; undefined for a new one. `digest` is its content hash. */
export function firstOf(signal: NewSignal, digest: string, find: FindSignal): AppendResult | undefined {
  const { credential, idempotencyKey, source, pair, side, sentAtMs } = signal;
  const sameKey = idempotencyKey === null ? undefined : find(BY_KEY, credential, idempotencyKey);
  if (sameKey !== undefined) {
    return { kind: sameKey.contentHash === digest ? 'duplicate' : 'conflict', signal: signalOf(sameKey) };
  }
  if (sentAtMs === null) return undefined;
  const sameSending = find(BY_SENDING, source, pair, side, sentAtMs);
  return sameSending === undefined ? undefined : { kind: 'duplicate', signal: signalOf(sameSending) };
}
