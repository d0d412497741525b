// Instants in text: one meaning on every machine, and nothing that does not exist is taken for something near it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '#domain/instant.ts';

describe('an instant', () => {
  it.each([
    ['1704067200000', Date.UTC(2024, 0, 1)],
    ['0', 0],
    ['2024-01-01', Date.UTC(2024, 0, 1)],
    ['2024-02-29 23:59', Date.UTC(2024, 1, 29, 23, 59)],
    ['2024-01-01T12:30:15', Date.UTC(2024, 0, 1, 12, 30, 15)],
    ['2024-01-01 12:30:15+00:00', Date.UTC(2024, 0, 1, 12, 30, 15)],
    ['2024-01-01T12:30:15.25Z', Date.UTC(2024, 0, 1, 12, 30, 15, 250)],
    ['2024-01-01T12:30:15+0530', Date.UTC(2024, 0, 1, 7, 0, 15)],
    ['2024-01-01T00:30:00-02', Date.UTC(2024, 0, 1, 2, 30)],
    ['2024-01-01T00:00:00.000001Z', Date.UTC(2024, 0, 1, 0, 0, 0, 1)],
    ['2024-01-01T00:00:00.999999', Date.UTC(2024, 0, 1, 0, 0, 1)],
  ])('%s is read', (text, timeMs) => {
    expect(parseInstant(text)).toBe(timeMs);
  });

  it.each([
    '',
    ' ',
    'yesterday',
    '2024-13-01',
    '2023-02-29',
    '2024-01-01T24:00:00',
    '2024-01-01T12:60',
    '2024-01-01T12:00:60Z',
    '2024-01-01T12:00+25:00',
    '2024-01-01T',
    '2024-1-1',
    '-5',
    '1e12',
    '1704067200000.5',
    'NaN',
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('written as ISO 8601 reads back', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        expect(parseInstant(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});
