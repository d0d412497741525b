// Flux as text. Values reach it only as escaped literals made here, each one literal; choices are balanced trees, for the hub refuses long chains.

/**
 * `text` as one Flux string literal; nothing in it is read as Flux. A dollar is written as its code: `${` would begin an expression, and the hub's own
 * scanner loses its way at a dollar before an escaped quote.
 */
export function fluxString(text: string): string {
  const body = text.toWellFormed().replace(/["\\$\p{Cc}]/gu, (found) => ESCAPES[found] ?? byteEscape(found));
  return `"${body}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Flux's `\x` means one byte of UTF-8, so only ASCII can be written with it; other control characters stand as they are. */
function byteEscape(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : character;
}

/** An instant (epoch ms, whole; from 1677 to 2262 as the hub knows them) as a Flux time literal. */
export function fluxTime(ms: number): string {
  const first = -9_223_372_036_854;
  return new Date(Math.min(Math.max(Math.trunc(ms), first), -first)).toISOString();
}

/** `|> range(...)`: from <= _time < stop, both epoch ms. */
export function fluxRange(fromMs: number, stopMs: number): string {
  return `|> range(start: ${fluxTime(fromMs)}, stop: ${fluxTime(stopMs)})`;
}

/**
 * As `fluxRange` without the last nanosecond before `stopMs`. Where a shard begins at `stopMs` the hub looks into it too, and what is asked from the newest
 * on (`last`) ends there when a field has another type in it.
 */
export function fluxRangeInside(fromMs: number, stopMs: number): string {
  return `|> range(start: ${fluxTime(fromMs)}, stop: ${fluxTime(stopMs - 1).replace('Z', '999999Z')})`;
}

/** `r.column == "value"`. `column` is one of ours and a plain name. */
export function fluxEquals(column: string, value: string): string {
  return `r.${column} == ${fluxString(value)}`;
}

/** One of `values` (at least one), as a balanced tree of `or`: a chain of more than some 170 terms is nested too deep for the hub. */
export function fluxAnyOf(column: string, values: readonly string[]): string {
  const [first, second] = values;
  if (first === undefined) throw new Error('a choice of nothing');
  if (second === undefined) return fluxEquals(column, first);
  const middle = values.length >> 1;
  return `(${fluxAnyOf(column, values.slice(0, middle))} or ${fluxAnyOf(column, values.slice(middle))})`;
}

/** `|> filter(...)` of one condition; several in a row are one to the hub. */
export function fluxFilter(condition: string): string {
  return `|> filter(fn: (r) => ${condition})`;
}
