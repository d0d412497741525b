// Two services on one data folder: only one serves and decides; the second takes over after the first one's death, never because of its silence.
import { expect, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { ask, startService, temporaryFolder, until } from '../support/executable.ts';

const SUBMIT = `mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { signal { id } } }`;
const OUTCOME = `query($id: ID!) { signal(id: $id) { decision { outcome } } }`;
const EXIT = '{ exitParams(pair: "BTC/USDT", leverage: 3) { source } }';

test('a second worker waits, takes over after SIGKILL, and neither doubles nor loses', async () => {
  await using folder = await temporaryFolder();
  await using bot = await openStandInBot();
  const env = {
    PARAMGATE_WINDOW_SECONDS: '1',
    PARAMGATE_BOT_LONG: bot.url.replace('://', `://${bot.username}:${bot.password}@`),
  };
  const gateway = await startService(folder.path, { command: 'gateway', env });
  const first = await startService(folder.path, { command: 'worker', env });
  const submit = async (pair: string) => {
    const input = { pair, side: 'LONG', source: '75a', confidence: 0.9 };
    return (await gateway.ask<{ submitSignal: { signal: { id: string } } }>(SUBMIT, { input })).submitSignal.signal.id;
  };
  const outcomeOf = async (id: string) =>
    (await gateway.ask<{ signal: { decision: { outcome: string } | null } }>(OUTCOME, { id })).signal.decision?.outcome;

  let secondIsReady = false;
  const second = startService(folder.path, { command: 'worker', env }).then((service) => {
    secondIsReady = true;
    return service;
  });
  const before = await submit('BTC/USDT:USDT');
  expect(
    await until(
      () => outcomeOf(before),
      (outcome) => outcome === 'FORWARDED',
    ),
  ).toBe('FORWARDED');

  // Frozen, not dead: it might still send, so nobody takes over, and the gateway goes on as before.
  first.child.kill('SIGSTOP');
  const during = await submit('ETH/USDT:USDT');
  expect(await ask(gateway.url, EXIT)).toEqual({ exitParams: { source: 'FALLBACK' } });
  const twoWindowsLaterMs = Date.now() + 2_000;
  await until(
    async () => Date.now(),
    (nowMs) => nowMs > twoWindowsLaterMs,
  );
  expect(secondIsReady).toBe(false);
  expect(await outcomeOf(during)).toBeUndefined();

  await first.kill();
  const worker = await second;
  expect(
    await until(
      () => outcomeOf(during),
      (outcome) => outcome !== undefined && outcome !== 'PENDING',
    ),
  ).toBe('FORWARDED');
  expect(bot.orders().map(({ pair }) => pair)).toEqual(['BTC/USDT:USDT', 'ETH/USDT:USDT']);
  expect(await worker.stop()).toBe(0);
  expect(await gateway.stop()).toBe(0);
});
