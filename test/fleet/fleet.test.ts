// Deliveries to a bot on a real socket: what is taken, refused, tried again, expires, and in which order.

import { describe, expect, onTestFinished, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { proxyPage } from '#demo/stand-in-mischief.ts';
import { listen } from '#trace/trace.ts';
import { decisionOf } from './deliveries.ts';
import { botConfig, fleetHarness } from './harness.ts';

const PAIR = 'BTC/USDT:USDT';
const now = () => Date.now();
const forceenters = (requests: readonly { path: string; body: string }[]) =>
  requests.filter(({ path }) => path === '/api/v1/forceenter');

describe('an order arrives', () => {
  test('with pair, lower-case side, leverage, market and our tag under entry_tag, with Basic auth', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    const decision = await h.outcome('d1', 'FORWARDED');
    expect(decision).toMatchObject({ reason: 'FORWARDED', detail: 'BOT1: trade 1' });
    const tag = 'long ensemble 2/5 conf=0.86 from=75a,75b';
    expect(forceenters(bot.requests()).map(({ body }) => JSON.parse(body))).toEqual([
      { pair: PAIR, side: 'long', leverage: 3, ordertype: 'market', entry_tag: tag },
    ]);
    expect(bot.orders()).toMatchObject([{ pair: PAIR, isShort: false, leverage: 3, enterTag: tag }]);
    const { attempts, state, tradeId } = h.journal.delivery('d1', 'BOT1');
    expect({ state, tradeId }).toEqual({ state: 'DELIVERED', tradeId: '1' });
    expect(attempts).toMatchObject([{ status: 200, error: null }]);
  });

  test('without leverage when none is named, and short', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now(), { side: 'SHORT', leverage: null }), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    const [request] = forceenters(bot.requests());
    expect(JSON.parse(request?.body ?? '')).not.toHaveProperty('leverage');
    expect(bot.orders()).toMatchObject([{ isShort: true, leverage: 1 }]);
  });

  test('one after the other, oldest window first, then higher confidence, then id', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    const at = now();
    const owed = [
      decisionOf('d4', at, { pair: 'D/USDT:USDT' }),
      decisionOf('d3', at, { pair: 'C/USDT:USDT' }),
      decisionOf('d2', at, { pair: 'B/USDT:USDT', confidenceE4: 9_000 }),
      decisionOf('d9', at - 100, { pair: 'A/USDT:USDT' }),
    ];
    for (const decision of owed) h.journal.owe(decision, ['BOT1']);
    await h.until(() => bot.orders().length === 4 && h.journal.decision('d4').outcome === 'FORWARDED');
    expect(bot.orders().map(({ pair }) => pair[0])).toEqual(['A', 'B', 'C', 'D']);
    expect(h.journal.busy()).toBe(0);
  });

  test('at every bot that is owed it, and a bot that hangs delays no other', async () => {
    await using slow = await openStandInBot();
    await using fast = await openStandInBot();
    slow.misbehave('/forceenter', { heard: 'hang', enters: 0 });
    await using h = fleetHarness([botConfig(slow, 'SLOW'), botConfig(fast, 'FAST')], { botTimeoutSeconds: 30 });
    h.journal.owe(decisionOf('d1', now()), ['SLOW', 'FAST']);
    h.journal.owe(decisionOf('d2', now(), { pair: 'ETH/USDT:USDT' }), ['SLOW', 'FAST']);
    await h.until(() => h.journal.delivery('d2', 'FAST').state === 'DELIVERED');
    expect(h.journal.delivery('d1', 'SLOW').state).toBe('PENDING');
    expect(h.journal.decision('d1').outcome).toBe('PENDING');
    expect(forceenters(slow.requests())).toHaveLength(1);
  });
});

