// The source rows of a file as lines for the hub, in an order that a cursor can go on from: for what an outbox had no room for, for a hub that lost what
// it had, and for copying an embedded hub. The lines are those the outbox would have held, so a row sent twice is one point.

import { Fault } from '#domain/fault.ts';
import type { Side } from '#domain/market.ts';
import type { HubNames } from '#store/influx/bucket-names.ts';
import { candleLine, type OneCandle } from '#store/influx/candle-lines.ts';
import { decisionLine } from '#store/influx/decision-lines.ts';
import { entryLine } from '#store/influx/entry-lines.ts';
import { paramsLine } from '#store/influx/params-lines.ts';
import { signalLine } from '#store/influx/signal-lines.ts';
import { supersededLine, tradeLine } from '#store/influx/trade-lines.ts';
import { decisionOf } from './decision-rows.ts';
import { UNFINISHED } from './forgetting.ts';
import { type PlaceName, WALK_START, type WalkCursor } from './outbox-table.ts';
import { recordOf } from './param-reader.ts';
import type { ReadFile } from './read-file.ts';
import { type Row, signalOf } from './signal-rows.ts';
import { leftPointOf, tradeOf } from './trade-rows.ts';

/** Whose rows are walked over. */
export type WalkKind = 'gateway' | 'worker' | 'trades' | 'params' | 'candles' | 'imports';
/** told: rows the hub was told of, or should have been; all: every row that may be in it. */
export type WalkScope = 'told' | 'all';

/** A line and where in the hub it belongs. */
export interface PlacedLine {
  readonly place: PlaceName;
  readonly line: string;
}

/** Source rows as lines. `unwritable`: what no line can say, in words. `to`: the place after them; null when none were left. */
export interface Walked {
  readonly lines: readonly PlacedLine[];
  readonly unwritable: readonly { readonly place: PlaceName; readonly words: string }[];
  readonly to: WalkCursor | null;
}

/** How a file's rows are walked: `sql` takes (at, id, limit) and gives walkAt and walkId, as does `next`, the rows after all of those; `total` counts all rows of the scope. */
interface Walk {
  readonly sql: string;
  readonly next?: string;
  readonly total: string;
  readonly placeOf: (row: Row) => PlaceName;
  readonly lineOf: (row: Row, names: HubNames) => string;
}

const END_STAYS = `outcome <> 'PENDING' AND (outcome = 'FORWARDED' OR NOT EXISTS
  (SELECT 1 FROM deliveries WHERE decisionId = decisions.id AND ${UNFINISHED}))`;
const TRADE_ID = 'json_array(bot, tradeId, pair, openedAtMs)';
const LEFT_ID = 'json_array(nano, pair, bin)';
const SIDED = 'json_array(pair, side)';

/** What begins the walkId of rows that are walked over next. */
const NEXT = '~';
/** The n-th name in a cursor's id, a JSON array; empty at the start. */
const nameIn = (index: number) => `json_extract(iif(?2 = '', '["",""]', ?2), '$[${index}]')`;
const CANDLES = `SELECT *, NULL AS side, openTimeMs AS walkAt, json_array(pair, timeframe) AS walkId FROM candles
  WHERE (pair, timeframe, openTimeMs) > (${nameIn(0)}, ${nameIn(1)}, ?1) ORDER BY pair, timeframe, openTimeMs LIMIT ?3`;
const ENTRIES = `SELECT *, timeMs AS walkAt, '${NEXT}' || json_array(pair, side) AS walkId FROM entries
  WHERE (pair, timeMs, side) > (${nameIn(0)}, ?1, ${nameIn(1)}) ORDER BY pair, timeMs, side LIMIT ?3`;

