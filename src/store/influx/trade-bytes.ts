// Numbers, times and line ends read out of bytes without making texts of them. Every number is the double that JavaScript reads from the same text.
import { InfluxFailure } from './influx-failure.ts';

/** Where the last `decimalAt` or `nsAt` ended: the byte after the value. One cell for all, for these are called for each of millions of values. */
export const AT = { end: 0 };

const [ZERO, NINE, POINT, MINUS, QUOTE, LF] = [48, 57, 46, 45, 34, 10];
/** Whole numbers up to here, and powers of ten up to 22, are exact doubles: their quotient is the double nearest to the decimal. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** The number at `at`; NaN for an empty value. */
export function decimalAt(bytes: Uint8Array, at: number): number {
  let place = at;
  const negative = bytes[place] === MINUS;
  if (negative) place += 1;
  let whole = 0;
  let digits = 0;
  let fraction = -1;
  for (; ; place += 1) {
    const byte = bytes[place] as number;
    if (byte >= ZERO && byte <= NINE) {
      whole = whole * 10 + (byte - ZERO);
      if (whole > 0) digits += 1;
      if (fraction >= 0) fraction += 1;
    } else if (byte === POINT && fraction < 0) fraction = 0;
    else break;
  }
  const byte = bytes[place];
  const isPlain = byte === 44 || byte === 13 || byte === LF || byte === undefined;
  if (!isPlain || digits > MOST_DIGITS || fraction > 22 || place === at) return spelledAt(bytes, at);
  AT.end = place;
  const magnitude = fraction > 0 ? whole / (POWERS[fraction] as number) : whole;
  return negative ? -magnitude : magnitude;
}

function spelledAt(bytes: Uint8Array, at: number): number {
  let to = at;
  while (to < bytes.length && bytes[to] !== 44 && bytes[to] !== 13 && bytes[to] !== LF) to += 1;
  AT.end = to;
  return to === at ? Number.NaN : Number(String.fromCharCode(...bytes.subarray(at, to)));
}

const DAY_NS = 8.64e13;
let lastDate = -1;
let lastDay = 0;

/** Nanoseconds since `baseMs` (a whole day) of the time at `at`, as the hub writes it: `2026-11-23T18:42:23.694258165Z`. Exact within 100 days of the base. */
export function nsAt(bytes: Uint8Array, at: number, baseMs: number): number {
  const date = (two(bytes, at) * 100 + two(bytes, at + 2)) * 10_000 + two(bytes, at + 5) * 100 + two(bytes, at + 8);
  if (date !== lastDate) {
    lastDay = Date.UTC(Math.trunc(date / 10_000), (Math.trunc(date / 100) % 100) - 1, date % 100) / 86_400_000;
    lastDate = date;
  }
  const seconds = two(bytes, at + 11) * 3_600 + two(bytes, at + 14) * 60 + two(bytes, at + 17);
  let place = at + 19;
  let ns = 0;
  if (bytes[place] === POINT) {
    let unit = 100_000_000;
    for (place += 1; (bytes[place] as number) >= ZERO && (bytes[place] as number) <= NINE; place += 1) {
      ns += ((bytes[place] as number) - ZERO) * unit;
      unit /= 10;
    }
  }
  if (bytes[place] !== 90 || bytes[at + 10] !== 84) {
    lastDate = -1;
    throw new InfluxFailure('broken', 'a time that is none');
  }
  AT.end = place + 1;
  return (lastDay - baseMs / 86_400_000) * DAY_NS + seconds * 1e9 + ns;
}

function two(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) - ZERO) * 10 + ((bytes[at + 1] as number) - ZERO);
}

/** Where the line at `at` ends, its newline passed; newlines inside quotes do not end it. -1: the end is not there yet. */
export function lineEndAt(bytes: Uint8Array, at: number): number {
  let isQuoted = false;
  for (let place = at; place < bytes.length; place += 1) {
    const byte = bytes[place];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === LF && !isQuoted) return place + 1;
  }
  return -1;
}

/** Where the quote that opens at `at` closes. */
export function closingQuote(bytes: Uint8Array, at: number): number {
  let place = at + 1;
  while (place < bytes.length && (bytes[place] !== QUOTE || bytes[place + 1] === QUOTE))
    place += bytes[place] === QUOTE ? 2 : 1;
  return place;
}
