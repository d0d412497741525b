// Every closed trade of a bot is read once, whatever happens between two pages; and one line says what is wrong with a bot that cannot be read.

import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClosedTrade } from '#domain/trade.ts';
import type { Recorder } from '#trades/recorder.ts';
import { importBot } from '#trades/trades.ts';
import { type BotWithTrades, botWithTrades, OPENED_MS } from '../support/bot-with-trades.ts';
import { hastyClock } from '../support/hasty-clock.ts';
import { selfSigned } from '../support/self-signed.ts';

const LOGIN = { username: 'bot', password: 'secret' };

/** What an import of the bot hands over. */
async function read(bot: Pick<BotWithTrades, 'url'>, login = LOGIN) {
  const taken: ClosedTrade[] = [];
  const recorder: Recorder = {
    record: async (trades) => {
      taken.push(...trades);
      return { recorded: trades.length, updated: 0, known: 0 };
    },
  };
  const how = {
    bot: 'BOT3',
    takeProfitPct: null,
    clock: hastyClock(1_000),
    beforeRecording: async () => undefined,
    onProgress: () => undefined,
  };
  const imported = await importBot({ url: bot.url, ...login }, recorder, how);
  return { imported, taken, ids: taken.map(({ tradeId }) => Number(tradeId)).sort((a, b) => a - b) };
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('pages', () => {
  test('a bot at rest: each trade once, in as many pages as it takes', async () => {
    await using bot = await botWithTrades(1_203);
    const { ids, taken, imported } = await read(bot);
    expect(ids).toEqual(upTo(1_203));
    expect(bot.pages).toHaveLength(4);
    expect(taken[0]).toEqual({
      bot: 'BOT3',
      tradeId: '1',
      pair: 'BTC/USDT:USDT',
      side: 'SHORT',
      leverage: 3,
      profitPct: 1.0166666667,
      stopLossPct: -1.48,
      takeProfitPct: null,
      openedAtMs: OPENED_MS + 1,
      closedAtMs: OPENED_MS + 60_000,
      enterTag: 'long from 75b conf=0.89',
      exitReason: 'roi',
    });
    expect(imported).toMatchObject({ read: 1_203, recorded: 1_203, incomplete: 1_203, skipped: [], notes: [] });
  });

  test('a bot without trades', async () => {
    await using bot = await botWithTrades();
    expect((await read(bot)).ids).toEqual([]);
  });

  test('before every page an old trade with a low id closes', async () => {
    await using bot = await botWithTrades(1_203);
    bot.closed.splice(0, 600, ...bot.closed.slice(0, 600).filter(({ id }) => id % 2 === 0));
    let next = 1;
    bot.beforePage = () => {
      bot.closed.push({ id: next, closedAtMs: OPENED_MS + 86_400_000 + next });
      next += 2;
    };
    const { ids } = await read(bot);
    expect(ids).toEqual(bot.closed.map(({ id }) => id).sort((a, b) => a - b));
  });

  test.each([[true], [false]])(
    'trades close, and are deleted, anywhere between pages (order by closing known: %s)',
    async (knowsNewest) => {
      const change = fc.record({
        close: fc.integer({ min: 1, max: 2_000 }),
        remove: fc.integer({ min: 0, max: 1_999 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.option(change), { maxLength: 6 }), async (changes) => {
          await using bot = await botWithTrades(1_203);
          bot.knowsNewest = knowsNewest;
          bot.closed.splice(
            0,
            bot.closed.length,
            ...bot.closed.map(({ id, closedAtMs }) => ({ id: id * 2, closedAtMs })),
          );
          const plan = [...changes];
          bot.beforePage = () => {
            const next = plan.shift();
            if (next === undefined || next === null) return;
            bot.closed.splice(next.remove % bot.closed.length, 1);
            const id = next.close * 2 + 1;
            if (bot.closed.every((one) => one.id !== id))
              bot.closed.push({ id, closedAtMs: OPENED_MS + 86_400_000 + id });
          };
          const { ids } = await read(bot);
          expect(new Set(ids).size).toBe(ids.length);
          for (const { id } of bot.closed) expect(ids).toContain(id);
        }),
        { numRuns: 8 },
      );
    },
  );

  test('a target that the strategy kept with freqtrade is asked for', async () => {
    await using bot = await botWithTrades(5);
    bot.targets.set(4, 0.03).set(1, 0.06);
    const { taken } = await read(bot);
    expect(taken.map(({ takeProfitPct }) => takeProfitPct)).toEqual([2, null, null, 1, null]);
  });
});

describe('what is wrong is one line', () => {
  const said = async (bot: Pick<BotWithTrades, 'url'>, login = LOGIN) => {
    const error: unknown = await read(bot, login).catch((thrown: unknown) => thrown);
    if (!(error instanceof Error)) throw new Error('the bot was read');
    expect(error).toMatchObject({ name: 'Fault', code: 'UNUSABLE_INPUT' });
    expect(error.message).not.toMatch(/\n|secret/);
    return error.message.replace(bot.url, 'URL');
  };

  test('a wrong password', async () => {
    await using bot = await botWithTrades(1);
    expect(await said(bot, { username: 'bot', password: 'wrong' })).toMatch(
      /^URL: the bot refuses the user name or password \(401\)/,
    );
  });

  test.each([
    [{ status: 200, body: '<html>' }, /^URL: the answer of \/api\/v1\/trades is not that of a freqtrade$/],
    [{ status: 200, body: '{"hello": 1}' }, /^URL: the answer of \/api\/v1\/trades holds no list of trades$/],
    [{ status: 404, body: '{"detail":"Not Found"}' }, /^URL: nothing is served at \/api\/v1\/trades \(404\)/],
    [{ status: 500, body: 'Internal Server Error' }, /^URL: \/api\/v1\/trades answers 500$/],
    [{ status: 502, body: '{"error":"Error querying /api/v1/trades: no"}' }, /answers 502 \(Error querying/],
  ])('%o', async (instead, words) => {
    await using bot = await botWithTrades(1);
    bot.instead.push(instead);
    expect(await said(bot)).toMatch(words);
  });

  test('nobody listens', async () => {
    const gone = await botWithTrades(1);
    await gone[Symbol.asyncDispose]();
    expect(await said(gone)).toBe('URL: nobody listens there (ECONNREFUSED)');
  });

  test('TLS: a certificate nobody knows, and none at all', async () => {
    const server = createServer(selfSigned(), (_request, response) => response.end('{}'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await said({ url: `https://127.0.0.1:${port}` })).toMatch(
      /^URL: its certificate is signed by nobody we trust \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    );
    expect(await said({ url: `http://127.0.0.1:${port}` })).toMatch(/^URL: .*allowed: https:\/\/ for a bot with TLS$/);
    server.close();
    await using bot = await botWithTrades(1);
    const { port: plain } = new URL(bot.url);
    expect(await said({ url: `https://127.0.0.1:${plain}` })).toMatch(/^URL: no TLS is spoken there/);
  });

  test('a bot that limits requests is asked again', async () => {
    await using bot = await botWithTrades(3);
    const limited = { status: 429, body: '{"detail":"slow down"}', headers: { 'retry-after': '7' } };
    bot.instead.push(limited, limited);
    expect((await read(bot)).ids).toEqual([1, 2, 3]);
  });

  test('a clock that differs by minutes is told beside the result', async () => {
    await using bot = await botWithTrades(1);
    bot.clockAheadMs = 4 * 60_000 + 1_000;
    expect((await read(bot)).imported.notes).toEqual([
      expect.stringMatching(/^its clock is 4\.0 min ahead of ours; the times of its trades are its own$/),
    ]);
  });
});
