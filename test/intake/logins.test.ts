// Who may send signals, by login, key or token; how long tokens live and what ends them; and that nothing of all that is ever told.

import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Credential } from '#intake/intake.ts';
import { openTokens } from '#intake/tokens.ts';
import { manualClock } from '../support/manual-clock.ts';
import { basic, FEEDER, type FeederFront, JSON_TYPE, LOGIN, openFeederFront } from './feeders.ts';

const KEY = 'feeder-key-000000001';
const BOT_KEY = 'bot-key-00000000001';
const OPERATOR_KEY = 'operator-key-000001';
const CREDENTIALS: readonly Credential[] = [
  FEEDER,
  {
    name: 'host-a',
    role: 'feeder',
    login: { username: 'host-a', password: 'pass:with:colons' },
    key: KEY,
    sources: ['75a'],
  },
  { name: 'bot', role: 'bot', key: BOT_KEY },
  { name: 'ann', role: 'operator', key: OPERATOR_KEY },
];
const bearer = (token: string) => `Authorization: Bearer ${token}`;
const order = (authorization: readonly string[]) => ({
  line: 'POST /api/v1/forceenter',
  headers: [JSON_TYPE, ...authorization],
  body: '{"pair": "BTC/USDT", "entry_tag": "conf=0.9", "source": "75a"}',
});

interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
}

async function logIn(feeders: FeederFront, login = LOGIN): Promise<Pair> {
  const { status, body } = await feeders.send({ line: 'POST /api/v1/token/login', headers: [login], body: 'null' });
  expect(status).toBe(200);
  return JSON.parse(body) as Pair;
}

const statusOf = async (feeders: FeederFront, token: string) =>
  (await feeders.send({ line: 'GET /api/v1/status', headers: [bearer(token)] })).status;
const refresh = (feeders: FeederFront, token: string) =>
  feeders.send({ line: 'POST /api/v1/token/refresh', headers: [bearer(token)] });

describe('who may send', () => {
  test.each([
    ['a login', LOGIN, 'feeder'],
    ['a login with colons in its password', basic('host-a:pass:with:colons'), 'host-a'],
    ["a feeder's key", bearer(KEY), 'host-a'],
    ['a key behind several spaces', bearer(`  ${KEY}`), 'host-a'],
    ["an operator's key", bearer(OPERATOR_KEY), 'ann'],
  ])('%s', async (_name, header, credential) => {
    await using feeders = await openFeederFront({ credentials: CREDENTIALS });
    expect((await feeders.send(order([header]))).status).toBe(200);
    expect(feeders.signals.committed()).toMatchObject([{ credential, source: '75a' }]);
  });

  test("a bot's key opens nothing here, and a login nothing beside", async () => {
    await using feeders = await openFeederFront({ credentials: CREDENTIALS });
    expect(await feeders.send(order([bearer(BOT_KEY)]))).toMatchObject({
      status: 401,
      body: '{"detail":"Could not validate credentials"}',
    });
    const asked = { line: 'GET /metrics', headers: [LOGIN] };
    expect((await feeders.send(asked)).status).toBe(401);
  });

  test('a credential with one source speaks for it when a signal names none, and for no other', async () => {
    await using feeders = await openFeederFront({ credentials: CREDENTIALS });
    const body = '{"pair": "BTC/USDT", "entry_tag": "conf=0.9"}';
    expect((await feeders.send({ ...order([bearer(KEY)]), body })).status).toBe(200);
    expect(feeders.signals.committed()).toMatchObject([{ source: '75a' }]);
    const other = await feeders.send({ ...order([bearer(KEY)]), body: body.replace('conf', 'from 75c conf') });
    expect(other).toMatchObject({
      status: 502,
      body: '{"error":"Error querying /api/v1/forceenter: Source 75c is not allowed for this user."}',
    });
  });

  test('everyone, whatever the header says, when nothing at all is configured; a login alone ends that everywhere', async () => {
    await using open = await openFeederFront({ credentials: [] });
    for (const header of [[], [basic('any:one')], [bearer('junk')], ['Authorization: Basic %%%']]) {
      expect((await open.send(order(header))).status).toBe(200);
    }
    expect(open.signals.committed().map(({ credential }) => credential)).toEqual(Array(4).fill('everyone'));
    expect((await open.front.ask('{ leverageBins { label } }')).status).toBe(200);
    const { refresh_token } = await logIn(open, 'Accept: */*');
    expect((await refresh(open, refresh_token)).status).toBe(200);
    expect((await refresh(open, 'junk')).status).toBe(401);

    await using closed = await openFeederFront({ credentials: [FEEDER] });
    expect((await closed.front.ask('{ leverageBins { label } }')).status).toBe(401);
    expect((await closed.send({ line: 'GET /metrics' })).status).toBe(401);
    expect((await refresh(closed, refresh_token)).status).toBe(401);
  });
});

