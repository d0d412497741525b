// `paramgate report` where the fleet's hub is InfluxDB: trades of the hub and of this folder, each once, and a hub that is away.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { tradeLine } from '#store/influx/trade-lines.ts';
import { trade } from '../store/samples.ts';
import { cleanEnv, startService, temporaryFolder, until } from '../support/executable.ts';
import { startInfluxStandIn } from '../support/influx/stand-in.ts';
import { randomMarket } from '../support/random-market.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const HOUR_MS = 3_600_000;
const { bucket, measurement } = DEFAULT_HUB_NAMES.trades;
const RECORD = 'mutation ($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded } }';

async function report(env: Record<string, string>, ...words: readonly string[]) {
  const all = [MAIN, 'report', '--timeframe', '1h', ...words];
  const child = spawn(process.execPath, all, { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
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

test('trades of the hub and of this folder are compared, each once; without the hub those of the folder, and it is said', async () => {
  await using folder = await temporaryFolder();
  const market = randomMarket({ seed: 5, count: 500, volatility: 0.006 });
  const rows = [...market.openTimeMs].map((timeMs, index) => [
    timeMs,
    ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => market[name][index]),
  ]);
  await writeFile(join(folder.path, 'BTC_USDT-1h.json'), JSON.stringify(rows));
  const buckets = Object.fromEntries(Object.values(DEFAULT_HUB_NAMES).map((place) => [place.bucket, 0]));
  await using hub = await startInfluxStandIn({ buckets });
  const env = {
    INFLUX_URL: hub.url,
    INFLUX_TOKEN: hub.token,
    INFLUX_ORG: hub.org,
    PARAMGATE_DATA: folder.path,
    PARAMGATE_CANDLES: folder.path,
  };
  const openedAtMs = (market.openTimeMs[0] ?? 0) + 24 * HOUR_MS;
  const ofHub = trade({ tradeId: 'hub', side: 'SHORT', openedAtMs, closedAtMs: openedAtMs + HOUR_MS, profitPct: 0.4 });
  const own = trade({ tradeId: 'own', openedAtMs, closedAtMs: openedAtMs + 2 * HOUR_MS, profitPct: 0.2 });
  hub.seed(bucket, [
    tradeLine(ofHub, measurement),
    `${measurement},pair=BTC/USDT leverage=3,profit_pct=1,stop_loss_pct=-1,take_profit_pct=1 ${ofHub.closedAtMs}000000`,
  ]);
  const service = await startService(folder.path, { env });
  const { openedAtMs: _opened, closedAtMs: _closed, ...told } = own;
  const times = { openedAt: new Date(own.openedAtMs).toISOString(), closedAt: new Date(own.closedAtMs).toISOString() };
  await service.ask(RECORD, { trades: [{ ...told, ...times }] });
  await until(
    async () => hub.pointCount(bucket, measurement),
    (points) => points === 3,
  );
  expect(await service.stop()).toBe(0);

  const { stdout } = await report(env, '--json');
  const both = JSON.parse(stdout);
  expect(both.trades).toEqual({ recorded: 2, compared: 2, withoutLevels: 0, withoutCandles: 0, incomplete: 1 });
  expect(both.total).toMatchObject({ trades: 2, recordedPct: 0.6 });
  expect(both.problems).toEqual([]);

  await hub.down();
  const alone = await report(env);
  expect(alone.code).toBe(0);
  expect(alone.stdout).toMatch(/^1 of 1 recorded trades compared/);
  expect(alone.stdout).toMatch(/^not at hand: closed trades of the hub: /m);
}, 60_000);
