// Which point of the hub each closed trade is. A trade takes the nanosecond that is the hash of its identity, or the next that no other trade of this file
// holds or ever held in the same millisecond, pair and bin; it keeps it, so that every way into the hub writes the very same point.
import type { DatabaseSync } from 'node:sqlite';
import type { ClosedTrade } from '#domain/trade.ts';
import { NANOS } from '#store/influx/line-protocol.ts';
import { binTag, firstNano, type TradePoint } from '#store/influx/trade-lines.ts';
import type { Row } from './signal-rows.ts';
import { tradeOf } from './trade-rows.ts';

/** A column for the nanosecond, and the points that trades have left: `bin` is '' where the point has no such tag. */
export const TRADE_POINTS = `
ALTER TABLE trades ADD COLUMN nano INTEGER;
CREATE INDEX tradesByPoint ON trades (closedAtMs, nano);
CREATE TABLE leftPoints (
  closedAtMs INTEGER NOT NULL,
  nano INTEGER NOT NULL,
  pair TEXT NOT NULL,
  bin TEXT NOT NULL,
  told INTEGER,
  PRIMARY KEY (closedAtMs, nano, pair, bin)
) STRICT, WITHOUT ROWID;
`;

export interface TradePoints {
  /** The nanosecond of `trade`, were it recorded as a new one now. */
  free(trade: ClosedTrade): number;
  /** Remembers that no trade is at `point` any more; `told`: the hub is to be told so. */
  leave(point: TradePoint, told: 1 | null): void;
}

export function tradePoints(db: DatabaseSync): TradePoints {
  const holders = db.prepare('SELECT pair, leverage FROM trades WHERE closedAtMs = ? AND nano = ?');
  const left = db.prepare('SELECT 1 FROM leftPoints WHERE closedAtMs = ? AND nano = ? AND pair = ? AND bin = ?');
  const leave = db.prepare(
    `INSERT INTO leftPoints (closedAtMs, nano, pair, bin, told) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET told = coalesce(excluded.told, told)`,
  );
  const isTaken = ({ closedAtMs, pair, leverage }: ClosedTrade, nano: number): boolean => {
    const bin = binTag(leverage);
    const isSame = (row: Row) => row.pair === pair && binTag(row.leverage as number) === bin;
    return holders.all(closedAtMs, nano).some(isSame) || left.get(closedAtMs, nano, pair, bin ?? '') !== undefined;
  };
  return {
    free: (trade) => {
      const first = firstNano(trade);
      for (let step = 0; step < NANOS; step += 1) {
        const nano = (first + step) % NANOS;
        if (!isTaken(trade, nano)) return nano;
      }
      throw new Error(`a million trades of ${trade.pair} were closed at ${trade.closedAtMs}`);
    },
    leave: ({ closedAtMs, nano, pair, bin }, told) => {
      leave.run(closedAtMs, nano, pair, bin ?? '', told);
    },
  };
}

/**
 * Gives a nanosecond to every trade of a file that knew none. Where several had been written to one point nobody knows whose figures stand there: the point
 * is left, all of them get another one, and what the hub was told is sent again from there on.
 */
export function numberTrades(db: DatabaseSync): void {
  const { free, leave } = tradePoints(db);
  db.function('firstTradeNano', { deterministic: true }, (bot, tradeId, openedAtMs) =>
    firstNano({ bot: String(bot), tradeId: String(tradeId), openedAtMs: Number(openedAtMs) }),
  );
  db.exec('UPDATE trades SET nano = firstTradeNano(bot, tradeId, openedAtMs)');
  const shared = db
    .prepare(
      `SELECT * FROM trades WHERE (closedAtMs, nano) IN (SELECT closedAtMs, nano FROM trades GROUP BY closedAtMs, nano HAVING count(*) > 1)
        ORDER BY bot, tradeId, pair, openedAtMs`,
    )
    .all();
  const move = db.prepare('UPDATE trades SET nano = ? WHERE bot = ? AND tradeId = ? AND pair = ? AND openedAtMs = ?');
  const resend = db.prepare(
    `UPDATE outboxState SET walkSkips = walkSkips + 1, walkId = CASE WHEN walkAt <= ?1 THEN walkId ELSE '' END,
      walkAt = min(coalesce(walkAt, ?1), ?1)`,
  );
  const byPoint = Map.groupBy(shared, (row) => JSON.stringify([row.closedAtMs, row.nano, row.pair, tagOf(row)]));
  for (const rows of byPoint.values()) {
    const [first] = rows;
    if (first === undefined || rows.length < 2) continue;
    const told = rows.some((row) => row.told === 1) ? 1 : null;
    leave({ ...tradeOf(first), bin: tagOf(first), nano: first.nano as number }, told);
    for (const row of rows) {
      const trade = tradeOf(row);
      const { bot, tradeId, pair, openedAtMs } = trade;
      move.run(free(trade), bot, tradeId, pair, openedAtMs);
    }
    if (told === 1) resend.run((first.closedAtMs as number) - 1);
  }
}

function tagOf(row: Row): string | null {
  return binTag(row.leverage as number);
}
