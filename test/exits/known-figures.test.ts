// Writes of this process show in the next answer without a question to the hub, where what they make of the figures can be known.
import { expect, test } from 'vitest';
import type { Now } from '#domain/time.ts';
import { Figures } from '#exits/figures.ts';
import { manualClock } from '../support/manual-clock.ts';

const PACE = { everyMs: 30_000, maxStaleMs: 3_600_000, waitMs: 1_000 };

function setup(known: (now: Now) => Promise<string | undefined>) {
  const clock = manualClock(1_700_000_000_000);
  const reads: PromiseWithResolvers<string>[] = [];
  const figures = new Figures<string>({
    kind: 'bins',
    read: () => {
      const read = Promise.withResolvers<string>();
      reads.push(read);
      return read.promise;
    },
    known,
    pace: PACE,
    ahead: true,
    clock,
  });
  const value = async () => {
    await figures.refresh();
    return figures.reading().value;
  };
  return { clock, reads, figures, value };
}

test('a hundred writes, each followed by answers, are no further read; those of one moment look once', async () => {
  let written = 0;
  let looks = 0;
  const all = setup(async () => {
    looks += 1;
    return `read and ${written}`;
  });
  await all.clock.advance(0);
  all.reads[0]?.resolve('read');
  await all.clock.advance(0);
  for (let n = 1; n <= 100; n += 1) {
    written = n;
    all.figures.wish();
    expect(await Promise.all([all.value(), all.value(), all.value()])).toEqual(Array(3).fill(`read and ${n}`));
  }
  expect(await all.value()).toBe('read and 100');
  expect(looks).toBe(100);
  expect(all.reads).toHaveLength(1);
});

test('what cannot be known, or fails, is read', async () => {
  let rejects = false;
  const all = setup(async () => {
    if (rejects) throw new Error('the thread is gone');
    return undefined;
  });
  await all.clock.advance(0);
  all.reads[0]?.resolve('one');
  await all.clock.advance(0);
  for (const next of ['two', 'three']) {
    all.figures.wish();
    const asked = all.value();
    await all.clock.advance(0);
    all.reads.at(-1)?.resolve(next);
    expect(await asked).toBe(next);
    rejects = true;
  }
  expect(all.reads).toHaveLength(3);
});

test('a read that began before a write does not take it away again, and a hanging one delays nobody', async () => {
  let known = 'one and mine';
  const all = setup(async () => known);
  await all.clock.advance(0);
  all.reads[0]?.resolve('one');
  await all.clock.advance(30_000);
  expect(all.reads).toHaveLength(2);
  all.figures.wish();
  expect(await all.value()).toBe('one and mine');
  all.reads[1]?.resolve('two');
  await all.clock.advance(0);
  known = 'two and mine';
  expect(await all.value()).toBe('two and mine');
  expect(all.reads).toHaveLength(2);
});

test('knowing that takes too long lets the question go', async () => {
  const all = setup(() => new Promise(() => undefined));
  await all.clock.advance(0);
  all.reads[0]?.resolve('one');
  await all.clock.advance(0);
  all.figures.wish();
  const asked = all.value();
  await all.clock.advance(1_000);
  await all.clock.advance(1_000);
  expect(await asked).toBe('one');
});
