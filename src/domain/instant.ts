// Instants as people and files write them. A time without a zone is UTC; nothing depends on the machine's own zone.

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** What an instant may look like, in words for error messages. */
export const INSTANT_ALLOWED = 'ISO 8601 (without a zone: UTC) or Unix epoch milliseconds';

/**
 * Epoch ms of an ISO 8601 date or date-time (`T` or a blank between them) or of whole epoch milliseconds; undefined when `text` is neither or names
 * a day or time that does not exist. A fraction finer than a millisecond is rounded up: what is known then is not known earlier.
 */
export function parseInstant(text: string): number | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const midnight = new Date(Date.UTC(year, month - 1, day));
  midnight.setUTCFullYear(year, month - 1, day);
  const exists = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) return undefined;
  const zoneMinutes = zoneOffset(match[8] ?? 'Z');
  if (zoneMinutes === undefined) return undefined;
  const fractionMs = Math.ceil(Number((match[7] ?? '').padEnd(9, '0')) / 1e6);
  return midnight.getTime() + ((hour * 60 + minute - zoneMinutes) * 60 + second) * 1_000 + fractionMs;
}

/** Minutes east of UTC of `Z`, `+02`, `+0200` or `+02:00`; undefined beyond a day's half. */
function zoneOffset(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
