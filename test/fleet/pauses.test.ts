// Orders that are owed already and paused: held, not lost; sent when the pause is over in time, expired naming it when it is not.
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStandInBot, type StandInBot } from '#demo/stand-in-bot.ts';
import type { Pause } from '#domain/pause.ts';
import { PauseWatch } from '#fleet/pause-watch.ts';
import { listen } from '#trace/trace.ts';
import { recordingLog } from '../support/recording-log.ts';
import { decisionOf } from './deliveries.ts';
import { botConfig, fastClock, fleetHarness, jumpingClock } from './harness.ts';

const PAIR = 'BTC/USDT:USDT';
/** Time enough to be sent on a busy machine. */
const LONG = { deliveryTtlSeconds: 200 };
const now = () => Date.now();
const orders = (bot: StandInBot) => bot.requests().filter(({ path }) => path === '/api/v1/forceenter').length;
const pause = (own: Partial<Pause> = {}): Pause => ({
  ...{ id: 'p1', pair: null, side: null, source: null, bot: null, reason: 'maintenance', author: 'ann' },
  ...{ createdAtMs: 0, untilMs: null, endedAtMs: null, endedBy: null },
  ...own,
});
/** Ticks until the bot was asked how it is, so that a tick has seen everything. */
const settled = async (h: ReturnType<typeof fleetHarness>) => {
  let ticks = 0;
  await h.until(() => {
    ticks += 1;
    return ticks > 10;
  });
};

describe('an order that is owed and paused', () => {
  test('is sent when the pause is lifted in time', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], LONG);
    h.pauses.push(pause());
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await settled(h);
    expect(h.journal.delivery('d1', 'BOT1')).toMatchObject({ state: 'PENDING', attempts: [] });
    expect(orders(bot)).toBe(0);
    h.pauses.pop();
    expect(await h.outcome('d1', 'FORWARDED')).toMatchObject({ pauseId: null });
  });

  test('expires naming the pause when it is too late, and was never tried', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], { deliveryTtlSeconds: 2 });
    h.pauses.push(pause({ bot: 'BOT1' }));
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    expect(await h.outcome('d1', 'EXPIRED')).toMatchObject({
      reason: 'EXPIRED',
      pauseId: 'p1',
      detail: 'BOT1: paused by ann: maintenance (bot BOT1; pause p1)',
    });
    expect(h.journal.delivery('d1', 'BOT1')).toMatchObject({ state: 'EXPIRED', pauseId: 'p1', attempts: [] });
    expect(orders(bot)).toBe(0);
    expect(h.journal.refusals).toEqual([]);
    const said = h.log.lines.filter(({ message }) => message === 'the order was not delivered in time');
    expect(said).toMatchObject([{ level: 'warn', fields: { bot: 'BOT1', decisionId: 'd1', pauseId: 'p1' } }]);
  });

  test('expires naming the pause that held it to its end, also when that is lifted just then', async () => {
    await using bot = await openStandInBot();
    const clock = jumpingClock();
    await using h = fleetHarness([botConfig(bot)], LONG, { clock });
    h.pauses.push(pause());
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await settled(h);
    h.pauses.pop();
    clock.jump(201_000);
    expect(await h.outcome('d1', 'EXPIRED')).toMatchObject({ pauseId: 'p1' });
    expect(orders(bot)).toBe(0);
  });

  test('is not tried again once it is paused, and says what was tried before', async () => {
    await using bot = await openStandInBot({ state: 'stopped' });
    const clock = jumpingClock();
    await using h = fleetHarness([botConfig(bot)], { deliveryTtlSeconds: 100 }, { clock });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => h.journal.delivery('d1', 'BOT1').attempts.some(({ finishedAtMs }) => finishedAtMs !== null));
    h.pauses.push(pause());
    await settled(h);
    clock.jump(100_000);
    const decision = await h.outcome('d1', 'EXPIRED');
    expect(decision).toMatchObject({ reason: 'EXPIRED', pauseId: 'p1' });
    expect(decision.detail).toMatch(/^BOT1: paused by ann.*; tried \d+x before: trader is not running/);
  });

  test('lets other orders pass', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], LONG);
    h.pauses.push(pause({ pair: PAIR }));
    h.journal.owe(decisionOf('d1', now() - 100), ['BOT1']);
    h.journal.owe(decisionOf('d2', now(), { pair: 'ETH/USDT:USDT' }), ['BOT1']);
    await h.outcome('d2', 'FORWARDED');
    expect(h.journal.delivery('d1', 'BOT1')).toMatchObject({ state: 'PENDING', attempts: [] });
  });

  test.each<[string, Partial<Pause>, string]>([
    ['another bot', { bot: 'BOT2' }, 'FORWARDED'],
    ['the other side', { side: 'SHORT' }, 'FORWARDED'],
    ['a source that took no part', { source: '75c' }, 'FORWARDED'],
    ['one of its sources', { source: '75b' }, 'EXPIRED'],
    ['the short form of its pair', { pair: 'BTC/USDT' }, 'EXPIRED'],
  ])('a pause of %s', async (_, scope, outcome) => {
    await using bot = await openStandInBot();
    const clock = jumpingClock();
    await using h = fleetHarness([botConfig(bot)], LONG, { clock });
    h.pauses.push(pause(scope));
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await settled(h);
    if (outcome === 'EXPIRED') clock.jump(201_000);
    await h.until(() => h.journal.decision('d1').outcome !== 'PENDING');
    expect(h.journal.decision('d1').outcome).toBe(outcome);
  });

  test('stays so over a restart', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], LONG);
    h.pauses.push(pause());
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await settled(h);
    await h.restart();
    await settled(h);
    expect(orders(bot)).toBe(0);
    h.pauses.pop();
    await h.outcome('d1', 'FORWARDED');
  });
});

