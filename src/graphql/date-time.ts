// DateTime on the wire: ISO 8601 with any offset in, UTC with milliseconds out. Inside, times are epoch milliseconds.
import { GraphQLError } from 'graphql';

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)$/i;

/** What a DateTime may look like, in words for error messages. */
const ALLOWED = 'ISO 8601 with an offset, e.g. 2026-11-05T12:00:00.000Z or 2026-11-05T14:00+02:00';

/**
 * Epoch milliseconds of `text`; finer fractions are cut off. undefined when it is no ISO 8601 time with an offset: a time without one
 * means something else on every host, and 30 February means nothing.
 */
export function parseDateTime(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', offset = 'Z'] = match;
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  local.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  const exists =
    local.getUTCMonth() === Number(month) - 1 &&
    local.getUTCDate() === Number(day) &&
    local.getUTCHours() === Number(hour) &&
    local.getUTCMinutes() === Number(minute) &&
    local.getUTCSeconds() === Number(second);
  const offsetMs = parseOffsetMs(offset);
  return exists && offsetMs !== undefined ? local.getTime() - offsetMs : undefined;
}

function parseOffsetMs(offset: string): number | undefined {
  if (offset.toUpperCase() === 'Z') return 0;
  const digits = offset.slice(1).replace(':', '');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2) || '0');
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Epoch milliseconds of an input value; throws what GraphQL reports as a value that does not coerce. */
export function coerceDateTime(value: unknown): number {
  const atMs = typeof value === 'string' ? parseDateTime(value) : undefined;
  if (atMs !== undefined) return atMs;
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : `a value of type ${typeof value}`;
  throw new GraphQLError(`DateTime cannot represent ${shown}; allowed: ${ALLOWED}`);
}
