// What writer threads do to the hub's files: the gateway's records closed trades, the worker's publishes levels. They are the hub when it is embedded;
// with InfluxDB they hold what this instance recorded, and the outbox that tells it.
import type { DatabaseSync } from 'node:sqlite';
import type { ParamRecord } from '#domain/exit-params.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { binTag } from '#store/influx/trade-lines.ts';
import type { FileWriter } from './group-commit.ts';
import { paramTelling, type RecordedTrade, tradeTelling } from './hub-telling.ts';
import { type OutboxTable, outboxOperation } from './outbox-table.ts';
import type { Row } from './signal-rows.ts';
import { tradePoints } from './trade-points.ts';
import { tradeOf } from './trade-rows.ts';

/** How many trades were new and known, and what stood before of those that are another point of the hub now. */
export interface TradesKept {
  readonly recorded: number;
  readonly duplicates: number;
  readonly left: readonly ClosedTrade[];
}

export function tradesWriter(db: DatabaseSync, outbox: OutboxTable) {
  const tellHub = tradeTelling(outbox);
  const { free, leave } = tradePoints(db);
  const told = outbox.rules === null ? null : 1;
  const into = `INTO trades (bot, tradeId, pair, openedAtMs, closedAtMs, side, leverage, profitPct,
    stopLossPct, takeProfitPct, enterTag, exitReason, told, nano) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const add = db.prepare(`INSERT OR IGNORE ${into}`);
  const replace = db.prepare(`INSERT OR REPLACE ${into}`);
  const known = db.prepare('SELECT * FROM trades WHERE bot = ? AND tradeId = ? AND pair = ? AND openedAtMs = ?');
  const record = (trade: ClosedTrade): RecordedTrade & { readonly isNew: boolean } => {
    const { bot, tradeId, pair, openedAtMs } = trade;
    const { closedAtMs, side, leverage, profitPct, stopLossPct, takeProfitPct, enterTag, exitReason } = trade;
    const figures = [leverage, profitPct, stopLossPct, takeProfitPct, enterTag, exitReason, told];
    const row = [bot, tradeId, pair, openedAtMs, closedAtMs, side, ...figures];
    const nano = free(trade);
    // Most trades are new: one walk down the tree for those, more for a known one.
    if (add.run(...row, nano).changes === 1) return { trade, nano, left: null, isNew: true };
    const stood = known.get(bot, tradeId, pair, openedAtMs) as Row;
    const before = { trade: tradeOf(stood), nano: stood.nano as number };
    if (staysThere(before.trade, trade)) {
      replace.run(...row, before.nano);
      return { trade, nano: before.nano, left: null, isNew: false };
    }
    leave({ ...before.trade, bin: binTag(before.trade.leverage), nano: before.nano }, told);
    replace.run(...row, nano);
    return { trade, nano, left: before, isNew: false };
  };
  return {
    kind: 'trades',
    db,
    operations: {
      ...outboxOperation('trades', outbox),
      recordTrades: (trades: readonly ClosedTrade[]): TradesKept => {
        const kept = trades.map(record);
        tellHub(kept);
        const recorded = kept.filter(({ isNew }) => isNew).length;
        const left = kept.flatMap((one) => (one.left === null ? [] : [one.left.trade]));
        return { recorded, duplicates: trades.length - recorded, left };
      },
    },
  } satisfies FileWriter;
}

/**
 * Whether `trade` may be written over `before`, the same trade as it was recorded earlier: at the same tags and millisecond, and with every field that `before`
 * has, for what a line leaves out stays in the hub as it was.
 */
function staysThere(before: ClosedTrade, trade: ClosedTrade): boolean {
  const isKept = (name: 'stopLossPct' | 'takeProfitPct' | 'enterTag' | 'exitReason') =>
    before[name] === null || trade[name] !== null;
  return (
    before.closedAtMs === trade.closedAtMs &&
    binTag(before.leverage) === binTag(trade.leverage) &&
    isKept('stopLossPct') &&
    isKept('takeProfitPct') &&
    isKept('enterTag') &&
    isKept('exitReason')
  );
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
