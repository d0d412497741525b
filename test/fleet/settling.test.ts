// Orders whose end is unknown: never sent again, looked for, found or not; a crash between intent and end; a proxy that loses or doubles.

import { describe, expect, onTestFinished, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { INTERNAL_ERROR, type Mischief, proxyPage } from '#demo/stand-in-mischief.ts';
import type { Clock } from '#domain/time.ts';
import { listen } from '#trace/trace.ts';
import { decisionOf } from './deliveries.ts';
import { botConfig, fastClock, fleetHarness } from './harness.ts';

const ETH = { pair: 'ETH/USDT:USDT' };
const now = () => Date.now();
const forceenters = (requests: readonly { path: string; body: string }[]) =>
  requests.filter(({ path }) => path === '/api/v1/forceenter');
const never = new Promise<void>(() => undefined);

describe('an order that was entered but not answered is found', () => {
  test.each<[string, Mischief]>([
    ['the answer was reset', { heard: 'reset' }],
    ['the answer was cut off', { heard: 'truncate' }],
    ['a proxy gave up: 504', { heard: proxyPage(504, 'Gateway Timeout') }],
    ['a proxy failed: 502', { heard: proxyPage(502, 'Bad Gateway') }],
    ['a redirect that hides a taken order', { heard: { status: 303, contentType: 'text/html', body: '' } }],
    ['freqtrade failed after entering', { heard: INTERNAL_ERROR }],
    ['the answer never came', { heard: 'hang' }],
  ])('%s', async (_name, mischief) => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', mischief);
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    expect(h.journal.delivery('d1', 'BOT1')).toMatchObject({ state: 'DELIVERED', tradeId: '1' });
    expect(forceenters(bot.requests())).toHaveLength(1);
  });

  test('although its trade is closed already', async () => {
    await using bot = await openStandInBot();
    const closing = Promise.withResolvers<void>();
    bot.misbehave('/forceenter', { answerAfter: closing.promise, heard: 'reset' });
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 60 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => bot.orders().length === 1);
    bot.closeTrades('BTC/USDT:USDT');
    closing.resolve();
    await h.outcome('d1', 'FORWARDED');
  });

  test('by a bot whose clock is an hour behind', async () => {
    await using bot = await openStandInBot({ clockOffsetMs: -3_600_000 });
    bot.misbehave('/forceenter', { heard: 'reset' });
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
  });

  test('although the bot cannot be asked at first', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { heard: 'reset' });
    bot.misbehave('/status', { heard: proxyPage(502, 'Bad Gateway') }, { heard: 'reset' });
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'UNKNOWN');
    await h.outcome('d1', 'FORWARDED');
  });

  test('an answer byte by byte is an answer', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { heard: 'drip' });
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 20 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    expect(forceenters(bot.requests())).toHaveLength(1);
  });
});

