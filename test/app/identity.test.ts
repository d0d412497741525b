// Ids: never the same twice, in the order of their making.
import { expect, test } from 'vitest';
import { newId } from '#app/identity.ts';

test('ids differ, are of one form, and those made later are greater', async () => {
  const made = Array.from({ length: 20_000 }, newId);
  expect(new Set(made).size).toBe(made.length);
  for (const id of made) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{22}$/);
  const before = made.at(-1) ?? '';
  const startedMs = Date.now();
  let later = newId();
  while (Date.now() === startedMs) later = newId();
  later = newId();
  expect(later > before).toBe(true);
  expect(later.slice(0, 9) > before.slice(0, 9)).toBe(true);
});
