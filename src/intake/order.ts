// The body of /forceenter and /forcebuy as freqtrade 2026.9 checks it: all mistakes in one answer, in its words; unknown keys are ignored.
// More lenient where feeders differ: `enter_tag` beside `entry_tag`, sides in any case, and the older `confidence`, `feeder_id` and `source`.
import type { SignalSubmission } from '#ensemble/ensemble.ts';
import type { SchemaMistake } from './rest-answer.ts';

type Refused = Pick<SchemaMistake, 'type' | 'msg' | 'ctx'>;
type Read<T> = (value: unknown) => { readonly value: T } | Refused;

/** The signal that a body stands for, or every mistake in it. */
export function readOrder(
  json: unknown,
): { readonly submission: SignalSubmission } | { readonly mistakes: readonly SchemaMistake[] } {
  if (json === undefined) return { mistakes: [mistakeAt(['body'], MISSING, null)] };
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { mistakes: [mistakeAt(['body'], NO_OBJECT, json)] };
  }
  const body = new Map<string, unknown>(Object.entries(json));
  const mistakes: SchemaMistake[] = [];
  const field = <T>(name: string, read: Read<T>): T | undefined => {
    if (!body.has(name)) return undefined;
    const input = body.get(name);
    const result = read(input);
    if ('value' in result) return result.value;
    mistakes.push(mistakeAt(['body', name], result, input));
    return undefined;
  };
  if (!body.has('pair')) mistakes.push(mistakeAt(['body', 'pair'], MISSING, json));
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
  if (mistakes.length > 0 || side === undefined) return { mistakes };
  return {
    submission: {
      pair,
      side,
      leverage,
      confidence,
      enterTag: entryTag || enterTag,
      source: source || feederId || undefined,
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

const orderType: Read<string> = (value) =>
  value === 'limit' || value === 'market' ? { value } : notOneOf("'limit' or 'market'");

const sideWord: Read<'LONG' | 'SHORT'> = (value) => {
  const word = typeof value === 'string' ? value.toUpperCase() : undefined;
  return word === 'LONG' || word === 'SHORT' ? { value: word } : notOneOf("'long' or 'short'");
};

function notOneOf(expected: string): Refused {
  return { type: 'enum', msg: `Input should be ${expected}`, ctx: { expected } };
}