describe('not found', () => {
  test('proves nothing after a reset: UNKNOWN, told once as an error, and never sent again', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { enters: 0, heard: 'reset' });
    await using h = fleetHarness([botConfig(bot)], { settleSeconds: 5 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => {
      const { state, settleUntilMs } = h.journal.delivery('d1', 'BOT1');
      return state === 'UNKNOWN' && settleUntilMs === null;
    });
    expect(h.journal.decision('d1')).toMatchObject({ outcome: 'UNKNOWN', reason: 'OUTCOME_UNKNOWN' });
    expect(h.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(forceenters(bot.requests())).toHaveLength(1);
    expect(bot.requests().filter(({ path }) => path === '/api/v1/status').length).toBeGreaterThan(1);
    const [trades] = bot.requests().filter(({ path }) => path === '/api/v1/trades');
    expect(String(trades?.query)).toBe('limit=50&order_by_id=false');
  });

  test('decides after a 500: FAILED', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { enters: 0, heard: INTERNAL_ERROR });
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    expect((await h.outcome('d1', 'FAILED')).reason).toBe('BOT_REFUSED');
    expect(forceenters(bot.requests())).toHaveLength(1);
  });

  test('an older trade with the same tag is not taken for ours', async () => {
    await using bot = await openStandInBot({ clockOffsetMs: -60_000 });
    await using h = fleetHarness([botConfig(bot)], { settleSeconds: 3 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    bot.settings.clockOffsetMs = 0;
    bot.misbehave('/forceenter', { enters: 0, heard: 'reset' });
    bot.closeTrades('BTC/USDT:USDT');
    h.journal.owe(decisionOf('d2', now()), ['BOT1']);
    await h.until(
      () => h.journal.delivery('d2', 'BOT1').settleUntilMs === null && h.journal.decision('d2').outcome !== 'PENDING',
    );
    expect(h.journal.decision('d2').outcome).toBe('UNKNOWN');
  });

  test('one trade settles one decision only', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], { settleSeconds: 3 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    bot.closeTrades('BTC/USDT:USDT');
    bot.misbehave('/forceenter', { enters: 0, heard: 'reset' });
    h.journal.owe(decisionOf('d2', now()), ['BOT1']);
    await h.until(
      () => h.journal.delivery('d2', 'BOT1').settleUntilMs === null && h.journal.decision('d2').outcome !== 'PENDING',
    );
    expect(h.journal.decision('d2').outcome).toBe('UNKNOWN');
  });

  test('with the same tag twice, the trade that settled another decision is passed over', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 60 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    bot.closeTrades('BTC/USDT:USDT');
    const closing = Promise.withResolvers<void>();
    bot.misbehave('/forceenter', { answerAfter: closing.promise, heard: 'reset' });
    h.journal.owe(decisionOf('d2', now()), ['BOT1']);
    await h.until(() => bot.orders().length === 2);
    bot.closeTrades('BTC/USDT:USDT');
    closing.resolve();
    await h.outcome('d2', 'FORWARDED');
    expect(h.journal.delivery('d2', 'BOT1').tradeId).toBe('2');
  });

  test('a bot that entered twice for one order settles that order with the first', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { enters: 2, heard: 'reset' });
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    expect(h.journal.delivery('d1', 'BOT1').tradeId).toBe('1');
  });

  test('an answer with another order’s trade is looked into', async () => {
    await using bot = await openStandInBot();
    const other = { trade_id: 77, pair: 'BTC/USDT:USDT', is_short: false, open_timestamp: now(), enter_tag: 'by hand' };
    bot.misbehave('/forceenter', {
      heard: { status: 200, contentType: 'application/json', body: JSON.stringify(other) },
    });
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    expect(h.journal.delivery('d1', 'BOT1').tradeId).toBe('1');
  });
});

describe('while an end is unknown', () => {
  test('a timed-out request holds the bot, then frees it; a request held inside is not doubled', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { lock: never });
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 3, settleSeconds: 60 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    h.journal.owe(decisionOf('d2', now() + 1, ETH), ['BOT1']);
    await h.outcome('d1', 'UNKNOWN');
    expect(h.journal.delivery('d1', 'BOT1').heldUntilMs).not.toBeNull();
    expect(forceenters(bot.requests())).toHaveLength(1);
    await h.outcome('d2', 'FORWARDED');
    expect(h.journal.delivery('d1', 'BOT1')).toMatchObject({ state: 'UNKNOWN', heldUntilMs: null });
    expect(h.journal.busy()).toBe(0);
  });

  test('its pair waits, either side, and expires if that takes too long; other pairs go on', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { enters: 0, heard: 'reset' });
    await using h = fleetHarness([botConfig(bot)], { settleSeconds: 600, deliveryTtlSeconds: 6 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'UNKNOWN');
    h.journal.owe(decisionOf('d2', now(), { side: 'SHORT' }), ['BOT1']);
    h.journal.owe(decisionOf('d3', now() + 1, ETH), ['BOT1']);
    await h.outcome('d3', 'FORWARDED');
    expect((await h.outcome('d2', 'EXPIRED')).reason).toBe('EXPIRED');
    expect(bot.orders()).toMatchObject([ETH]);
  });

  test.each<[string, Mischief, string, string | null]>([
    ['an entry', {}, 'FORWARDED', '1'],
    ['a refusal', { enters: 0, heard: refusal('Maximum number of trades is reached.') }, 'FAILED', null],
    ['a failure', { enters: 0, heard: INTERNAL_ERROR }, 'FAILED', null],
  ])('a late answer on the kept connection decides: %s', async (_name, mischief, outcome, tradeId) => {
    await using bot = await openStandInBot();
    const lock = Promise.withResolvers<void>();
    bot.misbehave('/forceenter', { ...mischief, lock: lock.promise });
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 5, settleSeconds: 600 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'UNKNOWN');
    lock.resolve();
    await h.until(
      () => h.journal.decision('d1').outcome === outcome && h.journal.delivery('d1', 'BOT1').heldUntilMs === null,
    );
    expect(h.journal.delivery('d1', 'BOT1').tradeId).toBe(tradeId);
    expect(forceenters(bot.requests())).toHaveLength(1);
  });
});

