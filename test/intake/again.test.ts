// Feeders that send again: what no freqtrade knows and every one of them ignores, `sentAt` and `idempotencyKey`, counts here as over GraphQL.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FeederFront, JSON_TYPE, LOGIN, openFeederFront } from './feeders.ts';

let feeders: FeederFront;
beforeAll(async () => {
  feeders = await openFeederFront();
});
afterAll(() => feeders[Symbol.asyncDispose]());

const START_S = 1_767_614_400;
let pairs = 0;
const newPair = () => {
  pairs += 1;
  return `P${pairs}/USDT`;
};
const send = async (body: object) => {
  const order = { entry_tag: 'long from 75b conf=0.89', ...body };
  const line = 'POST /api/v1/forceenter';
  const answer = await feeders.send({ line, headers: [LOGIN, JSON_TYPE], body: JSON.stringify(order) });
  return { status: answer.status, said: JSON.parse(answer.body) as Record<string, unknown> };
};
const kept = (pair: string) => feeders.signals.committed().filter((signal) => signal.pair === pair);

describe('a signal sent again', () => {
  test.each(['idempotencyKey', 'idempotency_key'])('with its %s counts once', async (key) => {
    const pair = newPair();
    const order = { pair, [key]: `${pair} 12:00` };
    const first = await send(order);
    expect(first.status).toBe(200);
    expect(await send(order), 'the same answer, with the id of the first').toEqual(first);
    expect(kept(pair)).toHaveLength(1);
    expect(await send({ ...order, leverage: 3 })).toMatchObject({
      status: 502,
      said: { error: expect.stringContaining('idempotencyKey: used before with other contents') },
    });
    await send({ pair });
    await send({ pair });
    expect(kept(pair), 'without a key nothing is a duplicate').toHaveLength(3);
  });

  test.each([
    ['sentAt', '2026-01-05T12:00:00.250Z'],
    ['sentAt', '2026-01-05T14:00:00.250+02:00'],
    ['sent_at', '2026-01-05T12:00:00.250999'],
    ['sentAt', START_S * 1_000 + 250],
    ['sentAt', START_S + 0.25],
    ['sent_at', `${START_S}.25`],
  ])('with %s %s counts once: to the millisecond, however it is written', async (key, sentAt) => {
    const pair = newPair();
    const first = await send({ pair, [key]: sentAt });
    expect(first.status).toBe(200);
    expect(await send({ pair, sentAt: '2026-01-05T12:00:00.250Z' })).toEqual(first);
    expect(kept(pair).map(({ sentAtMs }) => sentAtMs)).toEqual([START_S * 1_000 + 250]);
  });
});

test.each([
  ['two hours old', -7_200, /sentAt: 7200000 ms old/],
  ['from the future', 31, /sentAt: 31000 ms in the future/],
])('a signal %s is refused', async (_name, seconds, why) => {
  const pair = newPair();
  expect(await send({ pair, sentAt: new Date((START_S + seconds) * 1_000).toISOString() })).toMatchObject({
    status: 502,
    said: { error: expect.stringMatching(why) },
  });
  expect(kept(pair)).toEqual([]);
});

test('what is no time and no key is told as every other mistake; null is nothing', async () => {
  const pair = newPair();
  const { status, said } = await send({ pair, sentAt: 'yesterday', sent_at: [], idempotencyKey: {} });
  expect(status).toBe(422);
  expect(said.detail).toMatchObject([
    { type: 'datetime_parsing', loc: ['body', 'sentAt'], input: 'yesterday' },
    { type: 'datetime_type', loc: ['body', 'sent_at'], input: [] },
    { type: 'string_type', loc: ['body', 'idempotencyKey'], input: {} },
  ]);
  expect((await send({ pair, sentAt: null, idempotency_key: null })).status).toBe(200);
});
