// All pairs of a folder, from the configuration's schedule inside the running service to the commands that search again and report, as an operator uses them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cleanEnv, startService, temporaryFolder, until } from '../support/executable.ts';
import { randomMarket } from '../support/random-market.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const HOUR_MS = 3_600_000;
const DRIFTS = { BTC: 0.0006, ETH: 0 };
const SEARCH = {
  publish: true,
  staleHours: 12,
  timeframe: '1h',
  side: 'long',
  maxHold: 48,
  stop: '-5:-1:0.5',
  target: '1:5:0.5',
};
const STUDIES = `{ studies(first: 10) { nodes { id pair state side maxHold trials validated published } } }`;

interface Listed {
  readonly studies: { readonly nodes: readonly Readonly<Record<string, unknown>>[] };
}

/** A folder with two small pairs, one of which rises, and the configuration file `paramgate.json`. */
async function furnished(search: object) {
  const folder = await temporaryFolder();
  for (const [base, drift] of Object.entries(DRIFTS)) {
    const market = randomMarket({ seed: 5, count: 2_000, volatility: 0.006, drift: () => drift });
    const rows = [...market.openTimeMs].map((timeMs, index) => [
      timeMs,
      ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => market[name][index]),
    ]);
    await writeFile(join(folder.path, `${base}_USDT-1h.json`), JSON.stringify(rows));
  }
  const file = join(folder.path, 'paramgate.json');
  await writeFile(file, JSON.stringify({ candles: folder.path, search }));
  return Object.assign(folder, { env: { PARAMGATE_CONFIG: file, PARAMGATE_DATA: folder.path } });
}

async function command(env: Record<string, string>, ...words: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...words], { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

test('the schedule of the file searches every pair as the file says and publishes; search --all then finds nothing new', async () => {
  await using folder = await furnished({ ...SEARCH, schedule: '* * * * * *' });
  const service = await startService(folder.path, { env: folder.env });
  const { studies } = await until(
    () => service.ask<Listed>(STUDIES),
    ({ studies: { nodes } }) => nodes.length >= 2 && nodes.every(({ state }) => state === 'COMPLETE'),
  );
  // Every second asks again, and what has not changed is left alone.
  expect(studies.nodes.map(({ pair }) => pair).sort()).toEqual(['BTC/USDT', 'ETH/USDT']);
  for (const study of studies.nodes) expect(study).toMatchObject({ side: 'LONG', maxHold: 48, trials: 81 });
  const [btc, eth] = ['BTC/USDT', 'ETH/USDT'].map((pair) => studies.nodes.find((study) => study.pair === pair));
  expect(btc).toMatchObject({ validated: true, published: true });
  expect(eth).toMatchObject({ validated: false, published: false });
  await until(
    async () => service.stderr(),
    (log) => /"skipped":2[^\n]*all pairs have been searched/.test(log) && /candles are older than 12 h/.test(log),
  );
  const served = await service.ask<{ exitParams: { source: string } }>(
    '{ exitParams(pair: "BTC/USDT", leverage: 1, side: LONG) { source } }',
  );
  expect(served.exitParams.source).toBe('OPTUNA');
  expect(await service.stop()).toBe(0);

  const again = await command(folder.env, 'search', '--all', '--publish', '--json');
  expect(again).toMatchObject({ code: 0 });
  const { summary, pairs } = JSON.parse(again.stdout);
  expect(summary).toMatchObject({ pairs: 2, searched: 0, skipped: 2, failed: 0, stale: 2 });
  expect(pairs).toMatchObject([
    { pair: 'BTC/USDT', outcome: 'SKIPPED', studyId: btc?.id, stale: true },
    { pair: 'ETH/USDT', outcome: 'SKIPPED', studyId: eth?.id },
  ]);
}, 60_000);

test('search --all takes what the file says, lets flags win, goes on past a pair that cannot be read, and publishes only when asked', async () => {
  await using folder = await furnished(SEARCH);
  await writeFile(join(folder.path, 'ADA_USDT-1h.json'), '[[1704067200000, 1, null, 1, 1, 1]]');
  const { code, stdout, stderr } = await command(folder.env, 'search', '--all', '--max-hold', '36');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ADA\/USDT +failed /m);
  expect(stdout).toMatch(/^BTC\/USDT +validated /m);
  expect(stdout).toMatch(/^ETH\/USDT +not validated /m);
  expect(stdout).toMatch(/^ADA\/USDT: .*ADA_USDT-1h.json, row 1: /m);
  expect(stdout).toMatch(
    /\n3 pairs: 2 searched, 1 validated, 0 published, 0 unchanged, 1 failed, 2 with stale candles\n$/,
  );
  expect(stderr).toMatch(/^searching 3 pairs: 100 %$/m);
  const kept = await command(folder.env, 'study', 'list', '--json');
  const { studies } = JSON.parse(kept.stdout);
  expect(studies).toHaveLength(2);
}, 60_000);

