// What a pause names narrows it, what it does not name it covers; and what makes one acceptable.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { coversMarket, isInForce, overSinceMs, type Pause, pausedText, pauseOf, requirePause } from '#domain/pause.ts';

const T0 = Date.UTC(2026, 0, 5, 12);

const pause = (own: Partial<Pause> = {}): Pause => ({
  ...{ id: 'p1', pair: null, side: null, source: null, bot: null, reason: 'maintenance', author: 'ann' },
  ...{ createdAtMs: T0, untilMs: null, endedAtMs: null, endedBy: null },
  ...own,
});

const ORDER = { pair: 'BTC/USDT:USDT', side: 'LONG', sources: ['75a', '75b'], bot: 'BOT1' } as const;

describe('the scope of a pause', () => {
  test.each<[Partial<Pause>, boolean]>([
    [{}, true],
    [{ pair: 'BTC/USDT:USDT' }, true],
    [{ pair: 'BTC/USDT' }, true],
    [{ pair: 'BTC/USDC' }, false],
    [{ pair: 'btc/usdt' }, false],
    [{ side: 'LONG' }, true],
    [{ side: 'SHORT' }, false],
    [{ source: '75b' }, true],
    [{ source: '75c' }, false],
    [{ bot: 'BOT1' }, true],
    [{ bot: 'BOT2' }, false],
    [{ pair: 'BTC/USDT:USDT', side: 'LONG', source: '75a', bot: 'BOT1' }, true],
    [{ pair: 'BTC/USDT:USDT', side: 'LONG', source: '75a', bot: 'BOT2' }, false],
    [{ pair: 'BTC/USDT:USDT', side: 'SHORT', source: '75a', bot: 'BOT1' }, false],
    [{ pair: 'ETH/USDT', side: 'LONG', source: '75a', bot: 'BOT1' }, false],
  ])('%j covers the order: %s', (scope, covers) => {
    expect(pauseOf(ORDER, [pause(scope)])?.id).toBe(covers ? 'p1' : undefined);
  });

  test('the long form does not cover the short one', () => {
    expect(coversMarket(pause({ pair: 'BTC/USDT:USDT' }), 'BTC/USDT', 'LONG')).toBe(false);
  });

  test('naming more never covers more, and the first of several that cover is the one', () => {
    const part = <T>(value: T) => fc.option(fc.constantFrom(value), { nil: null });
    const scopes = fc.record({
      pair: part('BTC/USDT:USDT'),
      side: fc.constantFrom(null, 'LONG' as const, 'SHORT' as const),
      source: fc.constantFrom(null, '75a', '75c'),
      bot: fc.constantFrom(null, 'BOT1', 'BOT2'),
    });
    fc.assert(
      fc.property(fc.array(scopes, { maxLength: 5 }), (all) => {
        const pauses = all.map((scope, index) => pause({ ...scope, id: `p${index}` }));
        const covers = (scope: (typeof all)[number]) =>
          (scope.side ?? 'LONG') === 'LONG' && scope.source !== '75c' && scope.bot !== 'BOT2';
        const first = all.findIndex(covers);
        expect(pauseOf(ORDER, pauses)?.id).toBe(first < 0 ? undefined : `p${first}`);
      }),
    );
  });
});

describe('the time of a pause', () => {
  test('it ends at its until, not before; or when it is ended', () => {
    const timed = pause({ untilMs: T0 + 1_000 });
    expect([T0, T0 + 999, T0 + 1_000].map((atMs) => isInForce(timed, atMs))).toEqual([true, true, false]);
    expect([T0 + 999, T0 + 5_000].map((atMs) => overSinceMs(timed, atMs))).toEqual([null, T0 + 1_000]);
    const ended = pause({ untilMs: T0 + 1_000, endedAtMs: T0 + 10, endedBy: 'ann' });
    expect(isInForce(ended, T0 + 20)).toBe(false);
    expect(overSinceMs(ended, T0 + 2_000)).toBe(T0 + 10);
    expect(isInForce(pause(), Number.MAX_SAFE_INTEGER)).toBe(true);
  });
});

describe('an acceptable pause', () => {
  const context = { bots: ['BOT1', 'BOT2'], nowMs: T0 };
  const faultOf = (request: Parameters<typeof requirePause>[0]) => {
    try {
      requirePause(request, context);
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
    throw new Error('a fault was expected');
  };

  test('what is absent is null, and the reason loses the space around it', () => {
    expect(requirePause({ reason: ' all stop ' }, context)).toEqual({
      ...{ pair: null, side: null, source: null, bot: null, untilMs: null, reason: 'all stop' },
    });
    const named = { pair: 'BTC/USDT', side: 'LONG', source: '75a', bot: 'BOT2', untilMs: T0 + 1 } as const;
    expect(requirePause({ ...named, reason: 'x'.repeat(500) }, context)).toMatchObject(named);
  });

  test.each([
    [{ reason: 'x', pair: 'BTC' }, 'pair', /"BTC" is not a pair/],
    [{ reason: 'x', source: '75a,75b' }, 'source', /"75a,75b" is no source/],
    [{ reason: 'x', bot: 'BOT9' }, 'bot', /"BOT9" is not configured; allowed: BOT1, BOT2/],
    [{ reason: 'x', bot: '' }, 'bot', /"" is not configured/],
    [{ reason: 'x', untilMs: T0 }, 'until', /2026-01-05T12:00:00\.000Z is over/],
    [{ reason: ' \t' }, 'reason', /it is empty/],
    [{ reason: 'x'.repeat(501) }, 'reason', /501 characters/],
    [{ reason: 'a\nb' }, 'reason', /control characters/],
  ])('%j is refused at %s', (request, field, message) => {
    const fault = faultOf(request);
    expect(fault).toMatchObject({ code: 'BAD_USER_INPUT', field });
    expect(fault.message).toMatch(message);
  });

  test('without bots the refusal says so', () => {
    expect(() => requirePause({ reason: 'x', bot: 'BOT1' }, { bots: [], nowMs: T0 })).toThrow(/no bot is configured/);
  });
});

test('a pause in words names what it is about, or everything', () => {
  expect(pausedText(pause())).toBe('paused by ann: maintenance (everything; pause p1)');
  expect(pausedText(pause({ pair: 'A/B', side: 'LONG', source: '75a', bot: 'BOT1' }))).toBe(
    'paused by ann: maintenance (pair A/B, side LONG, source 75a, bot BOT1; pause p1)',
  );
});
