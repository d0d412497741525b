// The routes beside GraphQL, and what is not HTTP at all.
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { SEARCH_DEFAULTS } from '#search/search.ts';
import { LOCAL_TOKEN, openTestFront, STUDY_DEFAULTS, studyOf, type TestFront } from './front.ts';

let front: TestFront;
let ready = true;
beforeAll(async () => {
  front = await openTestFront({ readiness: () => ({ ready, details: { hub: ready ? 'read' : 'not read yet' } }) });
});
beforeEach(() => {
  ready = true;
  front.memory.failure = undefined;
});
afterAll(() => front.server.close());

/** Everything the server sends until it closes the connection. */
function talk(text: string): Promise<string> {
  const { port, hostname } = new URL(front.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.setEncoding('utf8').on('data', (data) => {
      heard += data;
    });
    socket.on('close', () => resolve(heard)).on('error', reject);
    socket.write(text);
  });
}

describe('health', () => {
  it('is alive while it is not ready', async () => {
    ready = false;
    expect((await fetch(`${front.url}/healthz`)).status).toBe(200);
    const response = await fetch(`${front.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ready: false, hub: 'not read yet' });
  });

  it('is ready', async () => {
    const response = await fetch(`${front.url}/readyz`);
    expect([response.status, await response.json()]).toEqual([200, { ready: true, hub: 'read' }]);
  });

  it('answers HEAD without a body, and refuses what it does not take', async () => {
    const head = await fetch(`${front.url}/healthz`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await fetch(`${front.url}/healthz`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describe('unknown paths and methods', () => {
  it.each(['/', '/graphql/', '/healthz/x', '/GRAPHQL', '/__proto__', '/constructor'])(
    '%s is 404 in JSON',
    async (path) => {
      const response = await fetch(front.url + path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    },
  );

  it('says what it takes to OPTIONS, and allows no other origin', async () => {
    const response = await fetch(`${front.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'http://evil.example' },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, POST, OPTIONS']);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s /graphql is 405', async (method) => {
    expect((await fetch(`${front.url}/graphql`, { method })).status).toBe(405);
  });
});

describe('what is no request', () => {
  it.each([
    ['GARBAGE\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nhost: localhost\r\nbad header\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n', 400],
  ])('%j is told so in JSON and cut', async (text, status) => {
    const heard = await talk(text);
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(heard.slice(heard.indexOf('\r\n\r\n')))).toMatchObject({
      errors: [{ message: expect.any(String) }],
    });
  });

  it('is refused without keys when it names another host: a web page may let its name point here', async () => {
    const body = '{"query":"{ __typename }"}';
    const ask = (host: string) =>
      talk(
        `POST /graphql HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    expect(await ask('evil.example')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask('localhost.evil.example:4000')).toMatch(/^HTTP\/1\.1 403 /);
    for (const host of ['localhost', 'localhost:4000', '127.0.0.1', '[::1]:4000']) {
      expect(await ask(host)).toContain('{"data":{"__typename":"Query"}}');
    }
  });
});

describe('POST /local/studies', () => {
  const study = studyOf('study-1', {
    ...SEARCH_DEFAULTS,
    ...STUDY_DEFAULTS,
    pair: 'BTC/USDT',
    timeframe: '5m',
    side: null,
    sampler: 'EXACT',
    objective: 'NET_PROFIT',
    fills: 'CONSERVATIVE',
    feePct: 0.05,
    maxHold: 500,
    seed: 0,
    fromMs: null,
    toMs: null,
    publish: false,
  });
  const keep = (body: unknown, token?: string) =>
    fetch(`${front.url}/local/studies`, {
      method: 'POST',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('does not exist without the token of the data folder', async () => {
    expect((await keep({ study, trials: [], plane: null })).status).toBe(404);
    expect((await keep({ study, trials: [], plane: null }, 'x'.repeat(32))).status).toBe(404);
    expect(front.memory.kept).toEqual([]);
  });

  it('hands the study and its plane to the door', async () => {
    const plane = { stops: [-1], targets: [1], trades: [[3]], values: [[null]] };
    const response = await keep({ study, trials: [], plane }, LOCAL_TOKEN);
    expect([response.status, await response.json()]).toEqual([200, { id: 'study-1' }]);
    expect(front.memory.kept).toEqual([{ study, trials: [], plane }]);
  });

  it.each([
    ['body', 'not json'],
    ['study', { trials: [], plane: null }],
    ['study.spec.feePct', { study: { ...study, spec: { ...study.spec, feePct: 'much' } }, trials: [], plane: null }],
    ['plane.values.0.0', { study, trials: [], plane: { stops: [-1], targets: [1], trades: [[3]], values: [['x']] } }],
  ])('names %s when it is wrong', async (field, body) => {
    const response = await keep(body, LOCAL_TOKEN);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', field } }] });
  });

  it('says when the journal cannot be written, and masks what is broken', async () => {
    front.memory.failure = new Fault('JOURNAL_UNAVAILABLE', 'the disk is full');
    expect((await keep({ study, trials: [], plane: null }, LOCAL_TOKEN)).status).toBe(503);
    front.memory.failure = new Error('secret');
    const response = await keep({ study, trials: [], plane: null }, LOCAL_TOKEN);
    expect([response.status, await response.json()]).toEqual([
      500,
      { errors: [{ message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
    ]);
  });
});