describe('an order is refused', () => {
  test('in freqtrade’s words, finally', async () => {
    await using bot = await openStandInBot({ maxOpenTrades: 0 });
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    const decision = await h.outcome('d1', 'FAILED');
    expect(decision).toMatchObject({ reason: 'BOT_REFUSED', detail: 'BOT1: Maximum number of trades is reached.' });
    expect(forceenters(bot.requests())).toHaveLength(1);
    expect(h.journal.delivery('d1', 'BOT1').attempts).toMatchObject([{ status: 502 }]);
  });

  test('for wrong credentials, loudly, and no line carries them', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([{ ...botConfig(bot), password: 'hunter2' }]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FAILED');
    expect(h.log.lines.some(({ level }) => level === 'error')).toBe(true);
    expect(JSON.stringify(h.log.lines)).not.toMatch(/hunter2|Basic/);
    expect(forceenters(bot.requests())).toHaveLength(0);
  });

  test('without a request when the bot may not enter by force', async () => {
    await using bot = await openStandInBot({ forceEntry: false });
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    const decision = await h.outcome('d1', 'FAILED');
    expect(decision.detail).toContain('force_entry_enable');
    expect(forceenters(bot.requests())).toHaveLength(0);
    expect(h.journal.delivery('d1', 'BOT1').attempts).toEqual([]);
  });

  test('without a request when it would add to an open position, even of the other side', async () => {
    await using bot = await openStandInBot({ positionAdjustment: true });
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    h.journal.owe(decisionOf('d2', now(), { side: 'SHORT' }), ['BOT1']);
    const decision = await h.outcome('d2', 'FAILED');
    expect(decision.detail).toContain(`position for ${PAIR} already open - id: 1`);
    expect(bot.orders()).toHaveLength(1);
    expect(forceenters(bot.requests())).toHaveLength(1);
  });

  test('in a dry run: everything but the sending', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], { dryRun: true });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    const told: unknown[] = [];
    onTestFinished(listen('delivery.recorded', ({ state, isEnd }) => told.push([state, isEnd])));
    const decision = await h.outcome('d1', 'EXPIRED');
    expect(decision).toMatchObject({ reason: 'EXPIRED', detail: 'BOT1: dry run: not sent' });
    expect(told, 'no alert takes it for an order that was not delivered').toEqual([['DRY_RUN', true]]);
    expect(forceenters(bot.requests())).toHaveLength(0);
    expect(bot.requests().map(({ path }) => path)).toContain('/api/v1/show_config');
  });
});

describe('an order is tried again', () => {
  test.each([429, 503])('after %i, until it is taken', async (status) => {
    await using bot = await openStandInBot();
    const busy = { enters: 0, heard: proxyPage(status, 'Busy') } as const;
    bot.misbehave('/forceenter', busy, busy);
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    expect(h.journal.delivery('d1', 'BOT1').attempts.map((attempt) => attempt.status)).toEqual([status, status, 200]);
    expect(bot.orders()).toHaveLength(1);
  });

  test('after refused connections, once the bot is back', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    await bot.suspend();
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => h.journal.delivery('d1', 'BOT1').attempts.length >= 2);
    expect(h.journal.delivery('d1', 'BOT1').attempts[0]).toMatchObject({ status: null });
    expect(h.journal.delivery('d1', 'BOT1').attempts[0]?.error).toContain('ECONNREFUSED');
    await bot.resume();
    await h.outcome('d1', 'FORWARDED');
    expect(bot.orders()).toHaveLength(1);
  });

  test.each(['stopped', 'paused', 'reload_config', ''] as const)(
    'while its state is "%s", until it runs',
    async (state) => {
      await using bot = await openStandInBot({ state });
      await using h = fleetHarness([botConfig(bot)]);
      h.journal.owe(decisionOf('d1', now()), ['BOT1']);
      await h.until(() => h.journal.delivery('d1', 'BOT1').attempts.length >= 2);
      bot.settings.state = 'running';
      await h.outcome('d1', 'FORWARDED');
      expect(forceenters(bot.requests())).toHaveLength(1);
    },
  );

  test('when it stopped after it was asked: its own refusal is retried too', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    bot.settings.state = 'stopped';
    h.journal.owe(decisionOf('d2', now(), { pair: 'ETH/USDT:USDT' }), ['BOT1']);
    await h.until(() => h.journal.delivery('d2', 'BOT1').attempts.some(({ status }) => status === 502));
    bot.settings.state = 'running';
    await h.outcome('d2', 'FORWARDED');
  });
});

