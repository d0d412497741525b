// A service that ends again and again while an order is looked for: the looking ends all the same, and the pair is served again.
import { expect, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { proxyPage } from '#demo/stand-in-mischief.ts';
import type { Clock } from '#domain/time.ts';
import { decisionOf } from './deliveries.ts';
import { botConfig, fastClock, fleetHarness } from './harness.ts';

const SETTLE_SECONDS = 600;
/** Shorter than the time that a start looks anew. */
const LIFE_MS = 25_000;

test('looks that could not be made do not end the looking', async () => {
  await using bot = await openStandInBot();
  bot.misbehave('/forceenter', { heard: 'reset' });
  bot.misbehave('/status', ...Array.from({ length: 5 }, () => ({ heard: proxyPage(502, 'Bad Gateway') })));
  // Looks are made every 2 s: the last one to fail is the first after the end.
  await using h = fleetHarness([botConfig(bot)], { settleSeconds: 8 });
  h.journal.owe(decisionOf('d1', Date.now()), ['BOT1']);
  await h.outcome('d1', 'UNKNOWN');
  await h.outcome('d1', 'FORWARDED');
});

test('a bot that never can be asked is given up', async () => {
  await using bot = await openStandInBot();
  bot.misbehave('/forceenter', { heard: 'reset' });
  bot.misbehave('/status', ...Array.from({ length: 50 }, () => ({ heard: proxyPage(502, 'Bad Gateway') })));
  await using h = fleetHarness([botConfig(bot)], { settleSeconds: 4 });
  h.journal.owe(decisionOf('d1', Date.now()), ['BOT1']);
  await h.outcome('d1', 'UNKNOWN');
  await h.until(() => h.journal.delivery('d1', 'BOT1').settleUntilMs === null);
  expect(h.journal.decision('d1').outcome).toBe('UNKNOWN');
});

test('looking goes on for a while after a start, once, however often the worker ends', async () => {
  await using bot = await openStandInBot();
  bot.misbehave('/forceenter', { enters: 0, heard: 'reset' });
  let laterMs = 0;
  const clock: Clock = {
    now: () => ({ wallMs: fastClock.now().wallMs + laterMs, monotonicMs: fastClock.now().monotonicMs + laterMs }),
    sleep: fastClock.sleep,
  };
  await using h = fleetHarness([botConfig(bot)], { settleSeconds: SETTLE_SECONDS }, { clock });
  h.journal.owe(decisionOf('d1', Date.now()), ['BOT1']);
  await h.outcome('d1', 'UNKNOWN');
  const settleUntilMs = () => h.journal.delivery('d1', 'BOT1').settleUntilMs;
  const firstEndMs = settleUntilMs() ?? 0;
  const looks = () => bot.requests().filter(({ path }) => path.startsWith('/api/v1/trades')).length;
  const restarted = async (afterMs: number) => {
    await h.restart(async () => {
      laterMs += afterMs;
    });
    const before = looks();
    await h.until(() => looks() > before);
  };

  await restarted(SETTLE_SECONDS * 1_000);
  await h.until(() => (settleUntilMs() ?? 0) > firstEndMs);
  const endMs = settleUntilMs() ?? 0;
  expect(endMs - clock.now().wallMs).toBeLessThanOrEqual(30_000);
  let lives = 1;
  for (; settleUntilMs() !== null && lives < 8; lives += 1) {
    expect(settleUntilMs(), 'the end is not put off again').toBe(endMs);
    await restarted(LIFE_MS);
    // The step that follows the look gives up when the time is over.
    await h.fleet.tick(clock.now());
    await h.fleet.tick(clock.now());
  }
  expect(lives).toBeLessThan(8);
  expect(h.journal.decision('d1').outcome).toBe('UNKNOWN');
  h.journal.owe(decisionOf('d2', clock.now().wallMs), ['BOT1']);
  await h.outcome('d2', 'FORWARDED');
});
