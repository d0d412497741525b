// Feeders' REST dialect through the real executable: a login's signals are in the journal, its tokens outlive a restart, and nothing else opens.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startService, temporaryFolder } from '../support/executable.ts';

const OPERATOR = 'operator-key-000001';
const env = { PARAMGATE_FEEDER_BASIC: 'feeder:secret-password', PARAMGATE_KEYS: `operator/ann:${OPERATOR}` };
const login = `Basic ${Buffer.from('feeder:secret-password').toString('base64')}`;

const post = async (url: string, path: string, authorization: string, body: unknown = null) => {
  const headers = { 'content-type': 'application/json', authorization };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('a signal by login is found by its id, with what was kept beside it', { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const service = await startService(folder.path, { env });
  const order = {
    pair: 'BTC/USDT:USDT',
    side: 'LONG',
    leverage: '3',
    price: 1.5,
    enter_tag: 'long from 75b conf=0.89',
  };
  const accepted = await post(service.url, '/api/v1/forceenter', login, order);
  expect(accepted.status).toBe(200);
  const [, id] = /^Signal (\w+) accepted for long BTC\/USDT:USDT\.$/.exec(String(accepted.body.status)) ?? [];
  const query = `{ signal(id: "${id}") { pair side source confidence leverage } }`;
  const asked = await post(service.url, '/graphql', `Bearer ${OPERATOR}`, { query });
  expect(asked.body).toEqual({
    data: { signal: { pair: 'BTC/USDT:USDT', side: 'LONG', source: '75b', confidence: 0.89, leverage: 3 } },
  });
  expect((await post(service.url, '/graphql', 'none', { query })).status).toBe(401);

  const { body: tokens } = await post(service.url, '/api/v1/token/login', login);
  expect((await stat(join(folder.path, 'tokens.secret'))).mode & 0o777).toBe(0o600);
  await service.stop();
  const again = await startService(folder.path, { env: { ...env, PARAMGATE_INTAKE: 'off' } });
  const refreshed = await post(again.url, '/api/v1/token/refresh', `Bearer ${tokens.refresh_token}`);
  expect(refreshed.status).toBe(200);
  const off = await post(again.url, '/api/v1/forcebuy', `Bearer ${refreshed.body.access_token}`, order);
  expect(off).toEqual({
    status: 502,
    body: { error: expect.stringMatching(/^Error querying \/api\/v1\/forcebuy: .*intake is off/) },
  });
  await again.stop();
  const secret = (await readFile(join(folder.path, 'tokens.secret'), 'utf8')).trim();
  for (const hidden of ['secret-password', OPERATOR, secret, String(tokens.access_token), login.slice(6)]) {
    expect(service.stderr() + again.stderr()).not.toContain(hidden);
  }
});
