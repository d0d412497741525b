// What every journal of pauses promises, whatever it is built on.
import { describe, expect, test } from 'vitest';
import type { Pause } from '#domain/pause.ts';
import type { PauseJournal } from '#store/store.ts';
import { T0 } from '../samples.ts';

export interface PausesUnderTest extends AsyncDisposable {
  readonly pauses: PauseJournal;
  /** The same pauses as the worker sees them. */
  readonly seen: Pick<PauseJournal, 'inForce'>;
  reopen(): Promise<void>;
}

const pause = (id: string, own: Partial<Pause> = {}): Pause => ({
  ...{ id, pair: null, side: null, source: null, bot: null, reason: `why ${id}`, author: 'ann' },
  ...{ createdAtMs: T0, untilMs: null, endedAtMs: null, endedBy: null },
  ...own,
});

export function pauseJournalContract(open: () => Promise<PausesUnderTest>): void {
  describe('pause journal', () => {
    test('what was paused is in force for the worker, whole, after a restart too', async () => {
      await using journal = await open();
      expect(await journal.seen.inForce(T0)).toEqual([]);
      const narrow = pause('p1', { pair: 'BTC/USDT', side: 'LONG', source: '75a', bot: 'BOT1', untilMs: T0 + 60_000 });
      const all = pause('p2', { createdAtMs: T0 - 5 });
      for (const one of [narrow, all]) await journal.pauses.add(one);
      expect(await journal.seen.inForce(T0), 'in the order they were made').toEqual([narrow, all]);
      await journal.reopen();
      expect(await journal.seen.inForce(T0)).toEqual([narrow, all]);
      expect(await journal.pauses.byIds(['p2', 'none', 'p1'])).toEqual([all, undefined, narrow]);
    });

    test('one whose time has come is in force no longer, to the millisecond', async () => {
      await using journal = await open();
      await journal.pauses.add(pause('p1', { untilMs: T0 + 1_000 }));
      const counts = [T0 + 999, T0 + 999.9, T0 + 1_000].map(async (atMs) => (await journal.seen.inForce(atMs)).length);
      expect(await Promise.all(counts)).toEqual([1, 1, 0]);
      const late = await journal.pauses.end({ id: 'p1', atMs: T0 + 1_000, by: 'bob' });
      expect(late).toEqual({ pause: pause('p1', { untilMs: T0 + 1_000 }), ended: false });
    });

    test('one is ended once, by the first who does', async () => {
      await using journal = await open();
      await journal.pauses.add(pause('p1'));
      const ended = pause('p1', { endedAtMs: T0 + 7, endedBy: 'bob' });
      expect(await journal.pauses.end({ id: 'p1', atMs: T0 + 7, by: 'bob' })).toEqual({ pause: ended, ended: true });
      expect(await journal.pauses.end({ id: 'p1', atMs: T0 + 9, by: 'eve' })).toEqual({ pause: ended, ended: false });
      expect(await journal.pauses.end({ id: 'none', atMs: T0, by: 'eve' })).toEqual({ pause: undefined, ended: false });
      expect(await journal.seen.inForce(T0 + 7)).toEqual([]);
      await journal.reopen();
      expect(await journal.pauses.byIds(['p1'])).toEqual([ended]);
    });

    test('an id that is there already is left as it is', async () => {
      await using journal = await open();
      await journal.pauses.add(pause('p1'));
      await journal.pauses.add(pause('p1', { reason: 'another' }));
      expect(await journal.pauses.newest(10)).toEqual([pause('p1')]);
    });

    test('the newest come first, over or not, as many as asked for', async () => {
      await using journal = await open();
      for (const id of ['p1', 'p2', 'p3']) await journal.pauses.add(pause(id));
      await journal.pauses.end({ id: 'p3', atMs: T0 + 1, by: 'bob' });
      expect((await journal.pauses.newest(2)).map(({ id }) => id)).toEqual(['p3', 'p2']);
    });
  });
}
