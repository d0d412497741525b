// The end of one order and the intent of the next share a commit: the next one is begun while the journal still writes, and sent only after.
import { expect, test } from 'vitest';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { decisionOf, type MemoryJournal, memoryJournal } from './deliveries.ts';
import { botConfig, fastClock, fleetHarness } from './harness.ts';

const now = () => Date.now();
/** The clock runs fast: a busy machine must not make an order too late, or an answer. */
const PATIENT = { deliveryTtlSeconds: 3_600, botTimeoutSeconds: 600 };
const BTC = { pair: 'BTC/USDT:USDT' };
const ETH = { pair: 'ETH/USDT:USDT' };

/** A journal that writes in the order it is asked, from the first `record` on only when `gate` opens; `asked` tells what it was asked. */
function gated(): { journal: MemoryJournal; asked: string[]; gate: PromiseWithResolvers<void> } {
  const inner = memoryJournal();
  const asked: string[] = [];
  const gate = Promise.withResolvers<void>();
  let line: Promise<unknown> = Promise.resolve();
  const inLine = <T>(write: () => Promise<T>): Promise<T> => {
    const turn = line.then(write);
    line = turn.catch(() => undefined);
    return turn;
  };
  const journal: MemoryJournal = {
    ...inner,
    begin: (intent) => {
      asked.push(`begin ${intent.decisionId}`);
      return inLine(() => inner.begin(intent));
    },
    record: (update) => {
      asked.push(`record ${update.decision.id}`);
      return inLine(() => gate.promise.then(() => inner.record(update)));
    },
  };
  return { journal, asked, gate };
}

test('the next intent follows the end in line, and its order leaves after both are written', async () => {
  await using bot = await openStandInBot();
  const { journal, asked, gate } = gated();
  await using h = fleetHarness([botConfig(bot)], PATIENT, { journal });
  journal.owe(decisionOf('d1', now(), BTC), ['BOT1']);
  journal.owe(decisionOf('d2', now() + 1, ETH), ['BOT1']);
  await h.until(() => asked.includes('begin d2'));
  expect(asked).toEqual(['begin d1', 'record d1', 'begin d2']);
  expect(bot.orders()).toMatchObject([BTC]);
  gate.resolve();
  await h.outcome('d2', 'FORWARDED');
  expect(journal.busy()).toBe(0);
  expect(bot.orders()).toMatchObject([BTC, ETH]);
});

test('nothing for the same pair is begun before the end is written', async () => {
  await using bot = await openStandInBot();
  const { journal, asked, gate } = gated();
  await using h = fleetHarness([botConfig(bot)], PATIENT, { journal });
  journal.owe(decisionOf('d1', now(), BTC), ['BOT1']);
  journal.owe(decisionOf('d2', now() + 1, { ...BTC, side: 'SHORT' }), ['BOT1']);
  await h.until(() => asked.includes('record d1'));
  for (let ticks = 0; ticks < 5; ticks += 1) await h.fleet.tick(fastClock.now());
  expect(asked).toEqual(['begin d1', 'record d1']);
  gate.resolve();
  await h.until(() => asked.includes('record d2'));
  expect(asked).toEqual(['begin d1', 'record d1', 'begin d2', 'record d2']);
});

test('nothing is begun before an unknown end is written', async () => {
  await using bot = await openStandInBot();
  bot.misbehave('/forceenter', { enters: 0, heard: 'reset' });
  const { journal, asked, gate } = gated();
  await using h = fleetHarness([botConfig(bot)], { ...PATIENT, settleSeconds: 600 }, { journal });
  journal.owe(decisionOf('d1', now(), BTC), ['BOT1']);
  journal.owe(decisionOf('d2', now() + 1, ETH), ['BOT1']);
  await h.until(() => asked.includes('record d1'));
  for (let ticks = 0; ticks < 5; ticks += 1) await h.fleet.tick(fastClock.now());
  expect(asked).toEqual(['begin d1', 'record d1']);
  gate.resolve();
  await h.outcome('d2', 'FORWARDED');
});

test('an end that cannot be written keeps the next order back', async () => {
  await using bot = await openStandInBot();
  await using h = fleetHarness([botConfig(bot)], PATIENT);
  h.journal.fail('record', 3);
  h.journal.owe(decisionOf('d1', now(), BTC), ['BOT1']);
  h.journal.owe(decisionOf('d2', now() + 1, ETH), ['BOT1']);
  await h.until(() => h.journal.busy() > 0);
  expect(bot.orders()).toMatchObject([BTC]);
  await h.outcome('d2', 'FORWARDED');
  expect(h.journal.decision('d1').outcome).toBe('FORWARDED');
  expect(bot.orders()).toMatchObject([BTC, ETH]);
});
