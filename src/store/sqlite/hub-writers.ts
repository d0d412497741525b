// What writer threads do to the hub's files: the gateway's records closed trades, the worker's publishes levels. They are the hub when it is embedded;
// with InfluxDB they hold what this instance recorded, and the outbox that tells it.
import type { DatabaseSync } from 'node:sqlite';
import type { ParamRecord } from '#domain/exit-params.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import type { FileWriter } from './group-commit.ts';
import { paramTelling, tradeTelling } from './hub-telling.ts';
import { type OutboxTable, outboxOperation } from './outbox-table.ts';

export function tradesWriter(db: DatabaseSync, outbox: OutboxTable) {
  const tellHub = tradeTelling(outbox);
  const told = outbox.rules === null ? null : 1;
  const into = `INTO trades (bot, tradeId, pair, openedAtMs, closedAtMs, side, leverage, profitPct,
    stopLossPct, takeProfitPct, enterTag, exitReason, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const add = db.prepare(`INSERT OR IGNORE ${into}`);
  const replace = db.prepare(`INSERT OR REPLACE ${into}`);
  const record = (trade: ClosedTrade): boolean => {
    const { bot, tradeId, pair, openedAtMs } = trade;
    const { closedAtMs, side, leverage, profitPct, stopLossPct, takeProfitPct, enterTag, exitReason } = trade;
    const figures = [leverage, profitPct, stopLossPct, takeProfitPct, enterTag, exitReason, told];
    const row = [bot, tradeId, pair, openedAtMs, closedAtMs, side, ...figures];
    // Most trades are new: one walk down the tree for those, two for a known one.
    const duplicate = add.run(...row).changes === 0;
    if (duplicate) replace.run(...row);
    return duplicate;
  };
  return {
    kind: 'trades',
    db,
    operations: {
      ...outboxOperation('trades', outbox),
      recordTrades: (trades: readonly ClosedTrade[]): { readonly recorded: number; readonly duplicates: number } => {
        tellHub(trades);
        const duplicates = trades.filter(record).length;
        return { recorded: trades.length - duplicates, duplicates };
      },
    },
  } satisfies FileWriter;
}

/** `side` of a record for both sides, as a row keeps it: keys hold no NULL. */
const BOTH = '';

export function paramsWriter(db: DatabaseSync, outbox: OutboxTable) {
  const tellHub = paramTelling(outbox);
  const told = outbox.rules === null ? null : 1;
  const publish =
    db.prepare(`INSERT INTO params (pair, side, atMs, stopLossPct, takeProfitPct, winRate, profitFactor, totalTrades, validated,
      studyId, pbo, oosProfitFactor, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (pair, side) DO UPDATE SET atMs = excluded.atMs, stopLossPct = excluded.stopLossPct, takeProfitPct = excluded.takeProfitPct,
      winRate = excluded.winRate, profitFactor = excluded.profitFactor, totalTrades = excluded.totalTrades, validated = excluded.validated,
      studyId = excluded.studyId, pbo = excluded.pbo, oosProfitFactor = excluded.oosProfitFactor, told = excluded.told
    WHERE excluded.atMs >= params.atMs`);
  return {
    kind: 'params',
    db,
    operations: {
      ...outboxOperation('params', outbox),
      publish: (record: ParamRecord): void => {
        tellHub(record);
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
          told,
        ];
        publish.run(pair, side ?? BOTH, atMs, stopLossPct, takeProfitPct, ...evidence);
      },
    },
  } satisfies FileWriter;
}
