// The door's gateway side: what submit keeps, answers, marks and logs; and what history tells afterwards.
import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { openAggregator, openHistory, openIntake, type SignalSubmission } from '#ensemble/ensemble.ts';
import type { EnsembleSettings } from '#ensemble/settings.ts';
import { listen, type TracePoints } from '#trace/trace.ts';
import { recordingLog } from '../support/recording-log.ts';
import { memoryDecisions, memorySignals, NO_PAUSES } from './journals.ts';
import { BOTS, SETTINGS } from './samples.ts';

const START_MS = Date.UTC(2026, 0, 5, 12);
const GOOD: SignalSubmission = { pair: 'BTC/USDT', side: 'LONG', source: '75a', confidence: 0.89 };
const NO_CHANGES = { after: async () => [], lastSeq: async () => 0 };
const FEEDER = { credential: 'feeder' };
let endListening = () => {};
afterEach(() => endListening());

function gateway(settings: EnsembleSettings = SETTINGS) {
  const now = { wallMs: START_MS, monotonicMs: 5_000 };
  const clock = { now: () => now };
  const signals = memorySignals(clock);
  const log = recordingLog();
  const ends: TracePoints['signal.submitted'][] = [];
  endListening = listen('signal.submitted', (end) => ends.push(end));
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `s${ids}`;
  };
  return { now, signals, log, ends, intake: openIntake({ signals, settings, newId, clock, log }) };
}

describe('submit', () => {
  test('answers with the journaled signal, marks and logs it', async () => {
    const { intake, signals, log, ends } = gateway();
    const { signal, duplicate } = await intake.submit(GOOD, FEEDER);
    expect(duplicate).toBe(false);
    expect(signals.committed()).toEqual([signal]);
    expect(signal).toMatchObject({ id: 's1', receivedAtMs: START_MS, window: { closesAtMs: START_MS + 60_000 } });
    expect(ends).toEqual([{ source: '75a', result: 'accepted', defaulted: false }]);
    expect(log.lines).toMatchObject([{ level: 'info', fields: { signalId: 's1', source: '75a', confidence: 0.89 } }]);
  });

  test('answers a duplicate with the first signal', async () => {
    const { intake, signals, ends } = gateway();
    const first = await intake.submit({ ...GOOD, sentAtMs: START_MS }, FEEDER);
    const again = await intake.submit({ ...GOOD, sentAtMs: START_MS }, FEEDER);
    expect(again).toEqual({ signal: first.signal, duplicate: true });
    expect(signals.log).toHaveLength(1);
    expect(ends.map((end) => end.result)).toEqual(['accepted', 'duplicate']);
  });

  test('a signal sent again long after its window is still the one it was; a new one that old is refused', async () => {
    const { intake, signals, now } = gateway();
    const sentAtMs = START_MS;
    const keyed = await intake.submit({ ...GOOD, sentAtMs, idempotencyKey: 'k' }, FEEDER);
    const timed = await intake.submit({ ...GOOD, pair: 'ETH/USDT', sentAtMs }, FEEDER);
    now.wallMs += 7_200_000;
    now.monotonicMs += 7_200_000;
    const again = (change: Partial<SignalSubmission>) => intake.submit({ ...GOOD, sentAtMs, ...change }, FEEDER);
    expect(await again({ idempotencyKey: 'k' })).toEqual({ signal: keyed.signal, duplicate: true });
    expect(await again({ pair: 'ETH/USDT' })).toEqual({ signal: timed.signal, duplicate: true });
    await expect(again({ idempotencyKey: 'k', confidence: 0.9 })).rejects.toMatchObject({ field: 'idempotencyKey' });
    await expect(again({ pair: 'XRP/USDT' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'sentAt' });
    await expect(again({ pair: 'XRP/USDT', idempotencyKey: 'n' })).rejects.toMatchObject({ field: 'sentAt' });
    expect(signals.log).toHaveLength(2);
  });

  test('refuses a key that was used with other contents', async () => {
    const { intake, signals, ends } = gateway();
    await intake.submit({ ...GOOD, idempotencyKey: 'k' }, FEEDER);
    const other = intake.submit({ ...GOOD, confidence: 0.9, idempotencyKey: 'k' }, FEEDER);
    await expect(other).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'idempotencyKey' });
    expect(signals.log).toHaveLength(1);
    expect(ends.at(-1)).toEqual({ source: '75a', result: 'refused', defaulted: false });
  });

  test('a defaulted confidence is a warning with the signal and counted', async () => {
    const { intake, log, ends } = gateway({ ...SETTINGS, missingConfidence: 0.75 });
    await intake.submit({ ...GOOD, confidence: null }, FEEDER);
    expect(ends).toEqual([{ source: '75a', result: 'accepted', defaulted: true }]);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { signalId: 's1' } }]);
  });

  test.each([
    ['BAD_USER_INPUT', { pair: 'nonsense' }, SETTINGS],
    ['FORBIDDEN', { source: '75c' }, SETTINGS],
    ['INTAKE_OFF', {}, { ...SETTINGS, intake: false }],
  ])('%s keeps nothing and is marked', async (code, change, settings) => {
    const { intake, signals, ends } = gateway(settings);
    const refused = intake.submit({ ...GOOD, ...change }, { credential: 'feeder', sources: ['75a'] });
    await expect(refused).rejects.toMatchObject({ name: 'Fault', code });
    expect(signals.log).toEqual([]);
    expect(ends).toEqual([{ source: 'unknown', result: 'refused', defaulted: false }]);
  });

  test('a journal that cannot be written is passed on', async () => {
    const { intake, signals, ends } = gateway();
    signals.append = () => Promise.reject(new Fault('JOURNAL_UNAVAILABLE', 'the disk is full'));
    await expect(intake.submit(GOOD, FEEDER)).rejects.toMatchObject({ code: 'JOURNAL_UNAVAILABLE' });
    expect(ends).toEqual([{ source: '75a', result: 'refused', defaulted: false }]);
  });
});

