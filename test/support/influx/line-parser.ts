// Line protocol as strictly as InfluxDB 2 reads it: what it would refuse is refused here, in its words.

export type FieldType = 'double' | 'long' | 'unsignedLong' | 'boolean' | 'string';
export type FieldValue = number | boolean | string;

export interface ParsedPoint {
  readonly measurement: string;
  /** Sorted by name. */
  readonly tags: readonly (readonly [name: string, value: string])[];
  readonly fields: readonly (readonly [name: string, type: FieldType, value: FieldValue])[];
  /** null: the server's own time. */
  readonly timeNs: bigint | null;
}

const RESERVED: ReadonlySet<string> = new Set(['time', '_field', '_measurement']);
const MAX_KEY_BYTES = 65_535;
/** What the server puts between a series' key and a field's name. */
const SEPARATOR_BYTES = 4;
const tooLong = (bytes: number) => `max key length exceeded: ${bytes} > ${MAX_KEY_BYTES}`;

/** The points of `body`, or the message with every line that cannot be read. */
export function parseLines(body: string): { readonly points: readonly ParsedPoint[] } | { readonly message: string } {
  const points: ParsedPoint[] = [];
  const errors: string[] = [];
  for (const line of splitLines(body)) {
    const text = line.replace(/^[ \t\0]+/, '');
    if (text === '' || text.startsWith('#')) continue;
    const point = parseLine(text);
    if (typeof point === 'string') errors.push(`unable to parse '${text}': ${point}`);
    else points.push(point);
  }
  return errors.length > 0 ? { message: errors.join('\n') } : { points };
}

/** As the server does: a backslash keeps whatever follows it, and quotes hold line ends where a value may stand. */
function splitLines(body: string): readonly string[] {
  if (!body.includes('"') && !body.includes('\\')) return body.split('\n');
  const lines: string[] = [];
  let start = 0;
  let inFields = false;
  let quoted = false;
  let equals = 0;
  let commas = 0;
  for (let at = 0; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code === 92 && at + 2 < body.length) at += 1;
    else if (code === 32) inFields = true;
    else if (inFields && !quoted && code === 61) equals += 1;
    else if (inFields && !quoted && code === 44) commas += 1;
    else if (inFields && code === 34 && equals > commas) quoted = !quoted;
    else if (code === 10 && !quoted) {
      lines.push(body.slice(start, at));
      start = at + 1;
      inFields = false;
      equals = 0;
      commas = 0;
    }
  }
  lines.push(body.slice(start));
  return lines;
}

/** Where the next of `ends` stands that no backslash precedes; the length of `text` without one. */
function unescaped(text: string, from: number, ends: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (ends.includes(text[at] as string) && text.charCodeAt(at - 1) !== 92) return at;
  }
  return text.length;
}

function parseLine(text: string): ParsedPoint | string {
  let at = unescaped(text, 0, ', ');
  if (at === 0) return 'missing measurement';
  const measurement = text.slice(0, at).replace(/\\([, ])/g, '$1');
  const tags: [string, string][] = [];
  while (text[at] === ',') {
    const equals = unescaped(text, at + 1, '=, ');
    if (equals === at + 1) return 'missing tag key';
    if (text[equals] !== '=') return 'missing tag value';
    const end = unescaped(text, equals + 1, ',= ');
    if (text[end] === '=') return 'invalid tag format';
    if (end === equals + 1) return 'missing tag value';
    tags.push([unescapedTag(text.slice(at + 1, equals)), unescapedTag(text.slice(equals + 1, end))]);
    at = end;
  }
  tags.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  if (tags.some(([name], index) => name === tags[index - 1]?.[0])) return 'duplicate tags';
  const reserved = tags.find(([name]) => RESERVED.has(name));
  if (reserved !== undefined) return `cannot use reserved tag key "${reserved[0]}"`;
  if (at >= text.length) return 'missing fields';
  const keyBytes = Buffer.byteLength(text.slice(0, at));
  if (keyBytes > MAX_KEY_BYTES) return tooLong(keyBytes);
  while (text[at] === ' ') at += 1;
  const fields: [string, FieldType, FieldValue][] = [];
  for (;;) {
    const equals = unescaped(text, at, '=, ');
    if (text[equals] !== '=') return 'invalid field format';
    if (equals === at) return 'missing field key';
    const name = unescapedTag(text.slice(at, equals));
    const end = text[equals + 1] === '"' ? closing(text, equals + 1) : unescaped(text, equals + 1, ', ');
    if (end < 0) return 'unbalanced quotes';
    const value = fieldOf(text.slice(equals + 1, end));
    if (typeof value === 'string') return value;
    const seriesBytes = keyBytes + SEPARATOR_BYTES + Buffer.byteLength(text.slice(at, equals));
    if (seriesBytes > MAX_KEY_BYTES) return tooLong(seriesBytes);
    fields.push([name, ...value]);
    at = end;
    if (text[at] !== ',') break;
    at += 1;
  }
  if (at < text.length && text[at] !== ' ') return 'invalid field format';
  const stamp = text.slice(at).replace(/^ +| +$/g, '');
  if (stamp === '') return { measurement, tags, fields, timeNs: null };
  if (/^-?\d+ /.test(stamp)) return 'point is invalid';
  if (stamp === '-') return 'strconv.ParseInt: parsing "-": invalid syntax';
  if (!/^-?\d+$/.test(stamp)) return 'bad timestamp';
  const timeNs = BigInt(stamp);
  if (timeNs > 9223372036854775807n || timeNs < -9223372036854775808n)
    return `strconv.ParseInt: parsing "${stamp}": value out of range`;
  if (timeNs > 9223372036854775806n || timeNs < -9223372036854775806n)
    return 'time outside range -9223372036854775806 - 9223372036854775806';
  return { measurement, tags, fields, timeNs };
}

function unescapedTag(text: string): string {
  return text.includes('\\') ? text.replace(/\\([, =])/g, '$1') : text;
}

/** Past the quote that ends the text starting at `open`; -1 without one. */
function closing(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}

function fieldOf(text: string): [FieldType, FieldValue] | string {
  if (text === '') return 'missing field value';
  if (text.startsWith('"')) return ['string', text.slice(1, -1).replace(/\\(["\\])/g, '$1')];
  if (/^-?\d+i$/.test(text)) {
    const whole = BigInt(text.slice(0, -1));
    return whole > 9223372036854775807n || whole < -9223372036854775808n
      ? `unable to parse integer ${whole}: strconv.ParseInt: parsing "${whole}": value out of range`
      : ['long', Number(whole)];
  }
  if (/^\d+u$/.test(text)) {
    const whole = BigInt(text.slice(0, -1));
    return whole > 18446744073709551615n
      ? `unable to parse unsigned ${whole}: strconv.ParseUint: parsing "${whole}": value out of range`
      : ['unsignedLong', Number(whole)];
  }
  if (/^(t|T|true|True|TRUE)$/.test(text)) return ['boolean', true];
  if (/^(f|F|false|False|FALSE)$/.test(text)) return ['boolean', false];
  if (/^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) {
    return Number.isFinite(Number(text)) ? ['double', Number(text)] : 'invalid float';
  }
  if (/^-?[\d.]+[eE][-+]?$/.test(text)) return 'invalid float';
  return /^[-\d.nN]/.test(text) ? 'invalid number' : 'invalid boolean';
}
