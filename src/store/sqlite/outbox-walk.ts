// The source rows of a file as lines for the hub, in an order that a cursor can go on from: for what an outbox had no room for, for a hub that lost what
// it had, and for copying an embedded hub. The lines are those the outbox would have held, so a row sent twice is one point.

import type { HubNames } from '#store/influx/bucket-names.ts';
import { decisionLine } from '#store/influx/decision-lines.ts';
import { paramsLine } from '#store/influx/params-lines.ts';
import { signalLine } from '#store/influx/signal-lines.ts';
import { tradeLine } from '#store/influx/trade-lines.ts';
import { decisionOf } from './decision-rows.ts';
import { UNFINISHED } from './forgetting.ts';
import type { PlaceName, WalkCursor } from './outbox-table.ts';
import { recordOf } from './param-reader.ts';
import { type Row, signalOf } from './signal-rows.ts';
import { tradeOf } from './trade-rows.ts';

/** Whose rows are walked over. */
export type WalkKind = 'gateway' | 'worker' | 'trades' | 'params';
/** told: rows the hub was told of, or should have been; all: every row that may be in it. */
export type WalkScope = 'told' | 'all';

/** How a file's rows are walked: `sql` takes (at, id, limit) and gives walkAt and walkId; `total` counts all rows of the scope. */
export interface Walk {
  readonly sql: string;
  readonly total: string;
  readonly placeOf: (row: Row) => PlaceName;
  readonly lineOf: (row: Row, names: HubNames) => string;
}

const END_STAYS = `outcome <> 'PENDING' AND (outcome = 'FORWARDED' OR NOT EXISTS
  (SELECT 1 FROM deliveries WHERE decisionId = decisions.id AND ${UNFINISHED}))`;
const TRADE_ID = 'json_array(bot, tradeId, pair, openedAtMs)';
const SIDED = 'json_array(pair, side)';

/** The walk over the rows of `kind` in `scope`. */
export function walkOf(kind: WalkKind, scope: WalkScope): Walk {
  const told = scope === 'told' ? 'told = 1' : 'TRUE';
  switch (kind) {
    case 'gateway':
      return {
        sql: "SELECT *, seq AS walkAt, '' AS walkId FROM signals WHERE seq > ?1 AND ?2 = ?2 ORDER BY seq LIMIT ?3",
        total: 'SELECT count(*) AS n FROM signals',
        placeOf: () => 'signals',
        lineOf: (row, { signals }) => signalLine(signalOf(row), signals.measurement),
      };
    case 'worker': {
      const ended = scope === 'told' ? told : END_STAYS;
      return {
        sql: `SELECT *, windowClosesAtMs AS walkAt, id AS walkId FROM decisions INDEXED BY decisionsByClose
          WHERE (windowClosesAtMs, id) > (?1, ?2) AND ${ended} ORDER BY windowClosesAtMs, id LIMIT ?3`,
        total: `SELECT count(*) AS n FROM decisions WHERE ${ended}`,
        placeOf: () => 'decisions',
        lineOf: (row, { decisions }) => decisionLine(decisionOf(row), decisions.measurement),
      };
    }
    case 'trades':
      return {
        sql: `SELECT *, closedAtMs AS walkAt, ${TRADE_ID} AS walkId FROM trades INDEXED BY tradesByClose
          WHERE closedAtMs >= ?1 AND (closedAtMs > ?1 OR ${TRADE_ID} > ?2) AND ${told} ORDER BY closedAtMs, ${TRADE_ID} LIMIT ?3`,
        total: `SELECT count(*) AS n FROM trades WHERE ${told}`,
        placeOf: () => 'trades',
        lineOf: (row, { trades }) => tradeLine(tradeOf(row), trades.measurement),
      };
    case 'params':
      return {
        sql: `SELECT *, 0 AS walkAt, ${SIDED} AS walkId FROM params
          WHERE ?1 = ?1 AND ${SIDED} > ?2 AND ${told} ORDER BY ${SIDED} LIMIT ?3`,
        total: `SELECT count(*) AS n FROM params WHERE ${told}`,
        placeOf: (row) => (row.side === '' ? 'params' : 'paramsBySide'),
        lineOf: (row, names) => paramsLine(recordOf(row), names),
      };
  }
}

/** The place of a row of a walk. */
export function cursorOf(row: Row): WalkCursor {
  return { at: row.walkAt as number, id: row.walkId as string };
}
