// The body of /forceenter and /forcebuy as freqtrade 2026.9 checks it: all mistakes in one answer, in its words; unknown keys are ignored.
// More lenient where feeders differ: `enter_tag` beside `entry_tag`, sides in any case, the older `confidence`, `feeder_id` and `source`, and, for feeders
// that send again, `sentAt` and `idempotencyKey`.
import { parseInstant } from '#domain/instant.ts';
import type { SignalSubmission } from '#ensemble/ensemble.ts';
import type { SchemaMistake } from './rest-answer.ts';

type Refused = Pick<SchemaMistake, 'type' | 'msg' | 'ctx'>;
type Read<T> = (value: unknown) => { readonly value: T } | Refused;

/** The signal that a body stands for, or every mistake in it. `quoted` is the body as a mistake quotes it. */
export function readOrder(
  json: unknown,
  quoted: () => unknown = () => json,
): { readonly submission: SignalSubmission } | { readonly mistakes: readonly SchemaMistake[] } {
  if (json === undefined) return { mistakes: [mistakeAt(['body'], MISSING, null)] };
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { mistakes: [mistakeAt(['body'], NO_OBJECT, quoted())] };
  }
  const body = new Map<string, unknown>(Object.entries(json));
  const mistakes: SchemaMistake[] = [];
  const field = <T>(name: string, read: Read<T>): T | undefined => {
    if (!body.has(name)) return undefined;
    const result = read(body.get(name));
    if ('value' in result) return result.value;
    const whole = new Map<string, unknown>(Object.entries(quoted() ?? {}));
    mistakes.push(mistakeAt(['body', name], result, whole.get(name)));
    return undefined;
  };
  if (!body.has('pair')) mistakes.push(mistakeAt(['body', 'pair'], MISSING, quoted()));
  const pair = field('pair', text) ?? '';
  const side = body.has('side') ? field('side', sideWord) : 'LONG';
  const price = field('price', optional(float));
  const ordertype = field('ordertype', optional(orderType));
  const stakeamount = field('stakeamount', optional(float));
  const entryTag = field('entry_tag', optional(text));
  const enterTag = field('enter_tag', optional(text));
  const leverage = field('leverage', optional(float));
  const confidence = field('confidence', optional(float));
  const feederId = field('feeder_id', optional(name));
  const source = field('source', optional(name));
  const sentAt = field('sentAt', optional(instant)) ?? field('sent_at', optional(instant));
  const key = field('idempotencyKey', optional(name)) ?? field('idempotency_key', optional(name));
  if (mistakes.length > 0 || side === undefined) return { mistakes };
  return {
    submission: {
      pair,
      side,
      leverage,
      confidence,
      enterTag: entryTag || enterTag,
      source: source || feederId || undefined,
      sentAtMs: sentAt,
      idempotencyKey: key,
      extras: extrasOf({ price, stakeamount, ordertype }),
    },
  };
}

const MISSING = { type: 'missing', msg: 'Field required' };
const NO_OBJECT = {
  type: 'model_attributes_type',
  msg: 'Input should be a valid dictionary or object to extract fields from',
};

/** A mistake with its keys in freqtrade's order. */
function mistakeAt(loc: readonly string[], { type, msg, ctx }: Refused, input: unknown): SchemaMistake {
  return { type, loc, msg, input, ...(ctx === undefined ? {} : { ctx }) };
}

/** What is kept of the order beside the signal, null when it says none of it. JSON knows no infinity: such numbers are kept as their words. */
function extrasOf(given: Readonly<Record<string, number | string | null | undefined>>): SignalSubmission['extras'] {
  const kept = Object.entries(given).filter(([, value]) => value != null);
  if (kept.length === 0) return null;
  const keepable = (value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);
  return Object.fromEntries(kept.map(([key, value]) => [key, keepable(value)]));
}

function optional<T>(read: Read<T>): Read<T | null> {
  return (value) => (value === null ? { value: null } : read(value));
}

const text: Read<string> = (value) =>
  typeof value === 'string' ? { value } : { type: 'string_type', msg: 'Input should be a valid string' };

/** A name; feeders called by a number may say it as one. */
const name: Read<string> = (value) => (Number.isSafeInteger(value) ? { value: String(value) } : text(value));

const FLOAT = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;

/** A number as pydantic takes it: also as text with spaces around it and single underscores between digits, and a truth value as 1 or 0. */
const float: Read<number> = (value) => {
  if (typeof value === 'number') return { value };
  if (typeof value === 'boolean') return { value: value ? 1 : 0 };
  if (typeof value !== 'string') return { type: 'float_type', msg: 'Input should be a valid number' };
  const plain = value.trim().replace(/(?<=[0-9])_(?=[0-9])/g, '');
  if (FLOAT.test(plain)) return { value: Number(plain) };
  const [, sign, word] = NOT_FINITE.exec(plain) ?? [];
  if (word === undefined) {
    return { type: 'float_parsing', msg: 'Input should be a valid number, unable to parse string as a number' };
  }
  return { value: word.toLowerCase() === 'nan' ? Number.NaN : sign === '-' ? -Infinity : Infinity };
};

/** Unix times below are seconds: as milliseconds they would be before 1973. */
const LEAST_MS = 1e11;

/** A time: ISO 8601 (without a zone: UTC), or a Unix time in seconds or milliseconds; finer fractions are cut off. */
const instant: Read<number> = (value) => {
  const number = typeof value === 'string' && FLOAT.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number') {
    const ms = Math.abs(number) < LEAST_MS ? number * 1_000 : number;
    if (Number.isFinite(ms)) return { value: Math.floor(ms) };
  }
  if (typeof value !== 'string') return { type: 'datetime_type', msg: 'Input should be a valid datetime' };
  const ms = parseInstant(value.trim().replace(/([.][0-9]{3})[0-9]+/, '$1'));
  if (ms !== undefined) return { value: ms };
  return { type: 'datetime_parsing', msg: 'Input should be a valid datetime, ISO 8601 or a Unix time' };
};

const orderType: Read<string> = (value) =>
  value === 'limit' || value === 'market' ? { value } : notOneOf("'limit' or 'market'");

const sideWord: Read<'LONG' | 'SHORT'> = (value) => {
  const word = typeof value === 'string' ? value.toUpperCase() : undefined;
  return word === 'LONG' || word === 'SHORT' ? { value: word } : notOneOf("'long' or 'short'");
};

function notOneOf(expected: string): Refused {
  return { type: 'enum', msg: `Input should be ${expected}`, ctx: { expected } };
}
