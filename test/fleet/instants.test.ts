// Instants where a worker may freeze, die or be overtaken: what was promised to the journal still holds.
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { proxyPage } from '#demo/stand-in-mischief.ts';
import { listen } from '#trace/trace.ts';
import { decisionOf, memoryJournal } from './deliveries.ts';
import { botConfig, fleetHarness, jumpingClock } from './harness.ts';

const now = () => Date.now();
const forceenters = (requests: readonly { path: string }[]) =>
  requests.filter(({ path }) => path === '/api/v1/forceenter');

test('a worker frozen between intent and request does not send too late', async () => {
  await using bot = await openStandInBot();
  const clock = jumpingClock();
  await using h = fleetHarness([botConfig(bot)], {}, { clock });
  onTestFinished(listen('attempt.intended', () => clock.jump(60_000)));
  h.journal.owe(decisionOf('d1', now()), ['BOT1']);
  expect((await h.outcome('d1', 'EXPIRED')).reason).toBe('EXPIRED');
  expect(forceenters(bot.requests())).toHaveLength(0);
});

test('an order whose try ends as it becomes too late expires, whatever steps come between', async () => {
  await using bot = await openStandInBot();
  bot.misbehave('/forceenter', { enters: 0, heard: proxyPage(503, 'Busy') });
  const clock = jumpingClock();
  await using h = fleetHarness([botConfig(bot)], {}, { clock });
  const steps: Promise<void>[] = [];
  onTestFinished(
    listen('delivery.recorded', ({ state }) => {
      if (state === 'PENDING') clock.jump(60_000);
      // Steps at each turn of what follows the record: the try is written, its task has not ended.
      let turn = Promise.resolve();
      for (let at = 0; at < 30; at += 1) {
        turn = turn.then(() => undefined);
        steps.push(turn.then(() => h.fleet.tick(clock.now())));
      }
    }),
  );
  h.journal.owe(decisionOf('d1', now()), ['BOT1']);
  await h.outcome('d1', 'EXPIRED');
  await Promise.all(steps);
});

test('the points of an attempt are passed in order, around the journal', async () => {
  await using bot = await openStandInBot();
  await using h = fleetHarness([botConfig(bot)]);
  const seen: string[] = [];
  const note = (point: string) => {
    const { attempts, state } = h.journal.delivery('d1', 'BOT1');
    seen.push(`${point}: ${attempts.length} attempt, ${state}, ${forceenters(bot.requests()).length} at the bot`);
  };
  onTestFinished(listen('attempt.intended', () => note('intended')));
  onTestFinished(listen('attempt.sending', () => note('sending')));
  onTestFinished(listen('attempt.answered', ({ verdict }) => note(`answered ${verdict}`)));
  onTestFinished(listen('delivery.recorded', ({ state }) => note(`recorded ${state}`)));
  h.journal.owe(decisionOf('d1', now()), ['BOT1']);
  await h.outcome('d1', 'FORWARDED');
  expect(seen).toEqual([
    'intended: 1 attempt, PENDING, 0 at the bot',
    'sending: 1 attempt, PENDING, 0 at the bot',
    'answered trade: 1 attempt, PENDING, 1 at the bot',
    'recorded DELIVERED: 1 attempt, DELIVERED, 1 at the bot',
  ]);
});

test('a row read before its delivery ended does not bring it back', async () => {
  await using bot = await openStandInBot();
  const inner = memoryJournal();
  let hold: Promise<void> | undefined;
  const journal = {
    ...inner,
    unfinished: async (ids?: readonly string[]) => {
      const rows = await inner.unfinished(ids);
      await hold;
      return rows;
    },
  };
  await using h = fleetHarness([botConfig(bot)], {}, { journal });
  journal.owe(decisionOf('d1', now()), ['BOT1']);
  const lock = Promise.withResolvers<void>();
  bot.misbehave('/forceenter', { lock: lock.promise });
  await h.until(() => forceenters(bot.requests()).length === 1);
  const reading = Promise.withResolvers<void>();
  hold = reading.promise;
  const stale = h.fleet.tick({ wallMs: now(), monotonicMs: 0 });
  await new Promise((resolve) => setImmediate(resolve));
  lock.resolve();
  await h.until(() => journal.decision('d1').outcome === 'FORWARDED');
  hold = undefined;
  reading.resolve();
  await stale;
  journal.owe(decisionOf('d2', now(), { pair: 'ETH/USDT:USDT' }), ['BOT1']);
  await h.outcome('d2', 'FORWARDED');
  expect(forceenters(bot.requests())).toHaveLength(2);
  expect(journal.delivery('d1', 'BOT1')).toMatchObject({
    state: 'DELIVERED',
    attempts: [{ status: 200, error: null }],
  });
});

test('two bots that answer at the same instant leave no decision PENDING', async () => {
  await using one = await openStandInBot();
  await using two = await openStandInBot({ maxOpenTrades: 0 });
  const inner = memoryJournal();
  const journal = {
    ...inner,
    ofDecisions: async (ids: readonly string[]) => {
      const rows = await inner.ofDecisions(ids);
      await wait(20);
      return rows;
    },
  };
  await using h = fleetHarness([botConfig(one, 'ONE'), botConfig(two, 'TWO')], {}, { journal });
  journal.owe(decisionOf('d1', now()), ['ONE', 'TWO']);
  await h.until(() => ['ONE', 'TWO'].every((bot) => journal.delivery('d1', bot).state !== 'PENDING'));
  expect(journal.decision('d1')).toMatchObject({ outcome: 'FORWARDED', detail: 'ONE: trade 1' });
});

test('without a connection nothing was sent: tried again, not unknown', async () => {
  // It accepts connections and never speaks: a TLS handshake with it does not end.
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await using bot = await openStandInBot();
  const mute = { ...botConfig(bot), url: `https://127.0.0.1:${address.port}` };
  await using h = fleetHarness([mute], { botTimeoutSeconds: 2, deliveryTtlSeconds: 6 });
  h.journal.owe(decisionOf('d1', now()), ['BOT1']);
  const decision = await h.outcome('d1', 'EXPIRED');
  expect(decision.reason).toBe('BOT_UNREACHABLE');
  expect(decision.detail).toContain('no connection within 2 s');
});

test('a window that closes while thousands are owed: every order once, in order, one at a time', async () => {
  await using bot = await openStandInBot({ maxOpenTrades: -1 });
  await using h = fleetHarness([botConfig(bot)], { deliveryTtlSeconds: 600 });
  const at = now();
  const pairs = Array.from({ length: 150 }, (_, index) => `C${String(index).padStart(3, '0')}/USDT:USDT`);
  for (const pair of pairs.toReversed()) h.journal.owe(decisionOf(pair, at, { pair }), ['BOT1']);
  await h.until(() => pairs.every((pair) => h.journal.decision(pair).outcome === 'FORWARDED'));
  expect(bot.orders().map(({ pair }) => pair)).toEqual(pairs);
  expect(h.journal.busy()).toBe(0);
});