test('history tells a decision with its signals, newest first, in the order asked', async () => {
  const { now, signals, log, intake } = gateway();
  const decisions = memoryDecisions();
  const deliveries = { ofDecisions: async (ids: readonly string[]) => ids.map(() => []) };
  const history = openHistory({
    signals,
    decisions,
    deliveries,
    changes: NO_CHANGES,
    clock: { sleep: async () => {} },
  });
  for (const [pair, source] of [
    ['BTC/USDT', '75a'],
    ['ETH/USDT', '75a'],
    ['BTC/USDT', '75b'],
  ] as const) {
    await intake.submit({ ...GOOD, pair, source }, FEEDER);
  }
  const aggregator = openAggregator({ signals, decisions, pauses: NO_PAUSES, settings: SETTINGS, bots: BOTS, log });
  await aggregator.tick(now);
  expect(await history.fates(['s1', 'none'])).toEqual([undefined, undefined]);
  now.wallMs += 61_000;
  now.monotonicMs += 61_000;
  await aggregator.tick(now);
  const page = await history.page({ first: 10 });
  const [btc, eth] = ['BTC/USDT', 'ETH/USDT'].map((pair) => page.find((decision) => decision.pair === pair)?.id ?? '');
  const told = await history.signalsOf([eth ?? '', 'none', btc ?? '']);
  expect(told.map((list) => list.map((signal) => signal.id))).toEqual([['s2'], [], ['s3', 's1']]);
  expect((await history.signals(['s2', 'none'])).map((signal) => signal?.pair)).toEqual(['ETH/USDT', undefined]);
  expect((await history.fates(['s3']))[0]).toMatchObject({ decisionId: btc, counted: true });
  expect((await history.decisions([btc ?? '', 'none'])).map((decision) => decision?.votes)).toEqual([2, undefined]);
  expect(await history.deliveriesOf([btc ?? ''])).toEqual([[]]);
});
