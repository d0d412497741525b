// Votes, then confidence, then pauses, then bots; and what a pause of each kind leaves of a decision.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pause } from '#domain/pause.ts';
import { verdictOf } from '#ensemble/verdict.ts';
import type { Vote } from '#ensemble/window.ts';

const vote = (source: string, confidenceE4 = 9_000): Vote => ({
  signalId: `s-${source}`,
  source,
  confidenceE4,
  confidenceDefaulted: false,
  leverage: null,
});
const pause = (own: Partial<Pause> = {}): Pause => ({
  ...{ id: 'p1', pair: null, side: null, source: null, bot: null, reason: 'why', author: 'ann' },
  ...{ createdAtMs: 0, untilMs: null, endedAtMs: null, endedBy: null },
  ...own,
});

const MARKET = { pair: 'BTC/USDT:USDT', side: 'LONG' } as const;
const RULES = { windowMs: 60_000, minAgreements: 1, minConfidenceE4: 7_000 };
const BOTS = [
  { name: 'BOT1', sides: ['LONG'] as const },
  { name: 'BOT2', sides: ['SHORT'] as const },
  { name: 'BOT3', sides: ['LONG', 'SHORT'] as const },
];
const judged = (
  votes: readonly Vote[],
  pauses: readonly Pause[],
  more: { rules?: typeof RULES; bots?: typeof BOTS } = {},
) => verdictOf(votes, MARKET, { rules: RULES, bots: BOTS, pauses, ...more });

describe('the order of the conditions', () => {
  const all = [pause()];
  test('votes, confidence, pauses, bots', () => {
    const rules = { ...RULES, minAgreements: 2 };
    const none: typeof BOTS = [];
    expect(judged([vote('a', 1)], all, { rules, bots: none }).end).toMatchObject({
      reason: 'TOO_FEW_VOTES',
      pauseId: null,
    });
    expect(judged([vote('a', 1), vote('b', 1)], all, { rules, bots: none }).end).toMatchObject({
      reason: 'LOW_CONFIDENCE',
    });
    expect(judged([vote('a'), vote('b')], all, { rules, bots: none }).end).toMatchObject({
      outcome: 'REJECTED',
      reason: 'PAUSED',
      pauseId: 'p1',
      detail: 'paused by ann: why (everything; pause p1)',
    });
    expect(judged([vote('a'), vote('b')], [], { rules, bots: none }).end).toMatchObject({
      reason: 'NO_BOT',
      pauseId: null,
    });
    expect(judged([vote('a'), vote('b')], [], { rules })).toMatchObject({
      end: { outcome: 'PENDING', reason: null, detail: null, pauseId: null },
      owedTo: ['BOT1', 'BOT3'],
      withheld: [],
    });
  });
});

describe('a pause of a market', () => {
  test.each<[Partial<Pause>, string | null]>([
    [{ pair: 'BTC/USDT:USDT' }, 'PAUSED'],
    [{ pair: 'BTC/USDT' }, 'PAUSED'],
    [{ side: 'LONG' }, 'PAUSED'],
    [{ side: 'SHORT' }, null],
    [{ pair: 'ETH/USDT' }, null],
    [{ pair: 'BTC/USDT', side: 'SHORT' }, null],
  ])('%j: %s', (scope, reason) => {
    const { end, owedTo, tally } = judged([vote('a')], [pause(scope)]);
    expect(end.reason).toBe(reason);
    expect(owedTo).toEqual(reason === null ? ['BOT1', 'BOT3'] : []);
    expect(tally.votes).toBe(1);
  });
});

describe('a pause of a source', () => {
  const ofA = pause({ source: 'a' });
  test('its vote does not count, and the others go on without it', () => {
    const { end, tally, counted } = judged([vote('a', 1_000), vote('b', 9_000)], [ofA]);
    expect(end).toMatchObject({ outcome: 'PENDING', pauseId: null });
    expect(tally).toMatchObject({ votes: 1, meanE4: 9_000, sources: ['b'] });
    expect(counted.map(({ source }) => source)).toEqual(['b']);
  });

  test('when nothing is left, the pause stopped it', () => {
    expect(judged([vote('a')], [ofA])).toMatchObject({
      end: { reason: 'PAUSED', pauseId: 'p1' },
      tally: { votes: 1, sources: ['a'] },
      owedTo: [],
    });
  });

  test('when the others alone are too few or too weak but were enough with it, the pause stopped it', () => {
    const rules = { ...RULES, minAgreements: 2 };
    const few = judged([vote('a'), vote('b')], [ofA], { rules });
    expect(few).toMatchObject({ end: { reason: 'PAUSED', pauseId: 'p1' }, tally: { votes: 2, sources: ['a', 'b'] } });
    const weak = judged([vote('a', 9_000), vote('b', 6_000)], [ofA]);
    expect(weak).toMatchObject({ end: { reason: 'PAUSED' }, tally: { meanE4: 7_500 } });
  });

  test('what would have failed anyway fails for its own reason', () => {
    expect(judged([vote('a', 100)], [ofA])).toMatchObject({ end: { reason: 'LOW_CONFIDENCE', pauseId: null } });
    const rules = { ...RULES, minAgreements: 3 };
    const few = judged([vote('a'), vote('b')], [ofA], { rules });
    expect(few).toMatchObject({ end: { reason: 'TOO_FEW_VOTES', detail: '1 of 3 votes' }, tally: { votes: 1 } });
  });

  test('on another market it counts', () => {
    expect(judged([vote('a')], [pause({ source: 'a', side: 'SHORT' })]).end.outcome).toBe('PENDING');
  });
});

