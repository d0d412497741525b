// Line protocol, written strictly: what cannot be written as it is, is refused; nothing is rewritten. Floats always carry a decimal point or an
// exponent, so that a field never changes its type; timestamps are nanoseconds.
import { hash } from 'node:crypto';
import { Fault } from '#domain/fault.ts';

/** A field's value as it stands in a line; made by `floatField`, `intField`, `boolField` and `textField`. */
export type FieldText = string & { readonly __brand?: 'field' };

/** One point. Tags that are empty or null and fields that are null are left out: InfluxDB knows neither. */
export interface Point {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string | null>>;
  readonly fields: Readonly<Record<string, FieldText | null>>;
  readonly timeNs: bigint;
}

/** The first and last nanosecond that InfluxDB knows. */
const FIRST_NS = -9_223_372_036_854_775_806n;
const LAST_NS = 9_223_372_036_854_775_806n;
const MAX_FIELD_BYTES = 1_048_576;

/** The line of `point`. Throws UNUSABLE_INPUT naming the part that no line can carry. Tags stand in byte order, which the hub is quickest with. */
export function lineOf({ measurement, tags, fields, timeNs }: Point): string {
  if (timeNs < FIRST_NS || timeNs > LAST_NS) throw unwritable('time', `${timeNs} ns`, 'a time from 1677 to 2262');
  const written = Object.entries(fields).filter((field): field is [string, FieldText] => field[1] !== null);
  if (written.length === 0) throw unwritable(measurement, 'it has no fields', 'at least one');
  // The hub takes such a line for a comment, or skips what it begins with.
  if (/^[#\s]/.test(measurement)) throw unwritable('measurement', JSON.stringify(measurement), 'no # or blank first');
  let line = escaped('measurement', measurement, /[, ]/g);
  const tagged = Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== null && tag[1] !== '');
  for (const [name, value] of tagged.sort(([a], [b]) => (a < b ? -1 : 1))) {
    line += `,${escaped('tag', name, /[, =]/g)}=${escaped(`tag ${name}`, value, /[, =]/g)}`;
  }
  const pairs = written.map(([name, value]) => `${escaped('field', name, /[, =]/g)}=${value}`);
  return `${line} ${pairs.join(',')} ${timeNs}`;
}

/** A float. Throws UNUSABLE_INPUT for NaN and the infinities. */
export function floatField(value: number): FieldText {
  if (!Number.isFinite(value)) throw unwritable('field', String(value), 'a finite number');
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** An integer. Throws UNUSABLE_INPUT for a number that is none, or that a double does not hold exactly. */
export function intField(value: number): FieldText {
  if (!Number.isSafeInteger(value)) throw unwritable('field', String(value), 'a whole number');
  return `${value}i`;
}

export function boolField(value: boolean): FieldText {
  return value ? 'true' : 'false';
}

/** A text, newlines and all. Throws UNUSABLE_INPUT when it is longer than a field may be. Half surrogates become U+FFFD, as in any UTF-8. */
export function textField(value: string): FieldText {
  if (Buffer.byteLength(value) > MAX_FIELD_BYTES)
    throw unwritable('field', `${Buffer.byteLength(value)} bytes`, `at most ${MAX_FIELD_BYTES} bytes`);
  return `"${value.toWellFormed().replace(/["\\]/g, '\\$&')}"`;
}

/** `make` of a value; null for null. */
export function optional<T>(value: T | null, make: (value: T) => FieldText): FieldText | null {
  return value === null ? null : make(value);
}

/** `ms` (whole, epoch) as nanoseconds. */
export function nsOfMs(ms: number): bigint {
  return BigInt(Math.trunc(ms)) * 1_000_000n;
}

/** Nanoseconds in a millisecond: so many points of one set of tags can stand in it. */
export const NANOS = 1_000_000;

/**
 * The nanosecond within a millisecond, 0 <= nano < NANOS, of what is known by `identity`: the same for the same thing, so that writing it again overwrites
 * itself, and mostly another one for another thing. Two things of one millisecond meet once in a million: whoever may have such two keeps what it chose.
 */
export function identifiedNano(identity: readonly (string | number)[]): number {
  return Number.parseInt(hash('sha256', JSON.stringify(identity)).slice(0, 12), 16) % NANOS;
}

/** The instant of `identifiedNano` within `ms`. */
export function identifiedNs(ms: number, identity: readonly (string | number)[]): bigint {
  return nsOfMs(ms) + BigInt(identifiedNano(identity));
}

/**
 * A backslash is only an escape before one of `special`; at the end of a name it would escape what follows, and no line can say otherwise. Nor can one
 * stand before a comma, a blank or an equals sign: the hub finds the ends of lines by another rule than the parts of a line, takes the backslash and the
 * escape after it for a pair there, and may read two lines as one.
 */
function escaped(place: string, text: string, special: RegExp): string {
  if (text === '') throw unwritable(place, 'it is empty', 'at least one character');
  if (/[\n\r\0]|\\(?:[, =]|$)/.test(text))
    throw unwritable(
      place,
      JSON.stringify(text.slice(0, 60)),
      'no line ends, no NUL, and no backslash at its end or before a comma, a blank or an equals sign',
    );
  return text.toWellFormed().replace(special, '\\$&');
}

function unwritable(place: string, found: string, allowed: string): Fault {
  return new Fault('UNUSABLE_INPUT', `the hub cannot hold ${place}: ${found}; allowed: ${allowed}`, {
    field: place,
    allowed,
  });
}
