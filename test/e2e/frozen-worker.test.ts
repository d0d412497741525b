// Gateway and worker as two processes: each tells how it is; a frozen worker is seen and said, and holds nobody up; decisions are heard across processes.
import { expect, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { ask, startService, temporaryFolder, until } from '../support/executable.ts';

const SUBMIT = 'mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { signal { id } } }';
const EXIT = '{ exitParams(pair: "BTC/USDT", leverage: 3) { source } }';
const MADE = 'subscription { decisionMade(side: LONG) { pair outcome deliveries { bot state } } }';

interface Told {
  readonly worker: { readonly alive: boolean; readonly silentSeconds: number | null };
  readonly problems: readonly string[];
}

const told = async (url: string) => (await (await fetch(`${url}/readyz`)).json()) as Told;
const workerOf = async (url: string) => (await told(url)).worker;
const figure = async (url: string, name: string) =>
  Number(new RegExp(`^paramgate_${name} (\\S+)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

test('a frozen worker is seen, delays nothing, and goes on when it is let', async () => {
  await using folder = await temporaryFolder();
  await using bot = await openStandInBot();
  const env = {
    PARAMGATE_WINDOW_SECONDS: '1',
    PARAMGATE_BOT_LONG: bot.url.replace('://', `://${bot.username}:${bot.password}@`),
    PARAMGATE_WORKER_PORT: '0',
  };
  const gateway = await startService(folder.path, { command: 'gateway', env });
  expect(await workerOf(gateway.url)).toEqual({ alive: false, silentSeconds: null });
  const worker = await startService(folder.path, { command: 'worker', env });
  const health = /"url":"(http:[^"]+)"/.exec(worker.stderr())?.[1] ?? '';
  expect((await fetch(`${health}/healthz`)).status).toBe(200);
  await until(
    async () => (await fetch(`${health}/readyz`)).status,
    (status) => status === 200,
  );
  expect(await figure(health, 'worker_lock_held')).toBe(1);
  expect((await fetch(`${health}/graphql`)).status).toBe(404);
  await until(
    () => workerOf(gateway.url),
    ({ alive }) => alive,
  );

  const heard = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: MADE }),
  });
  let text = '';
  const heardToTheEnd = (async () => {
    for await (const chunk of heard.body ?? []) text += Buffer.from(chunk).toString();
  })();
  const submit = (pair: string) =>
    gateway.ask(SUBMIT, { input: { pair, side: 'LONG', source: '75a', confidence: 0.9 } });
  await submit('BTC/USDT:USDT');
  await until(
    async () => bot.orders().length,
    (orders) => orders === 1,
  );

  // Frozen until it is let: whatever is answered from here to there is answered without it.
  worker.child.kill('SIGSTOP');
  await submit('ETH/USDT:USDT');
  expect(await ask(gateway.url, EXIT)).toEqual({ exitParams: { source: 'FALLBACK' } });
  await until(
    () => workerOf(gateway.url),
    ({ alive }) => !alive,
  );
  expect((await fetch(`${gateway.url}/readyz`)).status, 'it serves all the same').toBe(200);
  expect((await told(gateway.url)).problems).toEqual([
    expect.stringMatching(/^the worker was not heard for \d+\.\d s, it is frozen or gone: signals are kept/),
  ]);
  expect(await figure(gateway.url, 'worker_silent_seconds')).toBeGreaterThan(2);
  expect(await figure(gateway.url, 'worker_alive')).toBe(0);

  worker.child.kill('SIGCONT');
  await until(
    () => workerOf(gateway.url),
    ({ alive }) => alive,
  );
  await until(
    async () => bot.orders().length,
    (orders) => orders === 2,
  );
  await until(
    async () => text.split('"FORWARDED"').length - 1,
    (forwarded) => forwarded === 2,
  );
  expect(await worker.stop()).toBe(0);
  expect(await workerOf(gateway.url)).toEqual({ alive: false, silentSeconds: null });
  expect(await gateway.stop()).toBe(0);
  await heardToTheEnd;
  const decisions = [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(
    ([, json = '']) => JSON.parse(json).data.decisionMade,
  );
  expect(decisions.map(({ pair, outcome }) => [pair, outcome])).toEqual([
    ['BTC/USDT:USDT', 'PENDING'],
    ['BTC/USDT:USDT', 'FORWARDED'],
    ['ETH/USDT:USDT', 'PENDING'],
    ['ETH/USDT:USDT', 'FORWARDED'],
  ]);
});