test('a late answer of a proxy does not undo what was found meanwhile', async () => {
  await using bot = await openStandInBot();
  const answer = Promise.withResolvers<void>();
  bot.misbehave('/forceenter', { answerAfter: answer.promise, heard: proxyPage(504, 'Gateway Timeout') });
  await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 10, settleSeconds: 600 });
  const states: string[] = [];
  onTestFinished(listen('delivery.recorded', ({ state, isEnd }) => states.push(isEnd ? `${state} in the end` : state)));
  h.journal.owe(decisionOf('d1', now()), ['BOT1']);
  await h.outcome('d1', 'FORWARDED');
  expect(h.journal.delivery('d1', 'BOT1').heldUntilMs).not.toBeNull();
  answer.resolve();
  await h.until(() => h.journal.delivery('d1', 'BOT1').heldUntilMs === null);
  expect(states).toEqual(['UNKNOWN', 'DELIVERED in the end', 'DELIVERED']);
});

describe('after a crash', () => {
  test.each<[string, Mischief, string]>([
    ['the order was entered', { heard: 'hang' }, 'FORWARDED'],
    ['it was not', { enters: 0, heard: 'hang' }, 'UNKNOWN'],
  ])('an intent without an end is settled, never sent again: %s', async (_name, mischief, outcome) => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', mischief);
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 600, settleSeconds: 4 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => forceenters(bot.requests()).length === 1);
    await h.restart();
    await h.until(
      () => h.journal.decision('d1').outcome !== 'PENDING' && h.journal.delivery('d1', 'BOT1').settleUntilMs === null,
    );
    expect(h.journal.decision('d1').outcome).toBe(outcome);
    expect(forceenters(bot.requests())).toHaveLength(1);
  });

  test('while it is settled its pair waits, other pairs go on at once', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], { settleSeconds: 600 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.journal.begin({ decisionId: 'd1', bot: 'BOT1', attemptId: 'old', atMs: now() });
    h.journal.owe(decisionOf('d2', now() + 1), ['BOT1']);
    h.journal.owe(decisionOf('d3', now() + 2, ETH), ['BOT1']);
    await h.outcome('d3', 'FORWARDED');
    expect(h.journal.decision('d1').outcome).toBe('UNKNOWN');
    expect(h.journal.decision('d2').outcome).toBe('PENDING');
    expect(bot.orders()).toMatchObject([ETH]);
  });

  test('a request held by the earlier process no longer counts as in flight', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { lock: never });
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 4, settleSeconds: 600 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'UNKNOWN');
    await h.restart();
    h.journal.owe(decisionOf('d2', now(), ETH), ['BOT1']);
    await h.outcome('d2', 'FORWARDED');
    expect(h.journal.delivery('d1', 'BOT1').heldUntilMs).toBeNull();
  });

  test('the trade is looked for although the time for looking passed while nobody ran', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { heard: 'reset' });
    bot.misbehave('/status', { heard: proxyPage(502, 'Bad Gateway') });
    let laterMs = 0;
    const clock: Clock = {
      now: () => ({ wallMs: fastClock.now().wallMs + laterMs, monotonicMs: fastClock.now().monotonicMs + laterMs }),
      sleep: fastClock.sleep,
    };
    await using h = fleetHarness([botConfig(bot)], { settleSeconds: 600 }, { clock });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'UNKNOWN');
    await bot.suspend();
    await h.restart(async () => {
      laterMs = 3_600_000;
      await bot.resume();
    });
    await h.outcome('d1', 'FORWARDED');
  });

  test('an answer that one look decides is still one after the restart', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { enters: 0, heard: INTERNAL_ERROR });
    bot.misbehave('/status', { heard: proxyPage(502, 'Bad Gateway') });
    await using h = fleetHarness([botConfig(bot)], { settleSeconds: 600 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'UNKNOWN');
    await h.restart();
    expect((await h.outcome('d1', 'FAILED')).reason).toBe('BOT_REFUSED');
    expect(forceenters(bot.requests())).toHaveLength(1);
  });
});

function refusal(text: string) {
  const body = JSON.stringify({ error: `Error querying /api/v1/forceenter: ${text}` });
  return { status: 502, contentType: 'application/json', body };
}
