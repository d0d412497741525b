// A freqtrade database is read as it is, of whichever release, beside a bot that goes on writing; what cannot be read is one clear line.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { readDatabase } from '#trades/database-trades.ts';
import { freqtradeDatabase, insertTrades } from '../support/freqtrade-database.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('closed trades at position level, open ones counted', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'tradesv3.sqlite');
  freqtradeDatabase(file, [
    { id: 4 },
    { id: 7, is_short: 1, pair: 'ETH/USDT:USDT', close_profit: -0.0146, leverage: 1, enter_tag: null },
    { id: 8, is_open: 1, close_date: null, close_profit: null },
  ]).close();
  expect(await readDatabase(file, 'BOT3')).toEqual({
    trades: [
      {
        bot: 'BOT3',
        tradeId: '4',
        pair: 'BTC/USDT:USDT',
        side: 'LONG',
        leverage: 3,
        profitPct: 1.0166666667,
        stopLossPct: -1.48,
        takeProfitPct: null,
        openedAtMs: Date.parse('2026-01-05T08:00:00.123Z'),
        closedAtMs: Date.parse('2026-01-05T09:30:00.654Z'),
        enterTag: 'long from 75b conf=0.89',
        exitReason: 'roi',
      },
      expect.objectContaining({ tradeId: '7', side: 'SHORT', profitPct: -1.46, stopLossPct: -4.44, enterTag: null }),
    ],
    open: 1,
    skipped: [],
    notes: [],
  });
});

test('a target that the strategy kept with freqtrade is read', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'tradesv3.sqlite');
  const db = freqtradeDatabase(file, [{ id: 1 }, { id: 2 }]);
  db.exec(`INSERT INTO trade_custom_data (ft_trade_id, cd_key, cd_type, cd_value, created_at)
    VALUES (1, 'take_profit_ratio', 'float', '0.03', '2026-01-05'), (2, 'other', 'float', '0.03', '2026-01-05')`);
  db.close();
  const { trades } = await readDatabase(file, 'BOT3');
  expect(trades.map(({ takeProfitPct }) => takeProfitPct)).toEqual([1, null]);
});

test('a database from before leverage: sell_reason, buy_tag, leverage 1', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'old.sqlite');
  freqtradeDatabase(file, [{ id: 1 }], 'old').close();
  const { trades, notes } = await readDatabase(file, 'BOT3');
  expect(trades).toMatchObject([
    { leverage: 1, side: 'LONG', profitPct: 3.05, stopLossPct: -4.44, enterTag: 'dip', exitReason: 'sell_signal' },
  ]);
  expect(notes).toEqual(['it was written by a freqtrade that knew no leverage: every trade has leverage 1']);
});

test('what cannot be taken is counted by its reason, and the rest is read', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'tradesv3.sqlite');
  freqtradeDatabase(file, [
    { id: 1 },
    { id: 2, leverage: null },
    { id: 3, leverage: null },
    { id: 4, pair: 'BTC USDT' },
    { id: 5, close_profit: null },
    { id: 6, close_date: null },
    { id: 7, stop_loss_pct: 0.05 },
    { id: 8, stop_loss_pct: -9, leverage: 1 },
    { id: 9, close_profit: 100, leverage: 1 },
    { id: 10, close_profit: Number.POSITIVE_INFINITY },
  ]).close();
  const { trades, skipped } = await readDatabase(file, 'BOT3');
  expect(trades.map(({ tradeId }) => tradeId)).toEqual(['1']);
  expect(skipped).toEqual([
    { reason: 'no leverage recorded', count: 2, tradeIds: ['2', '3'] },
    { reason: '"BTC USDT" is not a pair', count: 1, tradeIds: ['4'] },
    { reason: 'a profit that is no finite number', count: 1, tradeIds: ['10'] },
    {
      reason: 'a profit that no price can bring; a LONG earns between -200 % and 10000 % at leverage 1',
      count: 1,
      tradeIds: ['9'],
    },
    {
      reason: 'a stop-loss that is no price; that of a LONG is not below -100 % at leverage 1',
      count: 1,
      tradeIds: ['8'],
    },
    { reason: 'a stop-loss with a positive sign', count: 1, tradeIds: ['7'] },
    { reason: 'no closing time', count: 1, tradeIds: ['6'] },
    { reason: 'no profit recorded', count: 1, tradeIds: ['5'] },
  ]);
});

