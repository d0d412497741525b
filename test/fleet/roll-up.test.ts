// The end of a decision out of the ends of its deliveries.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery, DeliveryAttempt, DeliveryState } from '#domain/decision.ts';
import { rollUp } from '#fleet/roll-up.ts';

const delivery = (bot: string, state: DeliveryState, error?: string): Delivery => {
  const attempt = { id: 'a', atMs: 0, finishedAtMs: 1, status: 502, durationMs: 1 };
  const attempts: DeliveryAttempt[] = error === undefined ? [] : [{ ...attempt, error }];
  const open = { tradeId: null, pauseId: null, settleUntilMs: null, heldUntilMs: null };
  return { decisionId: 'd', bot, state, detail: `${bot} says ${state}`, attempts, ...open };
};

describe('a roll-up', () => {
  test.each<[DeliveryState[], string, string | null]>([
    [['PENDING'], 'PENDING', null],
    [['DELIVERED', 'PENDING'], 'PENDING', null],
    [['DELIVERED', 'UNKNOWN', 'REFUSED', 'EXPIRED'], 'FORWARDED', 'FORWARDED'],
    [['REFUSED', 'UNKNOWN'], 'UNKNOWN', 'OUTCOME_UNKNOWN'],
    [['EXPIRED', 'REFUSED', 'UNREACHABLE'], 'FAILED', 'BOT_REFUSED'],
    [['EXPIRED', 'UNREACHABLE'], 'EXPIRED', 'BOT_UNREACHABLE'],
    [['EXPIRED'], 'EXPIRED', 'EXPIRED'],
  ])('of %j is %s, %s', (states, outcome, reason) => {
    const deliveries = states.map((state, index) => delivery(`BOT${index}`, state));
    expect(rollUp(deliveries)).toMatchObject({ outcome, reason });
  });

  test('names a trader that did not run until too late', () => {
    const stopped = delivery('BOT1', 'EXPIRED', 'trader is not running (state "stopped")');
    expect(rollUp([stopped])).toMatchObject({ outcome: 'EXPIRED', reason: 'BOT_REFUSED' });
  });

  test('tells every bot of the winning kind, and no other', () => {
    const all = [delivery('A', 'REFUSED'), delivery('B', 'EXPIRED'), delivery('C', 'REFUSED')];
    expect(rollUp(all).detail).toBe('A: A says REFUSED; C: C says REFUSED');
  });

  test('does not depend on the order of bots', () => {
    const states = fc.array(
      fc.constantFrom<DeliveryState>('PENDING', 'DELIVERED', 'REFUSED', 'UNREACHABLE', 'EXPIRED', 'UNKNOWN'),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(states, (any) => {
        const deliveries = any.map((state, index) => delivery(`BOT${index}`, state));
        const { outcome, reason } = rollUp(deliveries);
        expect(rollUp(deliveries.toReversed())).toMatchObject({ outcome, reason });
        expect(outcome === 'PENDING').toBe(any.includes('PENDING'));
        expect(reason === null).toBe(outcome === 'PENDING');
      }),
    );
  });
});