/** The walk over the rows of `kind` in `scope`. */
function walkOf(kind: WalkKind, scope: WalkScope): Walk {
  const told = scope === 'told' ? 'told = 1' : 'TRUE';
  switch (kind) {
    case 'gateway':
      return {
        sql: "SELECT *, seq AS walkAt, '' AS walkId FROM signals WHERE seq > ?1 AND ?2 = ?2 ORDER BY seq LIMIT ?3",
        total: 'SELECT count(*) AS n FROM signals',
        placeOf: () => 'signals',
        lineOf: (row, { signals }) =>
          signalLine(signalOf(row), signals.measurement, (row.nano ?? undefined) as number | undefined),
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
        sql: `SELECT * FROM (SELECT bot, tradeId, pair, openedAtMs, closedAtMs, side, leverage, profitPct, stopLossPct, takeProfitPct, enterTag,
            exitReason, nano, NULL AS bin, closedAtMs AS walkAt, ${TRADE_ID} AS walkId FROM trades INDEXED BY tradesByClose
            WHERE closedAtMs >= ?1 AND (closedAtMs > ?1 OR ${TRADE_ID} > ?2) AND ${told} ORDER BY closedAtMs, ${TRADE_ID} LIMIT ?3)
          UNION ALL SELECT * FROM (SELECT NULL, NULL, pair, NULL, closedAtMs, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, nano, bin, closedAtMs, ${LEFT_ID} FROM leftPoints
            WHERE closedAtMs >= ?1 AND (closedAtMs > ?1 OR ${LEFT_ID} > ?2) AND ${told} ORDER BY closedAtMs, ${LEFT_ID} LIMIT ?3)
          ORDER BY walkAt, walkId LIMIT ?3`,
        total: `SELECT (SELECT count(*) FROM trades WHERE ${told}) + (SELECT count(*) FROM leftPoints WHERE ${told}) AS n`,
        placeOf: () => 'trades',
        lineOf: (row, { trades }) =>
          row.bin === null
            ? tradeLine(tradeOf(row), trades.measurement, row.nano as number)
            : supersededLine(leftPointOf(row), trades.measurement),
      };
    case 'params':
      return {
        sql: `SELECT *, 0 AS walkAt, ${SIDED} AS walkId FROM params
          WHERE ?1 = ?1 AND ${SIDED} > ?2 AND ${told} ORDER BY ${SIDED} LIMIT ?3`,
        total: `SELECT count(*) AS n FROM params WHERE ${told}`,
        placeOf: (row) => (row.side === '' ? 'params' : 'paramsBySide'),
        lineOf: (row, names) => paramsLine(recordOf(row), names),
      };
    case 'candles':
      return {
        sql: CANDLES,
        total: 'SELECT count(*) AS n FROM candles',
        placeOf: () => 'candles',
        lineOf: (row, { candles }) => candleLine(candleOf(row), seriesOf(row), candles.measurement),
      };
    case 'imports':
      return {
        sql: CANDLES,
        next: ENTRIES,
        total: 'SELECT (SELECT count(*) FROM candles) + (SELECT count(*) FROM entries) AS n',
        placeOf: ({ side }) => (side === null ? 'candles' : side === 'LONG' ? 'longEntries' : 'shortEntries'),
        lineOf: (row, names) => {
          const { side } = row;
          if (side === null) return candleLine(candleOf(row), seriesOf(row), names.candles.measurement);
          const entry = { timeMs: row.timeMs as number, side: side as Side };
          const { measurement } = entry.side === 'LONG' ? names.longEntries : names.shortEntries;
          return entryLine(row.pair as string, entry, measurement);
        },
      };
  }
}

function candleOf(row: Row): OneCandle {
  return {
    openTimeMs: row.openTimeMs as number,
    open: row.open as number,
    high: row.high as number,
    low: row.low as number,
    close: row.close as number,
    volume: row.volume as number | null,
  };
}

function seriesOf(row: Row): { readonly pair: string; readonly timeframe: string } {
  return { pair: row.pair as string, timeframe: row.timeframe as string };
}

/** The source rows of `kind` after `from`, at most `limit`, as lines for the places of `names`. */
export function walkOver(
  file: ReadFile,
  { kind, scope, names }: { readonly kind: WalkKind; readonly scope: WalkScope; readonly names: HubNames },
  { from, limit }: { readonly from: WalkCursor; readonly limit: number },
): Walked {
  const { sql, next, placeOf, lineOf } = walkOf(kind, scope);
  const isNext = from.id.startsWith(NEXT);
  const rows = isNext ? [] : [...file.rows(sql, from.at, from.id, limit)];
  if (next !== undefined && rows.length < limit) {
    const { at, id } = isNext ? { at: from.at, id: from.id.slice(NEXT.length) } : WALK_START;
    rows.push(...file.rows(next, at, id, limit - rows.length));
  }
  const lines: PlacedLine[] = [];
  const unwritable: { place: PlaceName; words: string }[] = [];
  for (const row of rows) {
    const place = placeOf(row);
    try {
      lines.push({ place, line: lineOf(row, names) });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      unwritable.push({ place, words: `${error.message} (${JSON.stringify(row)})` });
    }
  }
  const last = rows.at(-1);
  return { lines, unwritable, to: last === undefined ? null : cursorOf(last) };
}

/** How many source rows of `kind` there are in `scope`. */
export function walkTotal(file: ReadFile, kind: WalkKind, scope: WalkScope): number {
  return Number(file.rows(walkOf(kind, scope).total)[0]?.n ?? 0);
}

/** The place of a row of a walk. */
function cursorOf(row: Row): WalkCursor {
  return { at: row.walkAt as number, id: row.walkId as string };
}
