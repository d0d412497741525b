// Subscriptions through real sockets: events as they come, roles, ends, and readers that do not read.
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SEARCH_DEFAULTS } from '#search/search.ts';
import { decisionOf, openTestFront, STUDY_DEFAULTS, studyOf, type TestFront } from './front.ts';

const DECISIONS = 'subscription($pair: String) { decisionMade(pair: $pair) { id outcome deliveries { bot } } }';
const EXITS =
  'subscription($requests: [ExitParamsRequest!]!) { exitParamsChanged(requests: $requests) { pair account { stopLossPct } } }';
const PROGRESS = 'subscription($id: ID!) { searchProgress(id: $id) { id state progress } }';
const NEVER = new AbortController().signal;

interface Asked {
  readonly query: string;
  readonly variables?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

function follow(front: TestFront, { query, variables, key, signal }: Asked): Promise<Response> {
  return fetch(`${front.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ query, variables }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The data of all `next` events of a stream that has ended; fails when it did not end with `complete`. */
async function eventsOf(response: Response): Promise<readonly Record<string, unknown>[]> {
  const text = await response.text();
  expect(text.endsWith('event: complete\ndata:\n\n')).toBe(true);
  return [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
}

describe('a subscription', () => {
  it('tells its events and its end', async () => {
    await using front = await openTestFront();
    front.memory.decisions.set('d1', decisionOf({ id: 'd1' }));
    front.memory.decisions.set('d2', decisionOf({ id: 'd2', pair: 'ETH/USDT' }));
    const response = await follow(front, { query: DECISIONS, variables: { pair: 'ETH/USDT' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await eventsOf(response)).toEqual([
      { data: { decisionMade: { id: 'd2', outcome: 'FORWARDED', deliveries: [] } } },
    ]);
  });

  it('loads anew for each event', async () => {
    await using front = await openTestFront();
    front.memory.decisions.set('d1', decisionOf({ id: 'd1' }));
    front.memory.decisions.set('again', decisionOf({ id: 'd1' }));
    await eventsOf(await follow(front, { query: DECISIONS }));
    expect(front.memory.historyCalls.filter((call) => call === 'deliveriesOf d1')).toHaveLength(2);
  });

  it('of exit params and of a search', async () => {
    await using front = await openTestFront();
    front.memory.events = 2;
    const requests = [
      { pair: 'BTC/USDT', leverage: 3 },
      { pair: 'ETH/USDT', leverage: 1 },
    ];
    const exits = await eventsOf(await follow(front, { query: EXITS, variables: { requests } }));
    expect(exits).toEqual([
      { data: { exitParamsChanged: { pair: 'BTC/USDT', account: { stopLossPct: -6 } } } },
      { data: { exitParamsChanged: { pair: 'ETH/USDT', account: { stopLossPct: -2 } } } },
    ]);
    front.memory.followed = 0;
    front.memory.studies.set('s1', studyOf('s1', { ...SPEC }));
    const progress = await eventsOf(await follow(front, { query: PROGRESS, variables: { id: 's1' } }));
    expect(progress).toMatchObject([{ data: { searchProgress: { id: 's1' } } }]);
  });

  it('can be asked for by GET', async () => {
    await using front = await openTestFront();
    front.memory.decisions.set('d1', decisionOf({ id: 'd1' }));
    const query = new URLSearchParams({ query: DECISIONS, variables: '{"pair":"BTC/USDT"}' });
    const response = await fetch(`${front.url}/graphql?${query}`, { headers: { accept: 'text/event-stream' } });
    expect(await eventsOf(response)).toMatchObject([{ data: { decisionMade: { id: 'd1' } } }]);
  });

  it.each([
    ['an invalid document', { query: 'subscription { nope }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['variables that do not coerce', { query: PROGRESS, variables: {} }, 'BAD_USER_INPUT'],
    ['an unknown study', { query: PROGRESS, variables: { id: 'none' } }, 'BAD_USER_INPUT'],
    ['a pair that is none', { query: DECISIONS, variables: { pair: 'nonsense' } }, 'BAD_USER_INPUT'],
    ['a key of another role', { query: DECISIONS, key: 'feeder-key-0123456789' }, 'FORBIDDEN'],
  ])('with %s is refused in words', async (_name, asked, code) => {
    await using front = await openTestFront({
      keys: [{ role: 'feeder', name: '75a', key: 'feeder-key-0123456789' }, OPERATOR],
    });
    const events = await eventsOf(await follow(front, { key: OPERATOR.key, ...asked }));
    expect(events).toMatchObject([{ errors: [{ extensions: { code } }] }]);
  });

  it('needs a key where keys are configured', async () => {
    await using front = await openTestFront({ keys: [OPERATOR] });
    expect((await follow(front, { query: DECISIONS })).status).toBe(401);
  });

  it('is refused in words to who takes no events', async () => {
    await using front = await openTestFront();
    const response = await fetch(`${front.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: DECISIONS }),
    });
    expect(response.status).toBe(406);
  });
});

