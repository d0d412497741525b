// The rows of the configuration table that bound what may wait for the shared hub.
import { number } from './config-kind.ts';
import type { Table } from './config-table.ts';

export const OUTBOX_ROWS = {
  outboxRows: {
    env: null,
    kind: number({ min: 1, max: 100_000_000, whole: true }),
    fallback: '1000000',
    meaning:
      'Rows of one kind (signals, decisions, trades, levels, imports) that may wait for the InfluxDB; then trades, levels and imports are refused, see docs/hub.md.',
  },
  outboxMb: {
    env: null,
    kind: number({ above: 0, max: 1_000_000 }),
    fallback: '1000',
    meaning: 'The same bound in megabytes of text.',
  },
  outboxDays: {
    env: null,
    kind: number({ above: 0, max: 36_500 }),
    fallback: '14',
    meaning: 'The same bound in days that the oldest of them may have waited.',
  },
} as const satisfies Partial<Table>;

const DAY_MS = 86_400_000;

/** The bounds as the store takes them. */
export function outboxBounds(settings: {
  readonly outboxRows: number;
  readonly outboxMb: number;
  readonly outboxDays: number;
}): { readonly rows: number; readonly bytes: number; readonly ageMs: number } {
  const { outboxRows, outboxMb, outboxDays } = settings;
  return { rows: outboxRows, bytes: outboxMb * 1_000_000, ageMs: outboxDays * DAY_MS };
}
