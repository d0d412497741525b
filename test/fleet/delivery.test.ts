// The rules of delivering as laws: whatever happens in whatever order, an attempt whose end is unknown is never followed by another.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Now } from '#domain/time.ts';
import {
  type AttemptEnd,
  concluded,
  expired,
  type FleetSettings,
  foundNothing,
  gaveUp,
  intended,
  isDone,
  isSettling,
  isTooLate,
  mayStart,
  type Owed,
  oneLookDecides,
  openAttempt,
  owe,
} from '#fleet/delivery.ts';
import { Queue } from '#fleet/queue.ts';
import { decisionOf, memoryJournal } from './deliveries.ts';

const settings: FleetSettings = { deliveryTtlSeconds: 30, botTimeoutSeconds: 30, settleSeconds: 300, dryRun: false };
const CLOSE = 1_767_614_400_000;
const at = (ms: number): Now => ({ wallMs: CLOSE + ms, monotonicMs: 5_000 + ms });

function owed(id: string, now = at(0), more: Parameters<typeof decisionOf>[2] = {}): Owed {
  const journal = memoryJournal();
  const decision = decisionOf(id, CLOSE, more);
  journal.owe(decision, ['BOT1']);
  return owe({ delivery: journal.delivery(id, 'BOT1'), decision, signalIds: [] }, { now, settings });
}

const end = (verdict: AttemptEnd['verdict'], heard: AttemptEnd['heard'] = 'answer'): AttemptEnd => ({
  verdict,
  heard,
  status: 200,
  durationMs: 5,
  chance: 0.5,
});
const NOT_TAKEN = end({ kind: 'not-taken', text: '503: busy' });
const UNKNOWN = end({ kind: 'unknown', text: 'ECONNRESET' }, 'broken');
const SILENT = end({ kind: 'unknown', text: 'no answer' }, 'silent');
const ENDS: readonly AttemptEnd[] = [
  NOT_TAKEN,
  UNKNOWN,
  SILENT,
  end({ kind: 'look-once', text: 'failed inside' }),
  end({ kind: 'refused', text: 'no', alarming: false }),
  end({ kind: 'ours', tradeId: '1' }),
];
const ended = (one: Owed, ending: AttemptEnd, now = at(0)): Owed =>
  concluded(intended(one, 'a', now.wallMs), ending, { now, settings });

const nextAttempt = (all: readonly Owed[], now: Now): Owed | undefined => {
  const queue = new Queue();
  for (const one of all) queue.set(one);
  return queue.takeNext(now);
};

describe('the deadline', () => {
  test('counts from the window’s nominal close and limits the start', () => {
    const one = owed('d');
    expect(mayStart(one, at(29_999))).toBe(true);
    expect(mayStart(one, at(30_000))).toBe(false);
    expect(owed('late', at(20_000)).startBeforeMs).toBe(at(30_000).monotonicMs);
  });

  test('does not move with the wall clock, and after a restart is at most one span away', () => {
    expect(mayStart(owed('d'), { wallMs: CLOSE - 3_600_000, monotonicMs: at(30_000).monotonicMs })).toBe(false);
    const back = { wallMs: CLOSE - 3_600_000, monotonicMs: 0 };
    expect(owed('d', back).startBeforeMs).toBe(30_000);
  });

  test.each([3_600_000, -3_600_000])(
    'a wall clock set by %d ms while the window was open takes and adds nothing',
    (stepMs) => {
      const then = { wallMs: CLOSE + stepMs + 120, monotonicMs: 9_000 };
      const one = owed('d', then, { dueAtMs: CLOSE + stepMs });
      expect(one.startBeforeMs).toBe(9_000 + 30_000 - 120);
    },
  );

  test('never interrupts an attempt under way nor an unknown end', () => {
    expect(isTooLate(intended(owed('d'), 'a', CLOSE), at(60_000))).toBe(false);
    for (const ending of ENDS) {
      const one = ended(owed('d'), ending);
      expect(isTooLate(one, at(60_000))).toBe(ending === NOT_TAKEN);
    }
  });

  test('what expires says how often it was tried and why in vain', () => {
    expect(expired(owed('d')).delivery).toMatchObject({ state: 'EXPIRED', detail: 'not tried in time' });
    const twice = ended(ended(owed('d'), NOT_TAKEN), NOT_TAKEN);
    expect(expired(twice).delivery).toMatchObject({
      state: 'UNREACHABLE',
      detail: 'tried until too late, 2x: 503: busy',
    });
  });
});

