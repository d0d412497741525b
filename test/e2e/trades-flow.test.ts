// Closed trades flow back into the real service: imported with and without it, read from a bot by itself, pushed by a webhook; each counts once.
import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { botWithTrades } from '../support/bot-with-trades.ts';
import { cleanEnv, startService, temporaryFolder, until } from '../support/executable.ts';
import { freqtradeDatabase } from '../support/freqtrade-database.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LOGIN = { username: 'bot', password: 'secret' };

/** One command to its end. */
function command(words: readonly string[], env: Record<string, string>) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, [MAIN, ...words], { env: cleanEnv(env) }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

async function configured(folder: string, config: object) {
  const file = join(folder, 'paramgate.json');
  await writeFile(file, JSON.stringify(config));
  return { PARAMGATE_CONFIG: file, PARAMGATE_DATA: join(folder, 'data'), PARAMGATE_PORT: '0' };
}

function countIn(folder: string): number {
  const db = new DatabaseSync(join(folder, 'data', 'hub', 'trades.db'), { readOnly: true });
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM trades').get()?.n);
  } finally {
    db.close();
  }
}

test('a database imported without a service, and again beside one, answers exitParams', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'tradesv3.sqlite');
  const closed = new Date(Date.now() - 3_600_000).toISOString().replace('T', ' ').replace('Z', '000');
  const recent = { open_date: closed, close_date: closed };
  freqtradeDatabase(file, [
    ...Array.from({ length: 5 }, (_, index) => ({ id: index + 1, ...recent })),
    { id: 6, leverage: null, ...recent },
  ]).close();
  const env = await configured(folder.path, { bots: [] });
  const words = ['import', 'trades', '--sqlite', file, '--name', 'BOT3', '--target', '1.00'];
  const first = await command([...words, '--json'], env);
  expect(JSON.parse(first.stdout)).toEqual({
    bot: 'BOT3',
    from: file,
    read: 6,
    recorded: 5,
    updated: 0,
    known: 0,
    open: 0,
    incomplete: 0,
    skipped: [{ reason: 'no leverage recorded', count: 1, tradeIds: ['6'] }],
    notes: [],
  });
  expect(first.code).toBe(0);
  await using service = await started(folder.path, env);
  const again = await command(words, env);
  expect(again.stdout).toBe(
    `${file} as BOT3: 6 closed trades: 0 recorded, 0 updated, 5 known already, 1 left out\n` +
      '  left out 1: no leverage recorded (trade 6)\n',
  );
  const { exitParams } = await service.ask<{ exitParams: unknown }>(
    '{ exitParams(pair: "BTC/USDT:USDT", leverage: 3) { source position { stopLossPct takeProfitPct } totalTrades } }',
  );
  expect(exitParams).toEqual({
    source: 'STATELESS',
    position: { stopLossPct: -1.48, takeProfitPct: 1 },
    totalTrades: 5,
  });
});

test('what is new comes through a running service; a file that is no database changes nothing', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'tradesv3.sqlite');
  const env = await configured(folder.path, { bots: [] });
  await using _service = await started(folder.path, env);
  await writeFile(file, 'no database');
  const wrong = await command(['import', 'trades', '--sqlite', file], env);
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toMatch(/^paramgate: .*: found no SQLite database; allowed: [^\n]*\n$/);
  const good = join(folder.path, 'good.sqlite');
  freqtradeDatabase(
    good,
    Array.from({ length: 12_000 }, (_, index) => ({ id: index + 1 })),
  ).close();
  const { stdout } = await command(['import', 'trades', '--sqlite', good, '--json'], env);
  expect(JSON.parse(stdout)).toMatchObject({ bot: 'good', recorded: 12_000, incomplete: 12_000 });
  expect(countIn(folder.path)).toBe(12_000);
  await copyFile(good, join(folder.path, 'copy.sqlite'));
  const copy = await command(['import', 'trades', '--sqlite', join(folder.path, 'copy.sqlite')], env);
  expect(copy).toMatchObject({ code: 2, stdout: '' });
  expect(copy.stderr).toMatch(
    /^paramgate: --name: trade 1 \(BTC\/USDT:USDT, opened [^)]+\) is recorded as one of good already, [^\n]+\n$/,
  );
  expect(countIn(folder.path)).toBe(12_000);
}, 60_000);