test('search --all comes to the same figures on any number of threads, what pairs lend each other among them', async () => {
  const found = await Promise.all(
    ['1', '2'].map(async (threads) => {
      await using folder = await furnished({ ...SEARCH, minOosTrades: 5 });
      const entries = join(folder.path, 'entries.csv');
      const firstMs = Date.UTC(2024, 0, 1);
      const rows = Array.from({ length: 70 }, (_, at) => `${firstMs + at * 28 * HOUR_MS},long`);
      await writeFile(entries, `time,side\n${rows.join('\n')}\n`);
      const env = { ...folder.env, PARAMGATE_STUDY_THREADS: threads };
      const { code, stdout } = await command(env, 'search', '--all', '--entries', entries, '--json');
      expect(code).toBe(0);
      const shown: unknown[] = [];
      for (const { studyId } of JSON.parse(stdout).pairs) {
        const { study, ...rest } = JSON.parse((await command(env, 'study', 'show', studyId, '--json')).stdout);
        shown.push({ ...rest, study: { ...study, id: '', durationMs: 0 } });
      }
      return shown;
    }),
  );
  expect(found[0]).toHaveLength(2);
  expect(JSON.stringify(found[0])).toMatch(/100 borrowed from/);
  expect(found[1]).toEqual(found[0]);
}, 60_000);

test('a mistake under search in the file is refused before anything is searched', async () => {
  await using folder = await furnished({ ...SEARCH, schedule: 'now and then', pboMax: 2, luck: 7 });
  const { code, stdout, stderr } = await command(folder.env, 'search', '--all');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/schedule.*cron/);
  expect(stderr).toMatch(/luck/);
}, 20_000);

test('startSearch refuses a limit that can never be right, by its name, and queues nothing', async () => {
  await using folder = await furnished(SEARCH);
  const service = await startService(folder.path, { env: folder.env });
  const start = 'mutation ($input: StartSearchInput!) { startSearch(input: $input) { id } }';
  const wrong = [
    { confidence: 0.4 },
    { confidence: 1 },
    { lossShareMax: -0.1 },
    { lossShareMax: 1.1 },
    { feeStress: 0.5 },
    { feeStress: 11 },
  ];
  for (const limit of wrong) {
    const [name] = Object.keys(limit);
    const asked = service.ask(start, { input: { pair: 'BTC/USDT', ...limit } });
    await expect(asked).rejects.toThrow(new RegExp(`"field":"input.${name}","allowed":"`));
  }
  expect((await service.ask<Listed>(STUDIES)).studies.nodes).toEqual([]);
  expect(await service.stop()).toBe(0);
}, 30_000);

test('report sets what recorded trades earned beside the fallback and the best in hindsight', async () => {
  await using folder = await furnished(SEARCH);
  const none = await command(folder.env, 'report', '--timeframe', '1h');
  expect(none).toMatchObject({ code: 1, stdout: '' });
  expect(none.stderr).toMatch(/^paramgate: no closed trades are recorded/);

  const service = await startService(folder.path, { env: folder.env });
  const firstMs = Date.UTC(2024, 0, 2);
  const trades = Array.from({ length: 12 }, (_, index) => ({
    bot: 'BOT3',
    tradeId: `${index}`,
    pair: ['BTC/USDT', 'ETH/USDT', 'XRP/USDT'][index % 3],
    side: 'LONG',
    leverage: index < 6 ? 1 : 3,
    openedAt: new Date(firstMs + index * 20 * HOUR_MS).toISOString(),
    closedAt: new Date(firstMs + (index * 20 + 10) * HOUR_MS).toISOString(),
    profitPct: 0.5,
    stopLossPct: index < 9 ? -2 : null,
    takeProfitPct: index < 9 ? 1 : null,
    enterTag: 'long ensemble 2/5 conf=0.86 from=75a,75b',
  }));
  const record = 'mutation ($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { __typename } }';
  await service.ask(record, { trades });
  expect(await service.stop()).toBe(0);

  const told = await command(folder.env, 'report', '--timeframe', '1h', '--json');
  expect(told).toMatchObject({ code: 0, stderr: '' });
  const report = JSON.parse(told.stdout);
  // Three of twelve have no levels; three more are of a pair without candles.
  expect(report.trades).toEqual({ recorded: 12, compared: 6, withoutLevels: 3, withoutCandles: 3, incomplete: 0 });
  expect(report.fallback).toEqual({ stopLossPct: -2, takeProfitPct: 1 });
  expect(report.total).toMatchObject({ trades: 6, recordedPct: 3 });
  expect(report.total.servedPct).toBe(report.total.fallbackPct);
  expect(report.total.best.netProfitPct).toBeGreaterThanOrEqual(report.total.servedPct);
  const counts = (rows: readonly { name: string; trades: number }[]) => rows.map(({ name, trades: n }) => [name, n]);
  expect(counts(report.pairs)).toEqual([
    ['BTC/USDT', 3],
    ['ETH/USDT', 3],
  ]);
  expect(counts(report.params)).toEqual([['FALLBACK', 6]]);
  expect(counts(report.sources)).toEqual([
    ['75a', 6],
    ['75b', 6],
  ]);
  expect(report.problems).toEqual([expect.stringMatching(/^no candles of XRP\/USDT 1h/)]);

  const one = await command(folder.env, 'report', '--timeframe', '1h', '--pair', 'BTC/USDT');
  expect(one.stdout).toMatch(/^3 of 4 recorded trades compared; 1 have no levels, 0 no candles\./);
  expect(one.stdout).toMatch(/^BTC\/USDT +3 +1\.50 /m);
}, 60_000);
