// Trades that an older release told the hub without asking whether their point was free: opened, each has a point of its own, and the hub is told.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { ClosedTrade } from '#domain/trade.ts';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { tradeLine } from '#store/influx/trade-lines.ts';
import { influxTrades } from '#store/influx/trade-store.ts';
import { FORMATS, pathOf } from '#store/sqlite/schema.ts';
import { startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { meetingIds } from '../meeting-trades.ts';
import { T0, trade } from '../samples.ts';
import { BUCKETS, outboxes } from './outboxes.ts';

const { bucket, measurement } = DEFAULT_HUB_NAMES.trades;

/** trades.db as the release made it that knew two steps, with `trades`, all of them told. */
function older(folder: string, trades: readonly ClosedTrade[]): void {
  mkdirSync(join(folder, 'hub'));
  const db = new DatabaseSync(pathOf(folder, 'trades'));
  const { steps, applicationId } = FORMATS.trades;
  for (const step of steps.slice(0, 2)) db.exec(step);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 2`);
  const add =
    db.prepare(`INSERT INTO trades (bot, tradeId, pair, openedAtMs, closedAtMs, side, leverage, profitPct, stopLossPct,
    takeProfitPct, enterTag, exitReason, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`);
  for (const { bot, tradeId, pair, openedAtMs, closedAtMs, side, leverage, profitPct, ...rest } of trades) {
    const { stopLossPct, takeProfitPct, enterTag, exitReason } = rest;
    const figures = [leverage, profitPct, stopLossPct, takeProfitPct, enterTag, exitReason];
    add.run(bot, tradeId, pair, openedAtMs, closedAtMs, side, ...figures);
  }
  db.close();
}

test('two that overwrote each other are both in the hub, and what none of them said counts for neither', async () => {
  const [first, second] = meetingIds(T0);
  // Together they make a trade with levels that neither of them had.
  const met = [
    trade({ tradeId: first, profitPct: 1, stopLossPct: null }),
    trade({ tradeId: second, profitPct: 2, takeProfitPct: null }),
  ];
  const lone = [
    trade({ tradeId: second, leverage: 2, profitPct: 4, openedAtMs: T0 + 1 }),
    trade({ tradeId: 'early', profitPct: 8, closedAtMs: T0 + 5 }),
  ];
  await using hub = await startInfluxStandIn({ buckets: BUCKETS });
  hub.seed(
    bucket,
    [...met, ...lone].map((one) => tradeLine(one, measurement)),
  );
  const reader = () => {
    const { url, token, org } = hub;
    const influx = { url, token, org };
    return influxTrades({ influx, names: DEFAULT_HUB_NAMES, folder: null, log: recordingLog() });
  };
  const asked = { fromMs: T0, toMs: trade().closedAtMs, edges: [0.5, 1.5, 2.5, 3.5] };
  const before = reader();
  expect((await before.sums(asked)).reduce((sum, { trades }) => sum + trades, 0)).toBe(3);
  await before.close();

  await using here = await outboxes({ hub, prepare: (folder) => older(folder, [...met, ...lone]) });
  await here.drained();
  const after = reader();
  expect(await after.sums(asked)).toMatchObject([
    { bin: 1, trades: 1, sumWinPct: 4 },
    { bin: 2, trades: 1, sumWinPct: 8 },
  ]);
  await after.close();
  // Recorded again with all they should have, they stand side by side.
  await here.writer.call(
    'recordTrades',
    met.map((one) => ({ ...one, stopLossPct: -1, takeProfitPct: 1 })),
  );
  await here.drained();
  const last = reader();
  expect(await last.sums(asked)).toMatchObject([
    { bin: 1, trades: 1, sumWinPct: 4 },
    { bin: 2, trades: 3, sumWinPct: 11 },
  ]);
  await last.close();
});

test('trades that met no other keep their point, and nothing is told again', async () => {
  const all = Array.from({ length: 50 }, (_, at) => trade({ tradeId: `${at}` }));
  await using hub = await startInfluxStandIn({ buckets: BUCKETS });
  hub.seed(
    bucket,
    all.map((one) => tradeLine(one, measurement)),
  );
  await using here = await outboxes({ hub, prepare: (folder) => older(folder, all) });
  expect(await here.standing()).toEqual({ rows: 0, dead: 0, isBehind: false });
  await here.writer.call('tradesOutbox', { kind: 'walk' });
  await here.drained();
  expect(hub.pointCount(bucket, measurement)).toBe(50);
});
