// The stand-in is as strict as the freqtrade 2026.9 it was held against: these are answers of the real one.
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { openStandInBot, type StandInBot } from '#demo/stand-in-bot.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string | null;
  /** The Authorization header; absent: the right credentials; null: none. */
  readonly authorization?: string | null;
}

function ask(bot: StandInBot, asked: Asked): Promise<{ status: number; headers: object; body: unknown }> {
  const { method, path, body, contentType = 'application/json' } = asked;
  const right = `Basic ${Buffer.from(`${bot.username}:${bot.password}`).toString('base64')}`;
  const authorization = asked.authorization === undefined ? right : asked.authorization;
  const headers = {
    ...(body === undefined || contentType === null ? {} : { 'content-type': contentType }),
    ...(authorization === null ? {} : { authorization }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${bot.url}/api/v1${path}`, { method, headers, agent: false }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      const isJson = answer.headers['content-type'] === 'application/json';
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: isJson ? JSON.parse(text) : text });
    });
    sent.on('error', reject).end(body);
  });
}

const enter = (body: string, more: Partial<Asked> = {}): Asked => ({
  method: 'POST',
  path: '/forceenter',
  body,
  ...more,
});
const ETH = '{"pair":"ETH/USDT:USDT","side":"long"}';
const missing = (loc: string[], input: unknown) => ({ type: 'missing', loc, msg: 'Field required', input });

describe('answers', () => {
  test.each<[string, Asked, number, unknown]>([
    ['unknown path', { method: 'GET', path: '/nope', authorization: null }, 404, { detail: 'Not Found' }],
    ['trailing slash', { method: 'POST', path: '/forceenter/', body: '{}' }, 405, { detail: 'Method Not Allowed' }],
    ['no credentials', { method: 'GET', path: '/status', authorization: null }, 401, { detail: 'Unauthorized' }],
    ['wrong ones', { method: 'GET', path: '/status', authorization: 'Basic YTpi' }, 401, { detail: 'Unauthorized' }],
    ['malformed', { method: 'GET', path: '/status', authorization: 'Basic x!' }, 401, { detail: 'Not authenticated' }],
    [
      'bad token',
      { method: 'GET', path: '/status', authorization: 'Bearer x' },
      401,
      { detail: 'Could not validate credentials' },
    ],
    ['body without credentials', enter('{}', { authorization: null }), 401, { detail: 'Unauthorized' }],
    ['no body', enter(''), 422, { detail: [missing(['body'], null)] }],
    ['no pair', enter('{}'), 422, { detail: [missing(['body', 'pair'], {})] }],
    [
      'broken JSON, even without credentials',
      enter('{broken', { authorization: null }),
      422,
      {
        detail: [
          {
            type: 'json_invalid',
            loc: ['body', 1],
            msg: 'JSON decode error',
            input: {},
            ctx: { error: 'Expecting property name enclosed in double quotes' },
          },
        ],
      },
    ],
    [
      'upper case side',
      enter('{"pair":"ETH/USDT:USDT","side":"LONG"}'),
      422,
      {
        detail: [
          {
            type: 'enum',
            loc: ['body', 'side'],
            msg: "Input should be 'long' or 'short'",
            input: 'LONG',
            ctx: { expected: "'long' or 'short'" },
          },
        ],
      },
    ],
    [
      'JSON without a content type',
      enter(ETH, { contentType: null }),
      422,
      {
        detail: [
          {
            type: 'model_attributes_type',
            loc: ['body'],
            msg: 'Input should be a valid dictionary or object to extract fields from',
            input: ETH,
          },
        ],
      },
    ],
    [
      'spot form',
      enter('{"pair":"ETH/USDT"}'),
      502,
      { error: 'Error querying /api/v1/forceenter: Symbol does not exist or market is not active.' },
    ],
  ])('%s', async (_name, asked, status, body) => {
    await using bot = await openStandInBot();
    expect(await ask(bot, asked)).toMatchObject({ status, body });
    expect(bot.orders()).toEqual([]);
  });

  test('an entry answers with the trade, which /status shows; the same pair again is refused', async () => {
    await using bot = await openStandInBot();
    const entered = await ask(bot, enter('{"pair":"ETH/USDT:USDT","side":"short","leverage":" 3 ","entry_tag":"t"}'));
    expect(entered).toMatchObject({ status: 200, body: { trade_id: 1, is_short: true, leverage: 3, enter_tag: 't' } });
    expect(await ask(bot, { method: 'GET', path: '/status' })).toMatchObject({ body: [{ trade_id: 1 }] });
    const error = 'Error querying /api/v1/forcebuy: position for ETH/USDT:USDT already open - id: 1';
    expect(await ask(bot, { ...enter(ETH), path: '/forcebuy' })).toMatchObject({ status: 502, body: { error } });
  });

  test('the key enter_tag is dropped silently', async () => {
    await using bot = await openStandInBot();
    await ask(bot, enter('{"pair":"ETH/USDT:USDT","enter_tag":"t"}'));
    expect(bot.orders()).toMatchObject([{ enterTag: 'force_entry' }]);
  });

  test('with position adjustment a second order adds to the first, on its side; its tag is on the order only', async () => {
    await using bot = await openStandInBot({ positionAdjustment: true });
    await ask(bot, enter('{"pair":"ETH/USDT:USDT","side":"long","entry_tag":"a"}'));
    const { body } = await ask(bot, enter('{"pair":"ETH/USDT:USDT","side":"short","entry_tag":"b"}'));
    expect(body).toMatchObject({
      trade_id: 1,
      is_short: false,
      enter_tag: 'a',
      orders: [{ ft_order_tag: 'a' }, { ft_order_tag: 'b' }],
    });
  });

  test('two requests that pass the tests before either has the lock both enter', async () => {
    await using bot = await openStandInBot();
    const lock = Promise.withResolvers<void>();
    bot.misbehave('/forceenter', { lock: lock.promise }, { lock: lock.promise });
    const both = [ask(bot, enter(ETH)), ask(bot, enter(ETH))];
    await expect.poll(() => bot.requests().length).toBe(2);
    expect(await ask(bot, { method: 'GET', path: '/status' })).toMatchObject({ body: [] });
    lock.resolve();
    await Promise.all(both);
    expect(bot.orders()).toHaveLength(2);
  });
});