const OPERATOR = { role: 'operator', name: 'ann', key: 'operator-key-0123456789' } as const;
const SPEC = {
  ...SEARCH_DEFAULTS,
  pair: 'BTC/USDT',
  timeframe: '5m',
  side: null,
  sampler: 'EXACT',
  objective: 'NET_PROFIT',
  fills: 'CONSERVATIVE',
  feePct: 0.05,
  maxHold: 500,
  seed: 1,
  fromMs: null,
  toMs: null,
  publish: false,
  ...STUDY_DEFAULTS,
} as const;

const streamsOpen = async (front: TestFront) =>
  Number(/^paramgate_subscriptions_open (\d+)$/m.exec(await (await fetch(`${front.url}/metrics`)).text())?.[1]);

/** Asks by hand and never reads. */
function stall(front: TestFront, query: string, variables: unknown): Socket {
  const { port, hostname } = new URL(front.url);
  const body = JSON.stringify({ query, variables });
  const socket = connect({
    port: Number(port),
    host: hostname,
    onread: { buffer: Buffer.alloc(1), callback: () => false },
  });
  socket.on('error', () => {});
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return socket;
}

/** Resolves when `read` no longer changes between two looks. */
async function settled(read: () => number): Promise<number> {
  let before = -1;
  while (read() !== before || before === 0) {
    before = read();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return before;
}

describe('a reader', () => {
  it('that goes away ends its stream', async () => {
    await using front = await openTestFront();
    front.memory.followsOn = true;
    const leaving = new AbortController();
    const response = await follow(front, { query: DECISIONS, signal: leaving.signal });
    expect(response.status).toBe(200);
    expect(await streamsOpen(front)).toBe(1);
    leaving.abort();
    await expect(response.text()).rejects.toThrow();
    while ((await streamsOpen(front)) !== 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('that does not read has no more events made for it, holds nobody up, and is cut off after a minute', async () => {
    await using front = await openTestFront();
    const reader = stall(front, EXITS, { requests: [{ pair: 'BTC/USDT', leverage: 3 }] });
    const made = await settled(() => front.memory.followed);
    expect(made).toBeLessThan(200_000);
    expect((await front.ask('{ exitParams(pair: "BTC/USDT", leverage: 3) { pair } }')).errors).toEqual([]);
    expect(await streamsOpen(front)).toBe(1);
    await front.clock.advance(70_000);
    while ((await streamsOpen(front)) !== 0) await new Promise((resolve) => setImmediate(resolve));
    reader.destroy();
  });

  it('is told the end when the service drains', async () => {
    await using front = await openTestFront();
    front.memory.followsOn = true;
    const response = await follow(front, { query: DECISIONS });
    const text = response.text();
    const drained = front.server.drain(NEVER);
    await front.clock.advance(250);
    await drained;
    expect(await text).toContain('event: complete');
  });

  it('that does not read holds up no drain', async () => {
    await using front = await openTestFront();
    const reader = stall(front, EXITS, { requests: [{ pair: 'BTC/USDT', leverage: 3 }] });
    await settled(() => front.memory.followed);
    const drained = front.server.drain(NEVER);
    await front.clock.advance(1_000);
    await drained;
    reader.destroy();
  });

  it('hears from the service while nothing happens', async () => {
    await using front = await openTestFront();
    front.memory.followsOn = true;
    const response = await follow(front, { query: DECISIONS });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    await front.clock.advance(10_000);
    const second = await reader?.read();
    expect([first, second].map((chunk) => Buffer.from(chunk?.value ?? []).toString())).toEqual([':\n\n', ':\n\n']);
    await reader?.cancel();
  });
});
