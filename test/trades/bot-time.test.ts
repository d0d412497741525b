// Times are read to the millisecond that freqtrade's REST API tells for them, for these are part of a trade's identity.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { botTimeMs } from '#trades/bot-time.ts';

test.each<[string, string]>([
  ['2026-11-24 01:15:57.676123', '2026-11-24T01:15:57.676Z'],
  ['2026-11-24 01:15:57', '2026-11-24T01:15:57.000Z'],
  ['2026-11-24 01:15:57.676123+00:00', '2026-11-24T01:15:57.676Z'],
  ['2026-11-24T01:15:57.676999Z', '2026-11-24T01:15:57.676Z'],
  ['2026-11-24T03:45:57+02:30', '2026-11-24T01:15:57.000Z'],
  ['2026-11-23 20:15:57-0500', '2026-11-24T01:15:57.000Z'],
  ['2026-11-24 01:15:57.5', '2026-11-24T01:15:57.500Z'],
])('%s is %s', (written, iso) => {
  expect(botTimeMs(written)).toBe(Date.parse(iso));
});

test.each([[undefined], [null], [''], ['None'], ['yesterday'], ['2026-11-24'], [1_795_482_957_676]])(
  '%s is no time',
  (written) => {
    expect(botTimeMs(written)).toBeUndefined();
  },
);

/** What Python 3.11 says: `int(datetime.fromisoformat(text + '+00:00').timestamp() * 1000)`. */
const PYTHON: readonly (readonly [string, number])[] = [
  ['2026-01-05 12:00:00.001000', 1_767_614_400_001],
  ['2026-01-05 12:00:00.999999', 1_767_614_400_999],
  ['2026-01-05 12:00:00.123456', 1_767_614_400_123],
  ['2026-01-05 12:00:00.676000', 1_767_614_400_676],
];

test.each(PYTHON)('%s is what Python makes of it', (written, ms) => {
  expect(botTimeMs(written)).toBe(ms);
});

test('never later than written, and at most a millisecond earlier', () => {
  const micros = fc.integer({ min: 0, max: 999_999 });
  fc.assert(
    fc.property(micros, (part) => {
      const at = botTimeMs(`2026-11-24 01:15:57.${String(part).padStart(6, '0')}`) ?? 0;
      const written = Date.parse('2026-11-24T01:15:57Z') + part / 1_000;
      expect(at).toBeLessThanOrEqual(written);
      expect(written - at).toBeLessThan(1.001);
    }),
  );
});