describe('a pause of a bot', () => {
  const ofBot1 = pause({ bot: 'BOT1' });
  test('it is passed over visibly, and the others are owed', () => {
    expect(judged([vote('a')], [ofBot1])).toMatchObject({
      end: { outcome: 'PENDING' },
      owedTo: ['BOT3'],
      withheld: [{ bot: 'BOT1', pauseId: 'p1', detail: 'paused by ann: why (bot BOT1; pause p1)' }],
    });
  });

  test('when every bot that takes the side is paused, the decision is stopped by the pause of the first', () => {
    const both = [pause({ bot: 'BOT3', id: 'p3' }), ofBot1];
    expect(judged([vote('a')], both)).toMatchObject({
      end: { reason: 'PAUSED', pauseId: 'p1' },
      owedTo: [],
      withheld: [],
    });
  });

  test('a bot that does not take the side does not matter', () => {
    expect(judged([vote('a')], [pause({ bot: 'BOT2' })])).toMatchObject({ owedTo: ['BOT1', 'BOT3'], withheld: [] });
    expect(judged([vote('a')], [ofBot1], { bots: [] }).end.reason).toBe('NO_BOT');
  });

  test('with a source, it is kept from the decisions which that source takes part in', () => {
    const both = pause({ bot: 'BOT1', source: 'a' });
    expect(judged([vote('a'), vote('b')], [both])).toMatchObject({ owedTo: ['BOT3'], tally: { votes: 2 } });
    expect(judged([vote('b')], [both])).toMatchObject({ owedTo: ['BOT1', 'BOT3'], withheld: [] });
    const silencedToo = judged([vote('a'), vote('b')], [both, pause({ id: 'p2', source: 'a' })]);
    expect(silencedToo, 'a vote that does not count takes no part').toMatchObject({ owedTo: ['BOT1', 'BOT3'] });
  });
});

test('whatever is paused: a bot is owed only what no pause keeps from it, and every stop by a pause names one that covers it', () => {
  const sources = ['a', 'b', 'c'];
  const votes = fc
    .uniqueArray(fc.constantFrom(...sources), { minLength: 1 })
    .chain((chosen) =>
      fc.tuple(...chosen.map((source) => fc.integer({ min: 0, max: 10_000 }).map((e4) => vote(source, e4)))),
    );
  const scopes = fc.record({
    pair: fc.constantFrom(null, 'BTC/USDT', 'ETH/USDT'),
    side: fc.constantFrom(null, 'LONG' as const, 'SHORT' as const),
    source: fc.constantFrom(null, ...sources),
    bot: fc.constantFrom(null, 'BOT1', 'BOT2', 'BOT3'),
  });
  fc.assert(
    fc.property(
      votes,
      fc.array(scopes, { maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (cast, made, minAgreements) => {
        const pauses = made.map((scope, index) => pause({ ...scope, id: `p${index}` }));
        const { end, tally, owedTo, withheld } = judged(cast, pauses, { rules: { ...RULES, minAgreements } });
        const touches = (one: Pause) => (one.side ?? 'LONG') === 'LONG' && one.pair !== 'ETH/USDT';
        for (const one of pauses.filter(touches)) {
          if (one.source === null && one.bot === null) expect(owedTo).toEqual([]);
          if (one.source === null && one.bot !== null) expect(owedTo).not.toContain(one.bot);
          if (one.source !== null && one.bot === null && owedTo.length > 0)
            expect(tally.sources).not.toContain(one.source);
        }
        const named = [end.pauseId, ...withheld.map(({ pauseId }) => pauseId)].filter((id) => id !== null);
        for (const id of named) expect(pauses.filter(touches).map((one) => one.id)).toContain(id);
        expect(end.reason === 'PAUSED').toBe(end.pauseId !== null);
        const free = judged(cast, [], { rules: { ...RULES, minAgreements } });
        if (pauses.every((one) => !touches(one)))
          expect({ end, owedTo }).toEqual({ end: free.end, owedTo: free.owedTo });
      },
    ),
  );
});
