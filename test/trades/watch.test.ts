// A bot with recordTrades is read by itself: all of it at the start, at once when it says that a trade has ended, and once a minute whatever it says.
import { expect, test } from 'vitest';
import { requireTrades } from '#domain/trade.ts';
import { openRecorder, openTradeWatch } from '#trades/trades.ts';
import { opened } from '../store/opened.ts';
import { type BotWithTrades, botWithTrades, OPENED_MS } from '../support/bot-with-trades.ts';
import { hastyClock } from '../support/hasty-clock.ts';
import { recordingLog } from '../support/recording-log.ts';

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A watch over `bot`; `haste` says how much faster than in life it waits. */
async function watching(bot: BotWithTrades, haste: number) {
  const store = await opened();
  const { recorded, trades } = store.gateway;
  const recorder = openRecorder({ recorded, record: (some) => trades.record(requireTrades(some)) });
  const log = recordingLog();
  const access = { name: 'BOT3', url: bot.url, username: 'bot', password: 'secret' };
  const watch = openTradeWatch({ bots: [access], recorder, clock: hastyClock(haste), log });
  const kept = async (id: number) => {
    const key = { bot: 'BOT3', tradeId: String(id), pair: 'BTC/USDT:USDT', openedAtMs: OPENED_MS + id };
    return (await recorded.byKeys([key]))[0];
  };
  return {
    watch,
    log,
    kept,
    state: () => watch.states()[0],
    said: (message: string | RegExp) => log.lines.filter((line) => line.message.match(message)).length,
    [Symbol.asyncDispose]: async () => {
      await watch[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

test('all trades at the start, in pages', async () => {
  await using bot = await botWithTrades(600);
  await using at = await watching(bot, 1);
  await until(() => at.state()?.lastReadAtMs !== null);
  expect(await at.kept(1)).toMatchObject({ stopLossPct: -1.48, profitPct: 1.0166666667 });
  expect(await at.kept(600)).toBeDefined();
  expect(at.state()).toMatchObject({ bot: 'BOT3', trouble: null });
});

test('a message of a final exit is followed by the trade at once, though it can be read a little later', async () => {
  await using bot = await botWithTrades(3);
  await using at = await watching(bot, 20);
  await until(() => bot.listeners() === 1 && at.state()?.lastReadAtMs !== null);
  const before = bot.pages.length;
  bot.beforePage = () => {
    if (bot.pages.length === before + 2) bot.closed.push({ id: 4, closedAtMs: OPENED_MS + 86_400_000 });
  };
  bot.tell({ type: 'exit_fill', trade_id: 4, is_final_exit: true, sub_trade: false });
  await until(async () => (await at.kept(4)) !== undefined);
});

test('a part of a trade, and everything else, is no reason to look', async () => {
  await using bot = await botWithTrades(3);
  await using at = await watching(bot, 1);
  await until(() => bot.listeners() === 1 && at.state()?.lastReadAtMs !== null);
  // Listening is itself a reason: something may have been missed before.
  bot.closed.push({ id: 4, closedAtMs: OPENED_MS + 86_400_000 });
  bot.tell({ type: 'exit_fill', trade_id: 4, is_final_exit: true });
  await until(async () => (await at.kept(4)) !== undefined);
  const pages = bot.pages.length;
  bot.closed.push({ id: 5, closedAtMs: OPENED_MS + 86_400_001 });
  bot.tell({ type: 'exit_fill', trade_id: 5, is_final_exit: false, sub_trade: true });
  bot.tell({ type: 'status', status: 'running' });
  bot.tell(['nonsense']);
  bot.tell({ type: 'exit_fill', trade_id: 5, is_final_exit: true });
  await until(async () => (await at.kept(5)) !== undefined);
  expect(bot.pages.length).toBe(pages + 1);
});

test('without any message a minute is the longest; a trade that closes late with a low id is found too', async () => {
  await using bot = await botWithTrades(120);
  const [late] = bot.closed.splice(2, 1);
  await using at = await watching(bot, 500);
  await until(() => at.state()?.lastReadAtMs !== null);
  // Closed long ago by its own time: far from the newest fifty.
  if (late !== undefined) bot.closed.push(late);
  await until(async () => (await at.kept(3)) !== undefined);
});

test('connections that end are made again', async () => {
  await using bot = await botWithTrades(1);
  await using at = await watching(bot, 200);
  await until(() => bot.listeners() === 1);
  bot.hangUp();
  await until(() => bot.listeners() === 0);
  await until(() => bot.listeners() === 1);
  expect(at.state()?.bot).toBe('BOT3');
});

test('a webhook makes it look', async () => {
  await using bot = await botWithTrades(1);
  await using at = await watching(bot, 1);
  await until(() => bot.listeners() === 1 && at.state()?.lastReadAtMs !== null);
  bot.closed.push({ id: 2, closedAtMs: OPENED_MS + 86_400_000 });
  at.watch.look('BOT1');
  at.watch.look('BOT3');
  await until(async () => (await at.kept(2)) !== undefined);
});

test('a bot that cannot be read is said once, with the reason, and once more when it can', async () => {
  await using bot = await botWithTrades(1);
  const refuse = () => bot.instead.push({ status: 502, body: '{"error":"Error querying /api/v1/trades: no"}' });
  for (let times = 0; times < 40; times += 1) refuse();
  await using at = await watching(bot, 2_000);
  await until(() => at.state()?.trouble !== null);
  expect(at.state()).toMatchObject({ lastReadAtMs: null, trouble: expect.stringContaining('answers 502') });
  await until(async () => (await at.kept(1)) !== undefined && at.state()?.trouble === null);
  expect(at.said(/cannot be read/)).toBe(1);
  expect(at.said(/are read again/)).toBe(1);
});

test('a clock that is minutes away is said once', async () => {
  await using bot = await botWithTrades(1);
  bot.clockAheadMs = -5 * 60_000;
  await using at = await watching(bot, 2_000);
  const asked = () => bot.pages.length;
  await until(() => asked() > 4);
  expect(at.said(/min behind ours/)).toBe(1);
});