test('a bot is read by itself, its webhook and an import meet there, and each trade counts once', async () => {
  await using folder = await temporaryFolder();
  await using bot = await botWithTrades(7);
  const env = await configured(folder.path, {
    bots: [
      { name: 'BOT3', url: bot.url, ...LOGIN, recordTrades: true },
      { name: 'BOT1', url: 'http://127.0.0.1:1', ...LOGIN, sides: ['LONG'] },
    ],
    keys: [
      { role: 'bot', name: 'BOT3', key: 'bot-key-0123456789' },
      { role: 'operator', name: 'op', key: 'op-key-0123456789' },
    ],
  });
  await using service = await started(folder.path, env);
  await until(
    async () => countIn(folder.path),
    (count) => count === 7,
  );
  bot.closed.push({ id: 8, closedAtMs: Date.UTC(2026, 0, 6) });
  const push = async (name: string, key = 'bot-key-0123456789') => {
    const response = await fetch(`${service.url}/api/v1/webhook/freqtrade`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`any:${key}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        bot: name,
        trade_id: '8',
        pair: 'BTC/USDT:USDT',
        direction: 'Long',
        leverage: '3.0',
        open_date: '2026-01-05 08:00:00.008000+00:00',
        close_date: '2026-01-06 00:00:00+00:00',
        final_profit_ratio: '0.0305',
        is_final_exit: 'True',
      }),
    });
    return { status: response.status, body: await response.json() };
  };
  expect(await push('BOT3', 'wrong-key-0123456789')).toEqual({ status: 401, body: { detail: 'Unauthorized' } });
  expect(await push('BOT3')).toMatchObject({ status: 200 });
  expect(await push('BOT1')).toEqual({
    status: 200,
    body: { status: 'Nothing recorded: the configuration does not say recordTrades: true for BOT1.' },
  });
  expect((await push('BOT3')).body).toEqual({ status: 'Trade 8 of BOT3 is known already.' });
  const imported = await command(['import', 'trades', '--bot', 'BOT3', '--json'], env);
  expect(JSON.parse(imported.stdout)).toMatchObject({ read: 8, recorded: 0, known: 8 });
  expect(countIn(folder.path)).toBe(8);
  const refused = await command(['import', 'trades', '--bot', 'BOT1'], env);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(
    /^paramgate: bots: the configuration does not say recordTrades: true for BOT1; allowed: [^\n]*\n$/,
  );
  expect(await service.stop()).toBe(0);
}, 60_000);

test('historical signals are imported with and without a service', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'entries.csv');
  await writeFile(file, 'time,side\n2026-01-05T08:00:00Z,long\n1767600300000,short\n');
  const env = await configured(folder.path, { bots: [] });
  const words = ['import', 'signals', '--pair', 'BTC/USDT:USDT', '--entries', file, '--json'];
  const counts = { pair: 'BTC/USDT:USDT', from: file, count: 2, long: 1, short: 1, waiting: 0 };
  const kept = () => {
    const db = new DatabaseSync(join(folder.path, 'data', 'hub', 'candles.db'), { readOnly: true });
    const [table] = db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%ntries%' AND type = 'table'").all();
    const found = Number(db.prepare(`SELECT count(*) AS n FROM ${String(table?.name)}`).get()?.n);
    db.close();
    return found;
  };
  expect(JSON.parse((await command(words, env)).stdout)).toEqual(counts);
  expect(kept()).toBe(2);
  await using _service = await started(folder.path, env);
  expect(JSON.parse((await command(words, env)).stdout)).toEqual(counts);
  expect(kept()).toBe(2);
});

async function started(folder: string, env: Record<string, string>) {
  const service = await startService(join(folder, 'data'), { env });
  return Object.assign(service, {
    [Symbol.asyncDispose]: async () => {
      if (service.child.exitCode === null) await service.kill();
    },
  });
}
