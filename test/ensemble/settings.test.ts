// Overrides: pair and side before pair before side, each rule on its own.
import { expect, test } from 'vitest';
import { longestWindowMs, rulesFor } from '#ensemble/settings.ts';
import { SETTINGS } from './samples.ts';

const overrides = [
  { side: 'LONG' as const, windowSeconds: 10, minAgreements: 2, minConfidence: 0.8 },
  { pair: 'A/B', windowSeconds: 20, minAgreements: 3 },
  { pair: 'A/B', side: 'LONG' as const, windowSeconds: 30 },
];

test('the most specific override that names a rule wins', () => {
  const settings = { ...SETTINGS, overrides };
  expect(rulesFor(settings, 'A/B', 'LONG')).toEqual({ windowMs: 30_000, minAgreements: 3, minConfidenceE4: 8000 });
  expect(rulesFor(settings, 'A/B', 'SHORT')).toEqual({ windowMs: 20_000, minAgreements: 3, minConfidenceE4: 7000 });
  expect(rulesFor(settings, 'C/D', 'LONG')).toEqual({ windowMs: 10_000, minAgreements: 2, minConfidenceE4: 8000 });
  expect(rulesFor(settings, 'C/D', 'SHORT')).toEqual({ windowMs: 60_000, minAgreements: 1, minConfidenceE4: 7000 });
});

test('the longest window', () => {
  expect(longestWindowMs({ ...SETTINGS, overrides })).toBe(60_000);
  expect(longestWindowMs({ ...SETTINGS, overrides: [...overrides, { pair: 'A/B', windowSeconds: 90.5 }] })).toBe(
    90_500,
  );
});
