// DateTime on the wire.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTime } from '#domain/time.ts';
import { coerceDateTime, parseDateTime } from '#graphql/date-time.ts';

describe('parseDateTime', () => {
  it('reads back every time that leaves the service', () => {
    const times = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(times, (date) => {
        expect(parseDateTime(isoTime(date.getTime()))).toBe(date.getTime());
      }),
    );
  });

  it('means the same instant in every offset', () => {
    const minutes = fc.integer({ min: -23 * 60, max: 23 * 60 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), minutes, (atMs, offset) => {
        const local = isoTime(atMs + offset * 60_000).slice(0, -1);
        const [hours, rest] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const sign = offset < 0 ? '-' : '+';
        const digits = [hours, rest].map((part) => String(part).padStart(2, '0'));
        expect(parseDateTime(`${local}${sign}${digits.join(':')}`)).toBe(atMs);
        expect(parseDateTime(`${local}${sign}${digits.join('')}`)).toBe(atMs);
      }),
    );
  });

  it.each([
    ['2026-11-05T12:00Z', Date.UTC(2026, 10, 5, 12)],
    ['2026-11-05t12:00:00z', Date.UTC(2026, 10, 5, 12)],
    ['2026-11-05T12:00:00.123999Z', Date.UTC(2026, 10, 5, 12, 0, 0, 123)],
    ['2026-11-05T12:00:00,5+01', Date.UTC(2026, 10, 5, 11, 0, 0, 500)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('takes %s', (text, atMs) => {
    expect(parseDateTime(text)).toBe(atMs);
  });

  it.each([
    '2026-11-05T12:00:00',
    '2026-11-05',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00+24:00',
    '1762344000000',
    ' 2026-11-05T12:00:00Z',
    '+002026-11-05T12:00:00Z',
    'now',
    '',
  ])('refuses %j', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
    expect(() => coerceDateTime(text)).toThrow('ISO 8601 with an offset');
  });

  it.each([1762344000000, null, true, {}])('refuses what is no text: %j', (value) => {
    expect(() => coerceDateTime(value)).toThrow('DateTime cannot represent');
  });
});
