// A feeder is silent against its own rhythm, whatever that is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heardAt, isSilent, patienceMs, type Rhythm } from '#domain/feeder.ts';

const MINUTE = 60_000;
const START = 1_000 * MINUTE;

const rhythmOf = (times: readonly number[]): Rhythm => {
  const [first = 0, ...rest] = times;
  return rest.reduce<Rhythm>((rhythm, atMs) => heardAt(rhythm, atMs), heardAt(undefined, first));
};
const every = (ms: number, count: number) => Array.from({ length: count }, (_, index) => START + index * ms);

describe('rhythm and silence', () => {
  test('a steady feeder of one signal in five minutes is silent after ten', () => {
    const rhythm = rhythmOf(every(5 * MINUTE, 60));
    expect(rhythm.meanMs).toBeCloseTo(5 * MINUTE, 6);
    const last = START + 59 * 5 * MINUTE;
    expect(isSilent(rhythm, last + 10 * MINUTE)).toBe(false);
    expect(isSilent(rhythm, last + 10 * MINUTE + 1)).toBe(true);
  });

  test('twenty pairs at once are one beat', () => {
    const bursts = every(5 * MINUTE, 20).flatMap((atMs) =>
      Array.from({ length: 20 }, (_, index) => atMs + index * 100),
    );
    expect(rhythmOf(bursts)).toMatchObject({ intervals: 19, meanMs: 5 * MINUTE });
  });

  test('one that never stops talking has a beat a minute and is noticed two minutes after it stops', () => {
    const rhythm = rhythmOf(every(1_000, 3_600));
    expect(rhythm).toMatchObject({ intervals: 59, meanMs: MINUTE });
    expect(isSilent(rhythm, rhythm.lastAtMs + 2 * MINUTE)).toBe(false);
    expect(isSilent(rhythm, rhythm.lastAtMs + 2 * MINUTE + 1)).toBe(true);
  });

  test('an irregular one is given the room of its deviations', () => {
    const rhythm = rhythmOf([0, 10, 50, 60, 100, 110, 150, 160, 200].map((minute) => START + minute * MINUTE));
    expect(patienceMs(rhythm)).toBeGreaterThan(60 * MINUTE);
  });

  test('before four beats nobody is silent', () => {
    expect(isSilent(rhythmOf(every(MINUTE, 3)), START + 1_000 * MINUTE)).toBe(false);
    expect(isSilent(rhythmOf(every(MINUTE, 4)), START + 1_000 * MINUTE)).toBe(true);
  });

  test('the smoothing is that of round trips', () => {
    const rhythm = rhythmOf([0, 8, 24].map((minute) => START + minute * MINUTE));
    // First interval 8: mean 8, deviation 4. Then 16: mean 8 + 8/8, deviation 4 + (8 - 4)/4.
    expect(rhythm).toMatchObject({ intervals: 2, meanMs: 9 * MINUTE, deviationMs: 5 * MINUTE });
  });

  test('whatever is heard, the last time is the latest, and just then nobody is silent', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 50 }), (times) => {
        const rhythm = rhythmOf(times);
        expect(rhythm.lastAtMs).toBe(Math.max(...times));
        expect(isSilent(rhythm, rhythm.lastAtMs)).toBe(false);
      }),
    );
  });
});
