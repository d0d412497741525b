// When a writer waits for company: never for a lone caller for long, always while waiting gathers others.
import { expect, test } from 'vitest';
import { Pacing } from '#store/sqlite/pacing.ts';

test('the first group and one long after the last are not kept waiting', () => {
  const pacing = new Pacing();
  expect(pacing.waitMs(0, 1)).toBe(0);
  pacing.committed(1, 1, 1);
  expect(pacing.waitMs(1_000, 1)).toBe(0);
});

test('while others come in the meantime every group waits, counted from the end of the last', () => {
  const pacing = new Pacing();
  pacing.waitMs(0, 1);
  pacing.committed(10, 1, 1);
  for (let group = 1; group < 50; group += 1) {
    expect(pacing.waitMs(group * 10 + 1, 1)).toBe(1);
    pacing.committed((group + 1) * 10, 5, 1);
  }
});

test('a caller who writes one after the other waits once in many', () => {
  const pacing = new Pacing();
  let waitedMs = 0;
  for (let group = 0; group < 330; group += 1) {
    waitedMs += pacing.waitMs(group, 1);
    pacing.committed(group, 1, 1);
  }
  expect(waitedMs).toBeGreaterThan(0);
  expect(waitedMs / 330).toBeLessThan(0.2);
});

test('company that is there already ends the impatience', () => {
  const pacing = new Pacing();
  pacing.committed(0, 1, 1);
  expect(pacing.waitMs(1, 1)).toBe(1);
  pacing.committed(4, 1, 1);
  expect(pacing.waitMs(5, 1)).toBe(0);
  expect(pacing.waitMs(5, 2)).toBe(1);
});