describe('too late', () => {
  const short = { deliveryTtlSeconds: 1 };

  test('EXPIRED when it never could be tried', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.owe(decisionOf('d1', now() - 30_000), ['BOT1']);
    const decision = await h.outcome('d1', 'EXPIRED');
    expect(decision.reason).toBe('EXPIRED');
    expect(bot.requests().filter(({ path }) => path !== '/api/v1/show_config')).toEqual([]);
  });

  test('BOT_UNREACHABLE when it was tried', async () => {
    await using bot = await openStandInBot();
    await bot.suspend();
    await using h = fleetHarness([botConfig(bot)], short);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    const decision = await h.outcome('d1', 'EXPIRED');
    expect(decision.reason).toBe('BOT_UNREACHABLE');
    expect(decision.detail).toContain('ECONNREFUSED');
    expect(h.journal.delivery('d1', 'BOT1').state).toBe('UNREACHABLE');
  });

  test('BOT_REFUSED when its trader did not run', async () => {
    await using bot = await openStandInBot({ state: 'paused' });
    await using h = fleetHarness([botConfig(bot)], short);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    const decision = await h.outcome('d1', 'EXPIRED');
    expect(decision.reason).toBe('BOT_REFUSED');
    expect(bot.orders()).toEqual([]);
  });

  test('an attempt under way is awaited beyond the deadline and counts', async () => {
    await using bot = await openStandInBot();
    const lock = Promise.withResolvers<void>();
    bot.misbehave('/forceenter', { lock: lock.promise });
    await using h = fleetHarness([botConfig(bot)], { deliveryTtlSeconds: 2, botTimeoutSeconds: 60 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    h.journal.owe(decisionOf('d2', now(), { pair: 'ETH/USDT:USDT' }), ['BOT1']);
    await h.outcome('d2', 'EXPIRED');
    lock.resolve();
    await h.outcome('d1', 'FORWARDED');
  });

  test('orders of a bot that is no longer configured expire', async () => {
    await using h = fleetHarness([], short);
    h.journal.owe(decisionOf('d1', now()), ['GONE']);
    expect((await h.outcome('d1', 'EXPIRED')).reason).toBe('EXPIRED');
    expect(h.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

describe('the journal decides', () => {
  test('an intent that cannot be journaled is not sent', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], { deliveryTtlSeconds: 0.3 });
    h.journal.fail('begin', Number.POSITIVE_INFINITY);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    expect((await h.outcome('d1', 'EXPIRED')).reason).toBe('EXPIRED');
    expect(forceenters(bot.requests())).toHaveLength(0);
  });

  test('an intent journaled without an answer from the journal is known as unsent, and tried again', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.fail('begin', 1, true);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    expect(forceenters(bot.requests())).toHaveLength(1);
    expect(h.journal.delivery('d1', 'BOT1').attempts.map(({ status }) => status)).toEqual([null, 200]);
  });

  test('an end that cannot be journaled is kept until it can, and nothing is sent again', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    h.journal.fail('record', 3);
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'FORWARDED');
    expect(forceenters(bot.requests())).toHaveLength(1);
    expect(h.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  test('draining refuses new attempts and waits for the one under way', async () => {
    await using bot = await openStandInBot();
    const lock = Promise.withResolvers<void>();
    bot.misbehave('/forceenter', { lock: lock.promise });
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 60 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    h.journal.owe(decisionOf('d2', now(), { pair: 'ETH/USDT:USDT' }), ['BOT1']);
    await h.until(() => forceenters(bot.requests()).length === 1);
    const drained = h.fleet.drain(new AbortController().signal);
    lock.resolve();
    await drained;
    expect(h.journal.decision('d1').outcome).toBe('FORWARDED');
    await h.fleet.tick({ wallMs: now(), monotonicMs: 0 });
    expect(forceenters(bot.requests())).toHaveLength(1);
    expect(h.journal.decision('d2').outcome).toBe('PENDING');
  });

  test('draining ends with its signal although an order is under way', async () => {
    await using bot = await openStandInBot();
    bot.misbehave('/forceenter', { heard: 'hang', enters: 0 });
    await using h = fleetHarness([botConfig(bot)], { botTimeoutSeconds: 600 });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => forceenters(bot.requests()).length === 1);
    await h.fleet.drain(AbortSignal.abort());
    expect(h.journal.decision('d1').outcome).toBe('PENDING');
  });
});

test('what is owed is read once, however often the fleet ticks and however much there is', async () => {
  await using bot = await openStandInBot({ maxOpenTrades: -1 });
  await using h = fleetHarness([botConfig(bot)], { deliveryTtlSeconds: 600 });
  for (let index = 0; index < 200; index += 1) {
    h.journal.owe(decisionOf(`d${index}`, Date.now(), { pair: `A${index}/USDT:USDT` }), ['BOT1']);
  }
  await h.until(() => bot.orders().length === 200 && h.journal.decision('d199').outcome === 'FORWARDED');
  h.journal.owe(decisionOf('later', Date.now(), { pair: 'LATER/USDT:USDT' }), ['BOT1']);
  await h.outcome('later', 'FORWARDED');
  expect(h.journal.rowsRead()).toBe(201);
});
