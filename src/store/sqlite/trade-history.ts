// The closed trades of hub/trades.db in the order of their closing, a few hundred at a time so that others have their turn.
import type { ClosedTrade } from '#domain/trade.ts';
import type { TradeHistory } from '../hub.ts';
import type { ReadFile } from './read-file.ts';
import { tradeOf } from './trade-rows.ts';

const ROWS = 1_000;
const WITHIN = `SELECT * FROM trades WHERE closedAtMs >= ?1 AND closedAtMs < ?2
  AND (closedAtMs, bot, tradeId, pair, openedAtMs) > (?3, ?4, ?5, ?6, ?7)
  ORDER BY closedAtMs, bot, tradeId, pair, openedAtMs LIMIT ${ROWS}`;

/** Trades in `trades`, the file of that kind. */
export function tradeHistory(trades: ReadFile): TradeHistory {
  return {
    within: async ({ fromMs, toMs }) => {
      const found: ClosedTrade[] = [];
      let last: ClosedTrade | undefined;
      for (;;) {
        const after = [
          last?.closedAtMs ?? -1,
          last?.bot ?? '',
          last?.tradeId ?? '',
          last?.pair ?? '',
          last?.openedAtMs ?? 0,
        ];
        const rows = trades.rows(WITHIN, last?.closedAtMs ?? Math.ceil(fromMs), Math.ceil(toMs), ...after);
        found.push(...rows.map(tradeOf));
        last = found.at(-1);
        if (rows.length < ROWS) return found;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    },
  };
}
