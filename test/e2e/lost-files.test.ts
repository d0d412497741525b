// A file of the journal is moved aside between a kill and the next start, as somebody does whose disk was damaged: no order is sent twice for it, and
// what comes afterwards is decided.
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { type Service, startService, temporaryFolder, until } from '../support/executable.ts';

const SUBMIT = `mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { signal { id } } }`;
const OUTCOME = `query($id: ID!) { signal(id: $id) { decision { outcome } } }`;

const submit = async (service: Service, pair: string) => {
  const input = { pair, side: 'LONG', source: '75a', confidence: 0.9 };
  return (await service.ask<{ submitSignal: { signal: { id: string } } }>(SUBMIT, { input })).submitSignal.signal.id;
};
const outcomeOf = async (service: Service, id: string) =>
  (await service.ask<{ signal: { decision: { outcome: string } | null } }>(OUTCOME, { id })).signal.decision?.outcome;
const ended = (service: Service, id: string) =>
  until(
    () => outcomeOf(service, id),
    (outcome) => outcome !== undefined && outcome !== 'PENDING',
  );
const moveAside = async (folder: string, file: string) => {
  for (const name of await readdir(folder)) {
    if (name.startsWith(file)) await rename(join(folder, name), join(folder, `aside-${name}`));
  }
};
const saidBy = (service: Service, words: RegExp) =>
  until(
    async () => service.stderr(),
    (text) => words.test(text),
  );
const problemsOf = async (service: Service) =>
  JSON.stringify(((await (await fetch(`${service.url}/readyz`)).json()) as { problems?: unknown }).problems);

test.concurrent('worker.db moved aside: what it sent is not sent again, and new signals are sent after the wait', {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  await using bot = await openStandInBot();
  const env = {
    PARAMGATE_WINDOW_SECONDS: '1',
    PARAMGATE_DELIVERY_TTL_SECONDS: '15',
    PARAMGATE_BOT_LONG: bot.url.replace('://', `://${bot.username}:${bot.password}@`),
  };
  const first = await startService(folder.path, { env });
  const before = await submit(first, 'BTC/USDT:USDT');
  expect(await ended(first, before)).toBe('FORWARDED');
  await first.kill();
  await moveAside(folder.path, 'worker.db');

  const second = await startService(folder.path, { env });
  await saidBy(second, /worker\.db is not the one.*nothing is decided or sent until/);
  expect(
    await until(
      () => problemsOf(second),
      (problems) => problems !== '[]',
    ),
  ).toContain('worker.db');
  const after = await submit(second, 'ETH/USDT:USDT');
  expect(await ended(second, before)).toBe('EXPIRED');
  expect(await ended(second, after)).toBe('FORWARDED');
  expect(bot.orders().map(({ pair }) => pair)).toEqual(['BTC/USDT:USDT', 'ETH/USDT:USDT']);
  expect(await second.stop()).toBe(0);

  // Remembered now: another start is not held up.
  const third = await startService(folder.path, { env });
  expect(await ended(third, await submit(third, 'SOL/USDT:USDT'))).toBe('FORWARDED');
  expect(third.stderr()).not.toContain('worker.db is not the one');
  expect(await third.stop()).toBe(0);
});

test.concurrent('gateway.db moved aside: signals that come afterwards are decided and sent', async () => {
  await using folder = await temporaryFolder();
  await using bot = await openStandInBot();
  const env = {
    PARAMGATE_WINDOW_SECONDS: '1',
    PARAMGATE_BOT_LONG: bot.url.replace('://', `://${bot.username}:${bot.password}@`),
  };
  const first = await startService(folder.path, { env });
  const ids = [await submit(first, 'BTC/USDT:USDT'), await submit(first, 'ETH/USDT:USDT')];
  for (const id of ids) expect(await ended(first, id)).toBe('FORWARDED');
  await first.kill();
  await moveAside(folder.path, 'gateway.db');

  const second = await startService(folder.path, { env });
  await saidBy(second, /gateway\.db knows less than worker\.db/);
  expect(await ended(second, await submit(second, 'SOL/USDT:USDT'))).toBe('FORWARDED');
  expect(bot.orders()).toHaveLength(3);
  expect(await second.stop()).toBe(0);
});
