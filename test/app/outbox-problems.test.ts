// What /readyz says of a hub that cannot be told: each trouble in a sentence, looked up rarely.
import { expect, test } from 'vitest';
import type { OutboxStatus } from '#store/store.ts';
import { outboxProblems } from '../../src/app/outbox-problems.ts';
import { manualClock } from '../support/manual-clock.ts';

const T0 = Date.UTC(2026, 0, 5, 12);
const limits = { rows: 1_000, bytes: 1e6, ageMs: 3_600_000 };
const well: OutboxStatus = {
  holds: 'trades',
  bucket: 'BOT33_trades',
  rows: 0,
  bytes: 0,
  oldestAtMs: null,
  deadLetters: 0,
  isBehind: false,
  breaker: 'closed',
  alarm: null,
};
const told = (...all: readonly Partial<OutboxStatus>[]) => {
  const status = async () => all.map((one) => ({ ...well, ...one }));
  return outboxProblems(() => ({ status }), { limits, clock: manualClock(T0) })();
};

test('nothing while all is well, or where there is no shared hub', async () => {
  expect(await told({}, { rows: 899, bytes: 899_999, oldestAtMs: T0 - 3_000_000 })).toEqual([]);
  const none = { limits, clock: manualClock(T0) };
  expect(await outboxProblems(() => null, none)()).toEqual([]);
  expect(await outboxProblems(() => undefined, none)()).toEqual([]);
});

test.each<[Partial<OutboxStatus>, readonly string[]]>([
  [
    { alarm: '401 unauthorized access', rows: 3, breaker: 'closed' },
    [
      'the hub does not let this instance write to BOT33_trades (401 unauthorized access): 3 rows of trades wait until a person looks',
    ],
  ],
  [{ breaker: 'open', rows: 1 }, ['the hub takes no writes at present: 1 row of trades wait']],
  [{ breaker: 'open' }, []],
  [
    { rows: 1_000 },
    ['the outbox of trades is full (1000 rows of trades): trades are refused until the hub takes them'],
  ],
  [
    { holds: 'signals', rows: 5, oldestAtMs: T0 - limits.ageMs },
    [
      'the outbox of signals is full (5 rows of signals): what comes is kept in the journal alone until the hub takes them',
    ],
  ],
  [{ bytes: 950_000 }, ['the outbox of trades is 95 % full: when it is full, trades are refused']],
  [{ isBehind: true }, ['the hub is behind on trades: rows of the journal are still to be sent to it']],
  [{ deadLetters: 2 }, ['2 lines of trades were refused by the hub for good: see paramgate hub status']],
])('of %j', async (one, sentences) => {
  expect(await told({}, one)).toEqual(sentences);
});

test('is looked up once a second, however often it is asked, and a file that cannot be read is told', async () => {
  const clock = manualClock(T0);
  let looks = 0;
  const status = async (): Promise<readonly OutboxStatus[]> => {
    looks += 1;
    if (looks === 2) throw new Error('disk I/O error');
    return [];
  };
  const ask = outboxProblems(() => ({ status }), { limits, clock });
  await Promise.all(Array.from({ length: 100 }, () => ask()));
  await clock.advance(999);
  expect(await ask()).toEqual([]);
  expect(looks).toBe(1);
  await clock.advance(1);
  expect(await ask()).toEqual(['what waits for the hub cannot be read: disk I/O error']);
  expect(looks).toBe(2);
});