describe('tokens', () => {
  test("are freqtrade's: HS256, identity, type, 15 minutes and 30 days", async () => {
    await using feeders = await openFeederFront({ credentials: CREDENTIALS });
    const { access_token, refresh_token } = await logIn(feeders);
    const iat = feeders.front.clock.now().wallMs / 1000;
    expect(decodeProtectedHeader(access_token)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(decodeJwt(access_token)).toEqual({ identity: { u: 'feeder' }, iat, exp: iat + 900, type: 'access' });
    expect(decodeJwt(refresh_token)).toEqual({ identity: { u: 'feeder' }, iat, exp: iat + 2_592_000, type: 'refresh' });
  });

  test("carry the login's own rights", async () => {
    await using feeders = await openFeederFront({ credentials: CREDENTIALS });
    const { access_token } = await logIn(feeders, basic('host-a:pass:with:colons'));
    expect((await feeders.send(order([bearer(access_token)]))).status).toBe(200);
    expect(feeders.signals.committed()).toMatchObject([{ credential: 'host-a' }]);
    const foreign = { ...order([bearer(access_token)]), body: '{"pair":"BTC/USDT","entry_tag":"from 75b conf=1"}' };
    expect((await feeders.send(foreign)).status).toBe(502);
  });

  test('live as long as they say, and a refresh token brings a new access token', async () => {
    await using feeders = await openFeederFront({ credentials: CREDENTIALS });
    const { access_token, refresh_token } = await logIn(feeders);
    const { clock } = feeders.front;
    await clock.advance(899_000);
    expect(await statusOf(feeders, access_token)).toBe(200);
    await clock.advance(1_000);
    expect(await statusOf(feeders, access_token)).toBe(401);
    await clock.advance(2_592_000_000 - 901_000);
    const answer = await refresh(feeders, refresh_token);
    expect(Object.keys(JSON.parse(answer.body) as object)).toEqual(['access_token']);
    expect(await statusOf(feeders, (JSON.parse(answer.body) as Pair).access_token)).toBe(200);
    await clock.advance(1_000);
    expect((await refresh(feeders, refresh_token)).status).toBe(401);
  });

  test('are each good for one thing', async () => {
    await using feeders = await openFeederFront({ credentials: CREDENTIALS });
    const { access_token, refresh_token } = await logIn(feeders);
    expect(await statusOf(feeders, refresh_token)).toBe(401);
    expect(await refresh(feeders, access_token)).toMatchObject({ status: 401 });
    expect(await refresh(feeders, KEY)).toMatchObject({ status: 401 });
  });
});

describe('tokens that are not taken', () => {
  const SECRET = new Uint8Array(32).fill(7);
  const login = { username: 'a', password: 'b' };
  const clock = manualClock();
  const claims = { identity: { u: 'a' }, type: 'access', iat: 1, exp: clock.now().wallMs / 1000 + 60 };
  const tokens = openTokens(SECRET, clock);

  test('the right one is', async () => {
    expect(await tokens.ownerOf(await tokens.issue(login, 'access'), 'access', [login])).toBe(login);
  });
  test.each<readonly [name: string, made: () => Promise<string>]>([
    ['of another secret', () => openTokens(new Uint8Array(32), clock).issue(login, 'access')],
    ['of the password before', () => tokens.issue({ ...login, password: 'old' }, 'access')],
    ['of a login that is gone', () => tokens.issue({ ...login, username: 'gone' }, 'access')],
    ['signed with the secret itself', () => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(SECRET)],
    [
      'without a signature',
      async () => `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims))}.`.replaceAll('=', ''),
    ],
    ['with a character changed', async () => (await tokens.issue(login, 'access')).replace(/\.(.)/, '.X')],
    ['with the identity elsewhere', async () => `x.${btoa('{"u":"a"}')}.x`.replaceAll('=', '')],
    ['that is empty', async () => ''],
  ])('%s', async (_name, made) => {
    expect(await tokens.ownerOf(await made(), 'access', [login])).toBeUndefined();
  });
});

test('no credential reaches logs, metrics or answers', async () => {
  await using feeders = await openFeederFront({ credentials: CREDENTIALS });
  const { access_token, refresh_token } = await logIn(feeders);
  const secrets = ['secret-password', 'pass:with:colons', 'wrong-password', KEY, BOT_KEY, access_token, refresh_token];
  const headers = [LOGIN, basic('feeder:wrong-password'), ...[KEY, BOT_KEY, access_token, refresh_token].map(bearer)];
  const answers: string[] = [];
  for (const header of headers) {
    for (const body of ['{"pair":"BTC/USDT","entry_tag":"from 75a conf=1"}', '{"pair":"BTC/USDT"}', '{broken', '{}']) {
      answers.push((await feeders.send({ ...order([header]), body })).body);
    }
    answers.push((await feeders.send({ line: 'POST /api/v1/token/refresh', headers: [header] })).body);
  }
  feeders.signals.append = async () => {
    throw new Error('inside');
  };
  answers.push((await feeders.send(order([LOGIN]))).body);
  const metrics = await feeders.send({ line: 'GET /metrics', headers: [bearer(OPERATOR_KEY)] });
  expect(metrics.body).toMatch(/^paramgate_http_requests_total\{route="\/api\/v1",status="502"\} \d/m);
  const told = answers.filter((answer) => !answer.startsWith('{"access_token"'));
  const lines = [...feeders.log.lines, ...feeders.front.log.lines];
  expect(lines.length).toBeGreaterThan(5);
  const everything = JSON.stringify([lines, metrics.body, told], (_key, value: unknown) =>
    value instanceof Error ? `${value.stack}` : value,
  );
  for (const secret of [...secrets, ...headers.map((header) => header.split(' ').at(-1) ?? '')]) {
    expect(everything).not.toContain(secret);
  }
});
