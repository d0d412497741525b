// Pieces of work that are done together.
import { expect, it } from 'vitest';
import { gathering } from '../../src/app/gathering.ts';
import { manualClock } from '../support/manual-clock.ts';

it('does the first piece at once, and what comes meanwhile and soon after together, after a rest', async () => {
  const clock = manualClock();
  const gone: (readonly number[])[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const go = (pieces: readonly number[]) => {
    gone.push(pieces);
    const end = Promise.withResolvers<void>();
    ends.push(end);
    return end.promise;
  };
  const hand = gathering(go, { clock, restMs: 1_000 });
  const first = hand(1);
  await clock.advance(0);
  expect(gone).toEqual([[1]]);
  const second = hand(2);
  await clock.advance(5_000);
  expect(gone).toHaveLength(1);
  ends[0]?.resolve();
  await first;
  await clock.advance(999);
  const third = hand(3);
  expect(gone).toHaveLength(1);
  await clock.advance(1);
  expect(gone).toEqual([[1], [2, 3]]);
  ends[1]?.resolve();
  await Promise.all([second, third]);
});

it('tells those alone whose go failed, and goes on', async () => {
  const clock = manualClock();
  let fails = true;
  const hand = gathering(async () => (fails ? Promise.reject(new Error('no room')) : undefined), { clock, restMs: 0 });
  await expect(hand(1)).rejects.toThrow('no room');
  fails = false;
  await expect(hand(2)).resolves.toBeUndefined();
});
