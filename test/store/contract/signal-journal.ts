// What every signal journal promises, whatever it is built on.
import { describe, expect, test } from 'vitest';
import type { SignalJournal } from '#store/store.ts';
import type { ManualClock } from '../../support/manual-clock.ts';
import { newSignal } from '../samples.ts';

export interface JournalUnderTest extends AsyncDisposable {
  readonly signals: SignalJournal;
  readonly clock: ManualClock;
  /** As after a crash and a start. */
  reopen(): Promise<void>;
}

export function signalJournalContract(open: () => Promise<JournalUnderTest>): void {
  describe('signal journal', () => {
    test('keeps a signal whole and finds it by id and in order', async () => {
      await using journal = await open();
      const full = newSignal({ sentAtMs: 5, extras: { price: 1.5, ordertype: 'limit' }, idempotencyKey: 'k' });
      const bare = newSignal({ leverage: null, enterTag: null, profitPct: null, confidenceDefaulted: true });
      const [first, second] = await journal.signals.append([full, bare]);
      const { idempotencyKey: _key, windowMs: _windowMs, ...content } = full;
      const nowMs = journal.clock.now().wallMs;
      expect(first).toEqual({
        kind: 'accepted',
        signal: { ...content, seq: 1, receivedAtMs: nowMs, window: { openedAtMs: nowMs, closesAtMs: nowMs + 60_000 } },
      });
      expect(await journal.signals.byIds([bare.id, 'none', full.id])).toEqual([
        second?.signal,
        undefined,
        first?.signal,
      ]);
      await journal.reopen();
      expect(await journal.signals.after(0, 10)).toEqual([first?.signal, second?.signal]);
      expect(await journal.signals.after(1, 10)).toEqual([second?.signal]);
      expect(await journal.signals.after(0, 1)).toEqual([first?.signal]);
    });

    test('a window takes its market from its first signal until just before its end', async () => {
      await using journal = await open();
      const windowNow = async (change = {}) =>
        (await journal.signals.append([newSignal(change)]))[0]?.signal.window.openedAtMs;
      const openedAtMs = await windowNow();
      await journal.clock.advance(59_999);
      expect(await windowNow()).toBe(openedAtMs);
      expect(await windowNow({ side: 'SHORT' })).toBe(openedAtMs === undefined ? 0 : openedAtMs + 59_999);
      await journal.clock.advance(1);
      expect(await windowNow()).toBe(openedAtMs === undefined ? 0 : openedAtMs + 60_000);
    });

    test.each([3_600_000, -3_600_000])(
      'a wall clock that steps %d ms neither splits nor stretches a window',
      async (stepMs) => {
        await using journal = await open();
        const append = async () => (await journal.signals.append([newSignal()]))[0]?.signal;
        const first = await append();
        await journal.clock.advance(30_000);
        journal.clock.stepWall(stepMs);
        const second = await append();
        await journal.clock.advance(30_000);
        const third = await append();
        expect(second?.window).toEqual(first?.window);
        expect(third?.window).not.toEqual(first?.window);
        expect(third?.window.openedAtMs).toBeGreaterThanOrEqual(first?.window.closesAtMs ?? Number.POSITIVE_INFINITY);
        const stamps = [first, second, third].map((signal) => signal?.receivedAtMs ?? Number.NaN);
        expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
      },
    );

    test('after a start an open window goes on by the wall clock, at most its length', async () => {
      await using journal = await open();
      const append = async () => (await journal.signals.append([newSignal()]))[0]?.signal;
      const first = await append();
      await journal.clock.advance(10_000);
      await journal.reopen();
      await journal.clock.advance(49_999);
      expect((await append())?.window).toEqual(first?.window);
      await journal.clock.advance(1);
      expect((await append())?.window).not.toEqual(first?.window);
      journal.clock.stepWall(-86_400_000);
      await journal.reopen();
      await journal.clock.advance(60_000);
      const next = await append();
      expect(next?.receivedAtMs).toBe(journal.clock.now().wallMs);
      expect(next?.window.openedAtMs).toBe(next?.receivedAtMs);
    });

    test('the same key of the same credential is a duplicate with the same contents and a conflict with others', async () => {
      await using journal = await open();
      const given = newSignal({ idempotencyKey: 'k', extras: { a: 1, b: 2 } });
      const again = { ...given, id: 'again', extras: { b: 2, a: 1 }, windowMs: 1 };
      const other = { ...given, id: 'other', confidenceE4: 8_901 };
      const stranger = { ...given, id: 'stranger', credential: 'feeder-b' };
      const results = await journal.signals.append([given, again, other, stranger]);
      expect(results.map(({ kind }) => kind)).toEqual(['accepted', 'duplicate', 'conflict', 'accepted']);
      expect(results.slice(0, 3).map(({ signal }) => signal.id)).toEqual([given.id, given.id, given.id]);
      await journal.reopen();
      expect((await journal.signals.append([again]))[0]).toEqual({ kind: 'duplicate', signal: results[0]?.signal });
      expect(await journal.signals.after(0, 10)).toHaveLength(2);
    });

    test('what is known is told as append would tell it, and nothing is written', async () => {
      await using journal = await open();
      const keyed = newSignal({ idempotencyKey: 'k' });
      const timed = newSignal({ sentAtMs: 1_000 });
      const [one, two] = await journal.signals.append([keyed, timed]);
      await journal.reopen();
      const asked = [
        { ...keyed, id: 'again' },
        { ...keyed, id: 'other', confidenceE4: 1 },
        { ...timed, id: 'late', confidenceE4: 1 },
        newSignal({ sentAtMs: 1_001 }),
        newSignal({ idempotencyKey: 'k', credential: 'feeder-b' }),
        newSignal(),
      ];
      expect(await journal.signals.known(asked)).toEqual([
        { kind: 'duplicate', signal: one?.signal },
        { kind: 'conflict', signal: one?.signal },
        { kind: 'duplicate', signal: two?.signal },
        undefined,
        undefined,
        undefined,
      ]);
      expect(await journal.signals.after(0, 10)).toHaveLength(2);
    });

    test('the same source, pair, side and sentAt is a duplicate; without key and sentAt nothing is', async () => {
      await using journal = await open();
      const given = newSignal({ sentAtMs: 1_000 });
      const kinds = async (change: Parameters<typeof newSignal>[0]) =>
        (await journal.signals.append([newSignal(change)]))[0]?.kind;
      expect(await kinds(given)).toBe('accepted');
      expect(await kinds({ sentAtMs: 1_000, confidenceE4: 1, credential: 'feeder-b' })).toBe('duplicate');
      expect(await kinds({ sentAtMs: 1_000, idempotencyKey: 'new' })).toBe('duplicate');
      expect(await kinds({ sentAtMs: 1_001 })).toBe('accepted');
      expect(await kinds({ sentAtMs: 1_000, side: 'SHORT' })).toBe('accepted');
      expect(await kinds({ sentAtMs: 1_000, source: '75b' })).toBe('accepted');
      expect(await kinds({})).toBe('accepted');
      expect(await kinds({})).toBe('accepted');
    });

    test('equal signals sent at once become one, whoever is first', async () => {
      await using journal = await open();
      const results = await Promise.all(
        Array.from({ length: 50 }, () => journal.signals.append([newSignal({ sentAtMs: 7 })])),
      );
      const kinds = results.flat().map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(1);
      expect(new Set(results.flat().map(({ signal }) => signal.id)).size).toBe(1);
      expect(await journal.signals.after(0, 100)).toHaveLength(1);
    });

    test('one refused append takes nothing of the others with it', async () => {
      await using journal = await open();
      const taken = newSignal();
      await journal.signals.append([taken]);
      const results = await Promise.allSettled([
        journal.signals.append([newSignal({ id: 'before' })]),
        journal.signals.append([newSignal({ id: 'with' }), newSignal({ id: taken.id })]),
        journal.signals.append([newSignal({ id: 'after' })]),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      const kept = (await journal.signals.after(0, 10)).map(({ id, seq }) => ({ id, seq }));
      expect(kept).toEqual([taken.id, 'before', 'after'].map((id, index) => ({ id, seq: index + 1 })));
    });
  });
}
