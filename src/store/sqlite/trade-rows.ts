// A closed trade as a row of hub/trades.db, and a point that one has left, read back.
import type { ClosedTrade } from '#domain/trade.ts';
import type { TradePoint } from '#store/influx/trade-lines.ts';
import type { Row } from './signal-rows.ts';

/** The trade of a row of `SELECT * FROM trades`. */
export function tradeOf(row: Row): ClosedTrade {
  return {
    bot: row.bot as string,
    tradeId: row.tradeId as string,
    pair: row.pair as string,
    side: row.side as ClosedTrade['side'],
    leverage: row.leverage as number,
    profitPct: row.profitPct as number,
    stopLossPct: row.stopLossPct as number | null,
    takeProfitPct: row.takeProfitPct as number | null,
    openedAtMs: row.openedAtMs as number,
    closedAtMs: row.closedAtMs as number,
    enterTag: row.enterTag as string | null,
    exitReason: row.exitReason as string | null,
  };
}

/** The point of a row of `SELECT * FROM leftPoints`. */
export function leftPointOf(row: Row): TradePoint {
  return {
    pair: row.pair as string,
    bin: row.bin === '' ? null : (row.bin as string),
    closedAtMs: row.closedAtMs as number,
    nano: row.nano as number,
  };
}
