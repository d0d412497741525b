// What writer threads do to the embedded hub: the gateway's records closed trades, the worker's publishes levels.
import type { DatabaseSync } from 'node:sqlite';
import type { ParamRecord } from '#domain/exit-params.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import type { FileWriter } from './group-commit.ts';

export function tradesWriter(db: DatabaseSync) {
  const known = db.prepare('SELECT 1 FROM trades WHERE bot = ? AND tradeId = ? AND pair = ? AND openedAtMs = ?');
  const replace =
    db.prepare(`INSERT OR REPLACE INTO trades (bot, tradeId, pair, openedAtMs, closedAtMs, side, leverage, profitPct,
    stopLossPct, takeProfitPct, enterTag, exitReason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const record = (trade: ClosedTrade): boolean => {
    const { bot, tradeId, pair, openedAtMs } = trade;
    const duplicate = known.get(bot, tradeId, pair, openedAtMs) !== undefined;
    const { closedAtMs, side, leverage, profitPct, stopLossPct, takeProfitPct, enterTag, exitReason } = trade;
    const figures = [leverage, profitPct, stopLossPct, takeProfitPct, enterTag, exitReason];
    replace.run(bot, tradeId, pair, openedAtMs, closedAtMs, side, ...figures);
    return duplicate;
  };
  return {
    kind: 'trades',
    db,
    operations: {
      recordTrades: (trades: readonly ClosedTrade[]): { readonly recorded: number; readonly duplicates: number } => {
        const duplicates = trades.filter(record).length;
        return { recorded: trades.length - duplicates, duplicates };
      },
    },
  } satisfies FileWriter;
}

/** `side` of a record for both sides, as a row keeps it: keys hold no NULL. */
const BOTH = '';

export function paramsWriter(db: DatabaseSync) {
  const publish =
    db.prepare(`INSERT INTO params (pair, side, atMs, stopLossPct, takeProfitPct, winRate, profitFactor, totalTrades, validated,
      studyId, pbo, oosProfitFactor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (pair, side) DO UPDATE SET atMs = excluded.atMs, stopLossPct = excluded.stopLossPct, takeProfitPct = excluded.takeProfitPct,
      winRate = excluded.winRate, profitFactor = excluded.profitFactor, totalTrades = excluded.totalTrades, validated = excluded.validated,
      studyId = excluded.studyId, pbo = excluded.pbo, oosProfitFactor = excluded.oosProfitFactor
    WHERE excluded.atMs >= params.atMs`);
  return {
    kind: 'params',
    db,
    operations: {
      publish: (record: ParamRecord): void => {
        const { pair, side, atMs, stopLossPct, takeProfitPct, winRate, profitFactor, totalTrades } = record;
        const validated = record.validated === null ? null : Number(record.validated);
        const evidence = [
          winRate,
          profitFactor,
          totalTrades,
          validated,
          record.studyId,
          record.pbo,
          record.oosProfitFactor,
        ];
        publish.run(pair, side ?? BOTH, atMs, stopLossPct, takeProfitPct, ...evidence);
      },
    },
  } satisfies FileWriter;
}