describe('a pause that comes while an order is prepared', () => {
  test('during the look at the bot, it is not sent', async () => {
    await using bot = await openStandInBot({ markets: [PAIR] });
    await using h = fleetHarness([botConfig(bot)], LONG);
    h.journal.owe(decisionOf('d0', now(), { pair: 'NO/USDT:USDT' }), ['BOT1']);
    await h.outcome('d0', 'FAILED');
    // After a refusal the bot is asked again before the next order. The pause is set while it says that it is running.
    Object.defineProperty(bot.settings, 'state', {
      get: () => {
        h.pauses.splice(0, 1, pause());
        return 'running';
      },
    });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => h.pauses.length === 1);
    await h.fleet.drain(AbortSignal.timeout(5_000));
    expect(orders(bot), 'the refused one').toBe(1);
    expect(h.journal.delivery('d1', 'BOT1').attempts).toEqual([]);
  });

  test('after its intent, before its first byte, it is not sent and may be tried again', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], LONG);
    let paused = 0;
    onTestFinished(
      listen('attempt.intended', () => {
        paused += 1;
        if (paused > 1) return;
        h.pauses.push(pause());
        void h.fleet.tick(fastClock.now());
      }),
    );
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => h.journal.delivery('d1', 'BOT1').attempts.at(-1)?.error != null);
    expect(h.journal.delivery('d1', 'BOT1')).toMatchObject({
      state: 'PENDING',
      attempts: [{ status: null, error: 'paused before it was sent' }],
    });
    expect(orders(bot)).toBe(0);
    h.pauses.pop();
    await h.outcome('d1', 'FORWARDED');
    expect(orders(bot)).toBe(1);
  });

  test('a sent order is settled all the same', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], LONG);
    bot.misbehave('/forceenter', { heard: 'reset' });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.until(() => orders(bot) === 1);
    h.pauses.push(pause());
    await h.outcome('d1', 'FORWARDED');
  });
});

test('what cannot be read is not known to be free', async () => {
  let fails = true;
  const pauses = {
    inForce: async () => {
      if (fails) throw new Error('gateway.db cannot be read');
      return [];
    },
  };
  const watch = new PauseWatch({ pauses, clock: fastClock, log: recordingLog() });
  expect([await watch.refresh(), watch.isBlind]).toEqual([false, true]);
  fails = false;
  expect([await watch.refresh(), watch.isBlind]).toEqual([true, false]);
});

test('while the pauses cannot be read nothing is sent, and an operator is told once', async () => {
  await using bot = await openStandInBot();
  await using h = fleetHarness([botConfig(bot)], LONG);
  h.blind(true);
  h.journal.owe(decisionOf('d1', now()), ['BOT1']);
  await settled(h);
  expect(orders(bot)).toBe(0);
  expect(h.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'pauses cannot be read: no order is sent until they can',
  ]);
  h.blind(false);
  await h.outcome('d1', 'FORWARDED');
});
