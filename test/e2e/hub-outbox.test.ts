// The real executable in front of a hub that dies, freezes, forgets, and lets nobody in, while signals and trades come in: in the end everything that was
// accepted is in the hub, once.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { cleanEnv, type Service, startService, temporaryFolder, until } from '../support/executable.ts';
import { hubChild } from '../support/hub-child.ts';
import type { StandInChild } from '../support/stand-in-child.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const SUBMIT = 'mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { signal { id } } }';
const RECORD = 'mutation($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded duplicates } }';
const BUCKETS = { OPTUNA_PARAMS: 0, BOT33_trades: 0, ENSEMBLE: 0, CANDLES: 0, BOT1_trades: 0, BOT2_trades: 0 };

const hubEnv = (hub: StandInChild) => ({
  INFLUX_URL: hub.url,
  INFLUX_TOKEN: 'stand-in-token',
  INFLUX_ORG: 'fleet',
  PARAMGATE_WINDOW_SECONDS: '1',
});
const paramgate = async (words: readonly string[], env: Record<string, string>) =>
  (await promisify(execFile)(process.execPath, [MAIN, ...words], { env: cleanEnv(env) })).stdout;
const points = (hub: StandInChild, bucket: string, measurement: string) =>
  hub.order<number>({ do: 'points', bucket, measurement });
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Load {
  readonly signals: number;
  readonly trades: number;
  stop(): Promise<void>;
}

/** Sends signals and trades one after the other, and counts those that were accepted. */
function load(service: () => Service, from: number): Load {
  let signals = 0;
  let trades = 0;
  let at = from;
  let going = true;
  const run = async () => {
    while (going) {
      at += 1;
      const pair = `P${at}/USDT`;
      const input = { pair, side: 'LONG', source: '75a', confidence: 0.9 };
      const openedAt = new Date(Date.now() - 60_000).toISOString();
      const levels = { stopLossPct: -1.5, takeProfitPct: 1, openedAt, closedAt: new Date().toISOString() };
      const one = { bot: 'BOT3', tradeId: String(at), pair, side: 'LONG', leverage: 3, profitPct: 0.5, ...levels };
      try {
        await service().ask(SUBMIT, { input });
        signals += 1;
        await service().ask(RECORD, { trades: [one] });
        trades += 1;
      } catch {
        // Not accepted: whoever sent it knows, and nobody owes it.
        await wait(20);
      }
    }
  };
  const ended = run();
  return {
    get signals() {
      return signals;
    },
    get trades() {
      return trades;
    },
    stop: async () => {
      going = false;
      await ended;
    },
  };
}

test('a hub killed, frozen, started again empty and closed to us, under load: everything accepted is there once', async () => {
  await using folder = await temporaryFolder();
  await using hub = await hubChild({ buckets: BUCKETS });
  const env = hubEnv(hub);
  await using service = disposable(await startService(folder.path, { env }));
  const sent = load(() => service.running, 0);
  await wait(500);
  hub.freeze();
  await wait(800);
  hub.thaw();
  await wait(500);
  await hub.startAgainEmpty();
  await wait(800);
  await hub.order({ do: 'allow', tokens: {} });
  await wait(800);
  await hub.order({ do: 'allow', tokens: { 'stand-in-token': { read: 'all', write: 'all' } } });
  await hub.order({ do: 'dropBucket', bucket: 'ENSEMBLE' });
  await wait(500);
  await hub.order({ do: 'addBucket', bucket: 'ENSEMBLE' });
  await service.running.kill();
  service.running = await startService(folder.path, { env });
  await wait(500);
  await sent.stop();
  const { signals, trades } = sent;
  expect(signals).toBeGreaterThan(50);
  const there = () =>
    Promise.all([
      points(hub, 'ENSEMBLE', 'signals'),
      points(hub, 'ENSEMBLE', 'decisions'),
      points(hub, 'BOT33_trades', 'closed_trades'),
    ]);
  // A signal or trade whose answer the kill took away may be accepted or not.
  const all = await until(there, ([a, b, c]) => a >= signals && b >= signals && c >= trades);
  expect(all[0] - signals).toBeLessThanOrEqual(1);
  expect(all[1]).toBe(all[0]);
  expect(all[2] - trades).toBeLessThanOrEqual(1);
  const status = async () =>
    JSON.parse(await paramgate(['hub', 'status', '--json'], { ...env, PARAMGATE_DATA: folder.path }));
  const quiet = await until(status, ({ outboxes }) => outboxes.every((one: { depth: number }) => one.depth === 0));
  expect(quiet.deadLetters).toEqual([]);
  expect(await there()).toEqual(all);
}, 120_000);

test.each(['outbox.sending', 'outbox.sent', 'outbox.acknowledged'])(
  'killed at %s: after the next start everything accepted is in the hub once',
  async (crashAt) => {
    await using folder = await temporaryFolder();
    await using hub = await hubChild({ buckets: BUCKETS });
    const env = hubEnv(hub);
    const first = await startService(folder.path, { env, crashAt });
    const input = { pair: 'BTC/USDT', side: 'LONG', source: '75a', confidence: 0.9 };
    await first.ask(SUBMIT, { input });
    expect(await first.ended).toBe('SIGKILL');
    await using service = disposable(await startService(folder.path, { env }));
    await service.running.ask(SUBMIT, { input: { ...input, pair: 'ETH/USDT' } });
    const there = () => Promise.all(['signals', 'decisions'].map((name) => points(hub, 'ENSEMBLE', name)));
    await until(there, ([signals, decisions]) => signals === 2 && decisions === 2);
  },
  60_000,
);

test('asked to end, it sends what waits; with the hub gone it ends all the same and sends after the next start', async () => {
  await using folder = await temporaryFolder();
  await using hub = await hubChild({ buckets: BUCKETS });
  const env = hubEnv(hub);
  const first = await startService(folder.path, { env });
  const input = { pair: 'BTC/USDT', side: 'LONG', source: '75a', confidence: 0.9 };
  await first.ask(SUBMIT, { input });
  expect(await first.stop()).toBe(0);
  expect(await points(hub, 'ENSEMBLE', 'signals')).toBe(1);
  const second = await startService(folder.path, { env });
  hub.freeze();
  await second.ask(SUBMIT, { input: { ...input, pair: 'ETH/USDT' } });
  expect(await second.stop()).toBe(0);
  hub.thaw();
  await using third = disposable(await startService(folder.path, { env }));
  await until(
    () => points(hub, 'ENSEMBLE', 'signals'),
    (count) => count === 2,
  );
  expect(third.running.url).toMatch(/^http/);
}, 60_000);

function disposable(running: Service): AsyncDisposable & { running: Service } {
  const held = {
    running,
    [Symbol.asyncDispose]: async () => {
      await held.running.kill();
    },
  };
  return held;
}
