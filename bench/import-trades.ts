// How fast a freqtrade database becomes recorded trades, from its first byte to the last commit: `node bench/import-trades.ts`. Exits with 1 under 50,000 a second.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '#domain/log.ts';
import { requireTrades } from '#domain/trade.ts';
import { hubWrites, openGatewayStore } from '#store/open.ts';
import { importDatabase, openRecorder } from '#trades/trades.ts';
import { freqtradeDatabase } from '../test/support/freqtrade-database.ts';
import { hastyClock } from '../test/support/hasty-clock.ts';

const TRADES = 100_000;
const ROUNDS = 3;
const LEAST = 50_000;
const log: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const text = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '123');
const folder = mkdtempSync(join(tmpdir(), 'paramgate-bench-'));
try {
  const file = join(folder, 'tradesv3.sqlite');
  const rows = Array.from({ length: TRADES }, (_, index) => ({
    id: index + 1,
    pair: `C${index % 200}/USDT:USDT`,
    leverage: 1 + (index % 10),
    close_profit: ((index % 37) - 15) / 1_000,
    open_date: text(1.75e12 + index * 60_000),
    close_date: text(1.75e12 + (index + (index % 90)) * 60_000),
  }));
  freqtradeDatabase(file, rows).close();
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const options = { folder: join(folder, `data${round}`), log, hubWrites: hubWrites(), hub: null };
    await using store = await openGatewayStore(options);
    const record = (part: Parameters<typeof requireTrades>[0]) => store.trades.record(requireTrades(part));
    const recorder = openRecorder({ recorded: store.recorded, record, slice: 50_000 });
    const how = {
      bot: 'BOT3',
      takeProfitPct: 1,
      clock: hastyClock(),
      beforeRecording: async () => undefined,
      onProgress: () => undefined,
    };
    const startedMs = performance.now();
    const { recorded } = await importDatabase(file, recorder, how);
    rates.push((recorded / (performance.now() - startedMs)) * 1_000);
  }
  const best = Math.max(...rates);
  const each = rates.map((rate) => Math.round(rate).toLocaleString('en')).join(', ');
  process.stdout.write(
    `${TRADES.toLocaleString('en')} trades: ${each} a second; at least ${LEAST.toLocaleString('en')} wanted\n`,
  );
  if (best < LEAST) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