describe('an attempt', () => {
  test('that was not taken is tried again later and later, spread by chance', () => {
    const waits = (chance: number) => {
      let one = owed('d');
      return Array.from({ length: 7 }, () => {
        one = ended(one, { ...NOT_TAKEN, chance });
        return one.notBeforeMs - at(0).monotonicMs;
      });
    };
    expect(waits(0.5)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
    expect(waits(0)[0]).toBe(125);
  });

  test('that was silent is held for a timeout more; one that was reset is not', () => {
    expect(ended(owed('d'), SILENT).delivery).toMatchObject({ state: 'UNKNOWN', heldUntilMs: CLOSE + 30_000 });
    expect(ended(owed('d'), UNKNOWN).delivery).toMatchObject({
      state: 'UNKNOWN',
      heldUntilMs: null,
      settleUntilMs: CLOSE + 300_000,
    });
  });

  test('that failed inside is decided by one look, also as read from the journal', () => {
    const [, , , failed] = ENDS;
    const one = ended(owed('d'), failed ?? UNKNOWN);
    expect(oneLookDecides(one)).toBe(true);
    expect(oneLookDecides(owe(structuredClone(one), { now: at(9), settings }))).toBe(true);
    expect(foundNothing(one).delivery).toMatchObject({ state: 'REFUSED', settleUntilMs: null });
    expect(oneLookDecides(ended(owed('d'), UNKNOWN))).toBe(false);
    expect(gaveUp(ended(owed('d'), UNKNOWN), settings).delivery).toMatchObject({
      state: 'UNKNOWN',
      settleUntilMs: null,
    });
  });
});

describe('who is next', () => {
  test('an order of unknown end keeps its pair waiting, either side, and no other', () => {
    const unknown = ended(owed('d1'), UNKNOWN);
    const samePair = owed('d2', at(0), { side: 'SHORT' });
    const other = owed('d3', at(0), { pair: 'ETH/USDT:USDT', confidenceE4: 1 });
    expect(nextAttempt([samePair, unknown, other], at(1))).toBe(other);
    expect(nextAttempt([samePair, gaveUp(unknown, settings)], at(1))).toBe(samePair);
  });

  test('nobody before its time, after its deadline, or twice', () => {
    expect(nextAttempt([ended(owed('d'), NOT_TAKEN)], at(249))).toBeUndefined();
    expect(nextAttempt([ended(owed('d'), NOT_TAKEN)], at(250))).toBeDefined();
    expect(nextAttempt([owed('d')], at(30_000))).toBeUndefined();
    expect(nextAttempt([intended(owed('d'), 'a', CLOSE)], at(1))).toBeUndefined();
  });

  test('is the oldest close, then the higher confidence, then the smaller id', () => {
    const one = fc.record({
      id: fc.uuid(),
      closesAtMs: fc.integer({ min: CLOSE - 3, max: CLOSE }),
      confidenceE4: fc.integer({ min: 8_000, max: 8_003 }),
      pair: fc.constantFrom('A/USDT', 'B/USDT'),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { minLength: 1, selector: ({ id }) => id }), (rows) => {
        const all = rows.map(({ id, closesAtMs, confidenceE4, pair }) =>
          owed(id, at(0), { confidenceE4, pair, window: { openedAtMs: 0, closesAtMs } }),
        );
        const sorted = rows.toSorted(
          (a, b) => a.closesAtMs - b.closesAtMs || b.confidenceE4 - a.confidenceE4 || (a.id < b.id ? -1 : 1),
        );
        expect(nextAttempt(all, at(1))?.decision.id).toBe(sorted[0]?.id);
      }),
    );
  });
});

describe('in any history', () => {
  const step = fc.record({ ms: fc.integer({ min: 0, max: 9_000 }), ending: fc.constantFrom(...ENDS) });

  test('only a definite "not taken" is followed by another attempt, and none starts too late', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let one = owed('d');
        let clock = 0;
        for (const [index, { ms, ending }] of steps.entries()) {
          clock += ms;
          const next = nextAttempt([one], at(clock));
          if (next === undefined) continue;
          expect(clock).toBeLessThan(30_000);
          expect(next.delivery.attempts.every(({ error }) => error === '503: busy')).toBe(true);
          one = concluded(intended(next, `a${index}`, at(clock).wallMs), ending, { now: at(clock), settings });
          expect(openAttempt(one)).toBeUndefined();
          expect(isDone(one)).toBe(ending !== NOT_TAKEN && !isSettling(one));
        }
      }),
    );
  });
});
