// What is told of bots: by the worker when something changes, and by the gateway with the orders at them.
import { describe, expect, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import type { BotState } from '#domain/bot-state.ts';
import { openBots } from '#fleet/fleet.ts';
import { decisionOf } from './deliveries.ts';
import { botConfig, fastClock, fleetHarness, jumpingClock } from './harness.ts';

const now = () => Date.now();

describe('what the worker tells', () => {
  test('how an idle bot is, soon after the start', async () => {
    await using bot = await openStandInBot({ state: 'paused', positionAdjustment: true, clockOffsetMs: 40_000 });
    await using h = fleetHarness([botConfig(bot, 'BOT1', ['LONG'])]);
    await h.until(() => h.states.at(-1)?.[0]?.reachable === true);
    const [state] = h.states.at(-1) ?? [];
    expect(state).toMatchObject({
      ...{ name: 'BOT1', sides: ['LONG'], reachable: true, state: 'paused' },
      ...{ forceEntryEnabled: true, positionAdjustment: true },
    });
    expect(state?.clockOffsetMs).toBeGreaterThan(38_500);
    expect(state?.clockOffsetMs).toBeLessThan(41_500);
    expect(Math.abs((state?.lastAnswerAtMs ?? 0) - now())).toBeLessThan(60_000);
  });

  test('that it is asked again every 30 s and no more, and what changed', async () => {
    await using bot = await openStandInBot();
    const clock = jumpingClock();
    await using h = fleetHarness([botConfig(bot)], {}, { clock });
    await h.until(() => h.states.at(-1)?.[0]?.state === 'running');
    const asked = bot.requests().length;
    bot.settings.state = 'stopped';
    let ticks = 0;
    await h.until(() => {
      ticks += 1;
      return ticks > 20;
    });
    expect(bot.requests().length).toBe(asked);
    clock.jump(30_000);
    await h.until(() => h.states.at(-1)?.[0]?.state === 'stopped');
    expect(bot.requests().length).toBe(asked + 1);
    await bot.suspend();
    clock.jump(30_000);
    await h.until(() => h.states.at(-1)?.[0]?.reachable === false);
    expect(h.states.at(-1)?.[0], 'the last that was heard').toMatchObject({ state: 'stopped' });
    await bot.resume();
    clock.jump(30_000);
    await h.until(() => h.states.at(-1)?.[0]?.reachable === true);
  });

  test('that it is asked on time, also when an order asked not long ago', async () => {
    await using bot = await openStandInBot({ markets: ['BTC/USDT:USDT'] });
    // Time moves by jumps alone.
    const clock = jumpingClock({ ...fastClock, now: () => ({ ...fastClock.now(), monotonicMs: 0 }) });
    await using h = fleetHarness([botConfig(bot)], {}, { clock });
    const asked = () => bot.requests().filter(({ path }) => path === '/api/v1/show_config').length;
    await h.until(() => h.states.at(-1)?.[0]?.state === 'running');
    clock.jump(25_000);
    h.journal.owe(decisionOf('d1', now(), { pair: 'NO/USDT:USDT' }), ['BOT1']);
    await h.outcome('d1', 'FAILED');
    h.journal.owe(decisionOf('d2', now()), ['BOT1']);
    await h.outcome('d2', 'FORWARDED');
    const before = asked();
    clock.jump(5_000);
    await h.until(() => asked() > before);
  });

  test('nothing while nothing changes', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)]);
    await h.until(() => h.states.at(-1)?.[0]?.reachable === true);
    const told = h.states.length;
    let ticks = 0;
    await h.until(() => {
      ticks += 1;
      return ticks > 50;
    });
    expect(h.states.length).toBeLessThanOrEqual(told + 1);
  });

  test('which orders it refused, in its own words', async () => {
    await using bot = await openStandInBot({ markets: ['BTC/USDT:USDT'], maxOpenTrades: 0 });
    await using stopped = await openStandInBot({ state: 'stopped' });
    const clock = jumpingClock();
    const bots = [botConfig(bot), botConfig(stopped, 'BOT2')];
    await using h = fleetHarness(bots, { deliveryTtlSeconds: 200 }, { clock });
    h.journal.owe(decisionOf('d1', now(), { pair: 'NO/USDT:USDT' }), ['BOT1']);
    await h.outcome('d1', 'FAILED');
    h.journal.owe(decisionOf('d2', now()), ['BOT2']);
    await h.until(() => h.journal.delivery('d2', 'BOT2').attempts.some(({ finishedAtMs }) => finishedAtMs !== null));
    clock.jump(200_000);
    await h.outcome('d2', 'EXPIRED');
    expect(h.journal.refusals).toEqual([
      h.journal.delivery('d1', 'BOT1').detail,
      'trader is not running (state "stopped")',
    ]);
  });

  test('a dry run is no refusal', async () => {
    await using bot = await openStandInBot();
    await using h = fleetHarness([botConfig(bot)], { dryRun: true });
    h.journal.owe(decisionOf('d1', now()), ['BOT1']);
    await h.outcome('d1', 'EXPIRED');
    expect(h.journal.refusals).toEqual([]);
  });
});

describe('what the gateway tells', () => {
  const clock = { now: () => ({ wallMs: 100 * 86_400_000, monotonicMs: 0 }) };
  const heard: BotState = {
    ...{ name: 'BOT2', sides: ['SHORT'], reachable: true, state: 'running', forceEntryEnabled: true },
    ...{ positionAdjustment: false, clockOffsetMs: 0, lastAnswerAtMs: 5 },
  };

  test('bots heard of, configured, and owed, by name, with the last day of refusals', async () => {
    let askedFromMs = 0;
    const bots = openBots({
      journal: {
        states: async () => [heard],
        work: async () => [
          { bot: 'BOT2', owed: 3, unsettled: 2, inFlight: 1 },
          { bot: 'GONE', owed: 1, unsettled: 0, inFlight: 0 },
        ],
        refusals: async (fromMs) => {
          askedFromMs = fromMs;
          return Array.from({ length: 120 }, (_, index) => ({ bot: 'BOT2', text: `t${index}`, count: 200 - index }));
        },
      },
      configured: [
        { name: 'BOT2', sides: ['LONG'] },
        { name: 'BOT1', sides: ['LONG'] },
      ],
      clock,
    });
    const [one, two, gone, ...others] = await bots.all();
    const unknown = { reachable: null, state: null, clockOffsetMs: null, lastAnswerAtMs: null };
    expect(one).toEqual({
      ...{ name: 'BOT1', sides: ['LONG'], forceEntryEnabled: null, positionAdjustment: null, ...unknown },
      ...{ inFlight: 0, owed: 0, unsettled: 0, refusals: [] },
    });
    expect(two).toMatchObject({ ...heard, inFlight: 1, owed: 3, unsettled: 2 });
    expect(two?.refusals.length).toBe(100);
    expect(two?.refusals[0]).toEqual({ text: 't0', count: 200 });
    expect(gone).toMatchObject({ name: 'GONE', sides: [], owed: 1, ...unknown });
    expect(others).toEqual([]);
    expect(askedFromMs).toBe(99 * 86_400_000);
    expect(await bots.names()).toEqual(['BOT1', 'BOT2']);
  });
});