test('a bot that writes at the same time is neither disturbed nor missed', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'tradesv3.sqlite');
  const bot = freqtradeDatabase(file, [{ id: 1 }]);
  bot.exec('BEGIN IMMEDIATE');
  bot.exec('UPDATE trades SET close_profit = 0.5 WHERE id = 1');
  expect((await readDatabase(file, 'BOT3')).trades).toMatchObject([{ profitPct: 1.0166666667 }]);
  bot.exec('COMMIT');
  insertTrades(bot, [{ id: 2 }]);
  expect((await readDatabase(file, 'BOT3')).trades).toHaveLength(2);
  bot.close();
});

test('more trades than one question takes', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'tradesv3.sqlite');
  freqtradeDatabase(
    file,
    Array.from({ length: 20_001 }, (_, index) => ({ id: index * 2 + 1 })),
  ).close();
  const { trades } = await readDatabase(file, 'BOT3');
  expect(trades).toHaveLength(20_001);
  expect(new Set(trades.map(({ tradeId }) => tradeId)).size).toBe(20_001);
});

test('files that are no freqtrade database', async () => {
  await using folder = tempFolder();
  const at = (name: string) => join(folder.path, name);
  mkdirSync(at('folder'));
  writeFileSync(at('empty'), '');
  writeFileSync(at('text'), 'id,pair\n'.repeat(100));
  const other = new DatabaseSync(at('other'));
  other.exec('CREATE TABLE candles (at)');
  other.close();
  const odd = new DatabaseSync(at('odd'));
  odd.exec('CREATE TABLE trades (id, pair)');
  odd.close();
  const damaged = freqtradeDatabase(
    at('damaged'),
    Array.from({ length: 500 }, (_, index) => ({ id: index + 1 })),
  );
  damaged.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE');
  damaged.close();
  const { readFileSync } = await import('node:fs');
  const bytes = readFileSync(at('damaged'));
  bytes.fill(0xff, 4_096, 40_960);
  writeFileSync(at('damaged'), bytes);
  const said = async (name: string) => {
    const error: unknown = await readDatabase(at(name), 'BOT3').catch((thrown: unknown) => thrown);
    if (!(error instanceof Error)) throw new Error(`${name} was read`);
    expect(error).toMatchObject({ name: 'Fault', code: 'UNUSABLE_INPUT' });
    expect(error.message).not.toContain('\n');
    return error.message.replace(at(name), 'FILE').replace(/; allowed: .*/, '');
  };
  expect(await said('absent')).toBe('FILE: there is no such file');
  expect(await said('folder')).toBe('FILE: found a folder');
  expect(await said('empty')).toBe('FILE: it has no table `trades`');
  expect(await said('text')).toBe('FILE: found no SQLite database');
  expect(await said('other')).toBe('FILE: it has no table `trades`');
  expect(await said('odd')).toBe('FILE: its table `trades` has no column is_open, open_date, close_date, close_profit');
  expect(await said('damaged')).toBe('FILE: it is damaged');
});

test('a file that another process keeps locked is given up after 5 s', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'tradesv3.sqlite');
  const bot = freqtradeDatabase(file, [{ id: 1 }]);
  bot.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  await expect(readDatabase(file, 'BOT3')).rejects.toThrow('another process has locked it for 5 s; try again');
  bot.exec('COMMIT');
  expect((await readDatabase(file, 'BOT3')).trades).toHaveLength(1);
  bot.close();
}, 20_000);
