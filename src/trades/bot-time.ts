// Times as freqtrade writes them, to the very millisecond that its REST API tells: a trade heard of in two ways must have one opening time.

const WRITTEN =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?\s?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/i;

/** As freqtrade's database has nearly all of its times: 2026-01-05 08:00:00.123456. */
const USUAL_LENGTH = 26;
const ZERO = 48;

/** Epoch ms of a date-time in freqtrade's database, messages or webhooks (without a zone: UTC); undefined when `text` is none. */
export function botTimeMs(text: unknown): number | undefined {
  const usualMs = typeof text === 'string' && text.length === USUAL_LENGTH ? usualTimeMs(text) : undefined;
  return usualMs ?? anyTimeMs(text);
}

/** The time in a text of the usual form; undefined for any other of this length. */
function usualTimeMs(text: string): number | undefined {
  const isUsual = text[4] === '-' && text[7] === '-' && text[10] === ' ' && text[13] === ':' && text[16] === ':';
  if (!isUsual || text[19] !== '.') return undefined;
  const part = (from: number, to: number) => {
    let value = 0;
    for (let at = from; at < to; at += 1) {
      const digit = text.charCodeAt(at) - ZERO;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
    }
    return value;
  };
  const rest = part(23, 26);
  const atMs =
    Date.UTC(part(0, 4), part(5, 7) - 1, part(8, 10), part(11, 13), part(14, 16), part(17, 19)) + part(20, 23);
  return Number.isNaN(atMs + rest) ? undefined : atMs;
}

function anyTimeMs(text: unknown): number | undefined {
  const match = typeof text === 'string' ? WRITTEN.exec(text) : null;
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, zoneHours, zoneMinutes] = match;
  const wholeMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (Number.isNaN(wholeMs)) return undefined;
  const eastMs = sign === undefined ? 0 : (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  const atMs = sign === '-' ? wholeMs + eastMs : wholeMs - eastMs;
  return atMs + Math.floor(Number(fraction.padEnd(6, '0').slice(0, 6)) / 1_000);
}
