// `paramgate hub status`, `retry`, `drop` and `copy` as a process, beside a running service and without one.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hubWrites, openGatewayStore, openWorkerStore } from '#store/open.ts';
import { closing, decision, newSignal, paramRecord, T0, trade } from '../store/samples.ts';
import { cleanEnv, startService, temporaryFolder, until } from '../support/executable.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../support/influx/stand-in.ts';
import { recordingLog } from '../support/recording-log.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const BUCKETS = { OPTUNA_PARAMS: 0, BOT33_trades: 0, ENSEMBLE: 0, CANDLES: 0, BOT1_trades: 0, BOT2_trades: 0 };
const RECORD = 'mutation($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded } }';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function paramgate(words: readonly string[], env: Record<string, string>, killAt?: RegExp): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [MAIN, ...words], { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (killAt?.test(stderr) === true) child.kill('SIGKILL');
    });
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

const envFor = (hub: InfluxStandIn, folder: string) => ({
  INFLUX_URL: hub.url,
  INFLUX_TOKEN: hub.token,
  INFLUX_ORG: hub.org,
  PARAMGATE_DATA: folder,
});
const trades = (count: number) =>
  Array.from({ length: count }, (_, at) => trade({ tradeId: `${at}`, closedAtMs: T0 + at * 1_000 }));

test('dead letters are shown, sent again and dropped, beside a service and without one', async () => {
  await using folder = await temporaryFolder();
  await using hub = await startInfluxStandIn({ buckets: { ...BUCKETS, BOT33_trades: 3_600 } });
  const env = envFor(hub, folder.path);
  const service = await startService(folder.path, { env });
  const told = trades(3).map(({ openedAtMs, closedAtMs, ...one }) => ({
    ...one,
    openedAt: new Date(openedAtMs).toISOString(),
    closedAt: new Date(closedAtMs).toISOString(),
  }));
  await service.ask(RECORD, { trades: told });
  const status = async () => JSON.parse((await paramgate(['hub', 'status', '--json'], env)).stdout);
  const tradesOf = ({ outboxes }: { outboxes: { holds: string; depth: number }[] }) =>
    outboxes.find(({ holds }) => holds === 'trades');
  // The figures are those of a moment before the letters: the first status with letters may still count what waits.
  const found = await until(status, (said) => said.deadLetters.length === 3 && tradesOf(said)?.depth === 0);
  expect(found.hub).toBe(hub.url);
  expect(tradesOf(found)).toMatchObject({
    ...{ bucket: 'BOT33_trades', depth: 0, deadLetters: 3, oldestAt: null, breaker: 'closed', alarm: null },
  });
  expect(found.deadLetters[0]).toMatchObject({
    id: 'trades:3',
    status: 422,
    words: expect.stringMatching(/retention/),
  });
  hub.dropBucket('BOT33_trades');
  hub.addBucket('BOT33_trades');
  expect(await paramgate(['hub', 'retry', 'trades:1'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^1 dead letters/),
  });
  await until(
    async () => hub.pointCount('BOT33_trades', 'closed_trades'),
    (count) => count === 1,
  );
  expect(await service.stop()).toBe(0);
  expect(await paramgate(['hub', 'drop', 'trades:2', '--json'], env)).toEqual({
    ...{ code: 0, stdout: '{"drop":1,"done":true}\n', stderr: '' },
  });
  expect((await status()).deadLetters).toMatchObject([{ id: 'trades:3' }]);
  expect(await paramgate(['hub', 'retry', 'trades:9999'], env)).toMatchObject({ code: 1 });
  const text = (await paramgate(['hub', 'status'], env)).stdout;
  expect(text).toMatch(/trades -> BOT33_trades: nothing waits; 1 dead letters/);
  expect(await paramgate(['hub', 'retry', '--all'], env)).toMatchObject({ code: 0 });
  const again = await startService(folder.path, { env });
  await until(
    async () => hub.pointCount('BOT33_trades', 'closed_trades'),
    (count) => count === 2,
  );
  await again.stop();
  expect((await status()).deadLetters).toEqual([]);
}, 90_000);

test('an embedded store is copied whole; broken off it goes on, and twice is the same as once', async () => {
  await using folder = await temporaryFolder();
  await using hub = await startInfluxStandIn({ buckets: BUCKETS });
  await fillEmbedded(folder.path);
  const env = envFor(hub, folder.path);
  const counted = () => [
    hub.pointCount('OPTUNA_PARAMS', 'parameters'),
    hub.pointCount('BOT33_trades', 'closed_trades'),
    hub.pointCount('ENSEMBLE', 'decisions'),
    hub.pointCount('ENSEMBLE', 'signals'),
  ];
  const killed = await paramgate(['hub', 'copy'], env, /copying: 25 %/);
  expect(killed.code).toBe(null);
  expect(counted()[1]).toBeLessThan(9_000);
  const second = await paramgate(['hub', 'copy', '--json'], env);
  expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('copying: 100 %') });
  expect(JSON.parse(second.stdout)).toMatchObject({ resumed: true, refused: [] });
  expect(counted()).toEqual([1, 9_000, 2, 3]);
  const third = await paramgate(['hub', 'copy', '--json'], env);
  const copied = { params: 1, trades: 9_000, decisions: 2, signals: 3, candles: 0 };
  expect(JSON.parse(third.stdout)).toEqual({ copied, resumed: false, refused: [] });
  expect(counted()).toEqual([1, 9_000, 2, 3]);
  hub.allow({});
  const denied = await paramgate(['hub', 'copy'], env);
  expect(denied).toMatchObject({ code: 1, stdout: '' });
  expect(denied.stderr).toMatch(/does not take what is copied into OPTUNA_PARAMS \(401 /);
  expect(denied.stderr).not.toContain(hub.token);
}, 90_000);

async function fillEmbedded(folder: string): Promise<void> {
  const options = { folder, log: recordingLog(), hubWrites: hubWrites() };
  const gateway = await openGatewayStore(options);
  const worker = await openWorkerStore(options);
  const all = trades(9_000);
  for (let at = 0; at < all.length; at += 1_000) await gateway.trades.record(all.slice(at, at + 1_000));
  await gateway.signals.append([newSignal(), newSignal(), newSignal()]);
  await worker.params.publish(paramRecord());
  const ended = [decision({ outcome: 'REJECTED' }), decision({ outcome: 'FORWARDED', pair: 'ETH/USDT' }), decision()];
  await worker.decisions.decide(
    ended.map((one) => closing(one, one.outcome === 'PENDING' ? ['BOT1'] : [])),
    3,
  );
  await gateway[Symbol.asyncDispose]();
  await worker[Symbol.asyncDispose]();
}
