// Single closed trades of hub/trades.db, looked up by their identity.
import type { ClosedTrade } from '#domain/trade.ts';
import type { RecordedTrades } from '../hub.ts';
import type { ReadFile } from './read-file.ts';
import { tradeOf } from './trade-rows.ts';

type Key = Parameters<RecordedTrades['byKeys']>[0][number];

/** Keys in one question: a millisecond or two of the calling thread. */
const KEYS = 500;
const BY_KEYS = `SELECT asked.key AS place, trades.* FROM json_each(?) AS asked CROSS JOIN trades
  WHERE bot = asked.value ->> 0 AND tradeId = asked.value ->> 1 AND pair = asked.value ->> 2 AND openedAtMs = asked.value ->> 3`;

/** Trades in `trades`, the file of that kind. */
export function recordedReader(trades: ReadFile): RecordedTrades {
  return {
    byKeys: async (keys) => {
      const found = keys.map((): ClosedTrade | undefined => undefined);
      for (let from = 0; from < keys.length; from += KEYS) {
        const asked = JSON.stringify(keys.slice(from, from + KEYS).map(keyOf));
        for (const row of trades.rows(BY_KEYS, asked)) found[from + Number(row.place)] = tradeOf(row);
      }
      return found;
    },
  };
}

function keyOf({ bot, tradeId, pair, openedAtMs }: Key): readonly unknown[] {
  return [bot, tradeId, pair, openedAtMs];
}
