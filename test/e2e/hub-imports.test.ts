// Candles and entries imported for a hub that is gone: the command ends well and says what waits, readers here see it, nothing is lost, and it arrives by the
// service, or by the command itself.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cleanEnv, startService, temporaryFolder, until } from '../support/executable.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../support/influx/stand-in.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const BUCKETS = { OPTUNA_PARAMS: 0, BOT33_trades: 0, ENSEMBLE: 0, CANDLES: 0, BOT1_trades: 0, BOT2_trades: 0 };
const FIVE_MS = 300_000;
const FROM_MS = Date.UTC(2026, 0, 1);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function paramgate(words: readonly string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [MAIN, ...words], { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    child.on('close', (code) => done({ code, ...said }));
  });
}

/** A freqtrade folder with `count` candles of two pairs, and a file of entries. */
async function material(folder: string, count: number): Promise<void> {
  for (const pair of ['BTC_USDT', 'ETH_USDT']) {
    const rows = Array.from({ length: count }, (_, at) => [
      FROM_MS + at * FIVE_MS,
      100 + at,
      102 + at,
      99,
      101 + at,
      at,
    ]);
    await writeFile(join(folder, `${pair}-5m.json`), JSON.stringify(rows));
  }
  const entries = Array.from({ length: 6 }, (_, at) => `${FROM_MS + at * FIVE_MS},${at % 2 === 0 ? 'long' : 'short'}`);
  await writeFile(join(folder, 'entries.csv'), `time,side\n${entries.join('\n')}\n`);
}

const envFor = (hub: InfluxStandIn, data: string, candles: string) => ({
  INFLUX_URL: hub.url,
  INFLUX_TOKEN: hub.token,
  INFLUX_ORG: hub.org,
  PARAMGATE_DATA: data,
  PARAMGATE_CANDLES: candles,
});
const counted = (hub: InfluxStandIn) => [
  hub.pointCount('CANDLES', 'candles'),
  hub.pointCount('BOT1_trades', 'signals'),
  hub.pointCount('BOT2_trades', 'signals'),
];
const IMPORT_SIGNALS = ['import', 'signals', '--pair', 'BTC/USDT', '--json', '--entries'];

test('imported beside a service while the hub takes nothing: it waits, is seen, and arrives once when it is back', async () => {
  await using folder = await temporaryFolder();
  await using given = await temporaryFolder();
  await material(given.path, 2_500);
  await using hub = await startInfluxStandIn({ buckets: BUCKETS });
  const env = envFor(hub, folder.path, given.path);
  const service = await startService(folder.path, { env });
  try {
    hub.misbehave({ on: 'write', kind: 'status', status: 503 });
    const [candles, signals] = [
      await paramgate(['import', 'candles', '--json'], env),
      await paramgate([...IMPORT_SIGNALS, join(given.path, 'entries.csv')], env),
    ];
    expect(candles).toMatchObject({ code: 0 });
    expect(JSON.parse(candles.stdout)).toMatchObject({ candles: [{ count: 2_500 }, { count: 2_500 }], waiting: 5_000 });
    expect(JSON.parse(signals.stdout)).toMatchObject({ count: 6, waiting: 5_006 });
    expect(counted(hub)).toEqual([0, 0, 0]);
    const search = ['simulate', '--pair', 'BTC/USDT', '--candles', 'hub', '--stop', '-1', '--target', '1', '--json'];
    const seen = JSON.parse((await paramgate(search, env)).stdout);
    expect(seen).toMatchObject({ candles: { count: 2_500, gaps: 0 }, entries: { count: 6, long: 3 } });
    expect((await paramgate(['candles', 'list', '--candles', 'hub'], env)).stdout).toMatch(/ETH\/USDT/);
    const status = (await paramgate(['hub', 'status'], env)).stdout;
    expect(status).toMatch(/imports -> CANDLES: 5006 wait/);
    await service.kill();
    hub.calm();
    const again = await startService(folder.path, { env });
    await until(
      async () => counted(hub),
      (now) => now.join() === '5000,3,3',
    );
    const later = JSON.parse((await paramgate(search, env)).stdout);
    expect(later).toEqual(seen);
    expect(await again.stop()).toBe(0);
  } finally {
    await service.kill();
  }
}, 120_000);

test('imported with no service: sent by the command itself; a hub that is gone leaves it waiting, in bounds, for the next one', async () => {
  await using folder = await temporaryFolder();
  await using given = await temporaryFolder();
  await material(given.path, 1_500);
  await using hub = await startInfluxStandIn({ buckets: BUCKETS });
  const env = { ...envFor(hub, folder.path, given.path), PARAMGATE_CONFIG: join(given.path, 'paramgate.json') };
  await writeFile(env.PARAMGATE_CONFIG, JSON.stringify({ outboxRows: 2_000 }));
  await hub.down();
  const one = await paramgate(['import', 'candles', '--pair', 'BTC/USDT'], env);
  expect(one).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/1500 candles from .*\n1500 rows wait for the hub/),
  });
  const other = await paramgate(['import', 'candles', '--pair', 'ETH/USDT'], env);
  expect(other).toMatchObject({ code: 1 });
  expect(other.stderr).toMatch(
    /outbox of imported candles is full \(1500 rows wait and 1500 would come, allowed: at most 2000\)/,
  );
  const gone = JSON.parse((await paramgate([...IMPORT_SIGNALS, join(given.path, 'entries.csv')], env)).stdout);
  expect(gone).toMatchObject({ waiting: 1_506 });
  const alone = ['simulate', '--pair', 'BTC/USDT', '--candles', 'hub', '--stop', '-1', '--target', '1', '--json'];
  expect(JSON.parse((await paramgate(alone, env)).stdout)).toMatchObject({ candles: { count: 1_500 } });
  await hub.up();
  const all = await paramgate(['import', 'candles', '--json'], env);
  expect(JSON.parse(all.stdout)).toMatchObject({ candles: [{ count: 1_500 }, { count: 1_500 }], waiting: 0 });
  expect(counted(hub)).toEqual([3_000, 3, 3]);
}, 120_000);
