// Times as freqtrade writes them, to the very millisecond that its REST API tells: a trade heard of in two ways must have one opening time.

const WRITTEN =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?\s?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/i;

/** Epoch ms of a date-time in freqtrade's database, messages or webhooks (without a zone: UTC); undefined when `text` is none. */
export function botTimeMs(text: unknown): number | undefined {
  const match = typeof text === 'string' ? WRITTEN.exec(text) : null;
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, zoneHours, zoneMinutes] = match;
  const wholeMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (Number.isNaN(wholeMs)) return undefined;
  const eastMs = sign === undefined ? 0 : (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  const atMs = sign === '-' ? wholeMs + eastMs : wholeMs - eastMs;
  return atMs + Math.floor(Number(fraction.padEnd(6, '0').slice(0, 6)) / 1_000);
}
