// The files that have an outbox, what each holds, and where in the hub that belongs.
import type { OutboxHolds } from '#store/outbox.ts';
import type { PlaceName } from '#store/sqlite/outbox-table.ts';

/** Files with an outbox. */
export type OutboxKind = 'gateway' | 'worker' | 'trades' | 'params' | 'imports';

/** What the outbox of each file holds. */
export const HOLDS: Readonly<Record<OutboxKind, OutboxHolds>> = {
  gateway: 'signals',
  worker: 'decisions',
  trades: 'trades',
  params: 'params',
  imports: 'imports',
};

/** The places that a file's lines belong to; the first one names it. */
export const PLACES: Readonly<Record<OutboxKind, readonly [PlaceName, ...PlaceName[]]>> = {
  gateway: ['signals'],
  worker: ['decisions'],
  trades: ['trades'],
  params: ['params', 'paramsBySide'],
  imports: ['candles', 'longEntries', 'shortEntries'],
};
