// The body of /forceenter as freqtrade 2026.9 checks it: all mistakes in one answer, in its words. Unknown keys are ignored, as there.

/** One mistake, as in the `detail` of a 422. */
export interface SchemaMistake {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, string>>;
}

/** A body that passed. */
export interface ForceEnterBody {
  readonly pair: string;
  readonly side: 'long' | 'short';
  readonly entryTag: string | null;
  readonly leverage: number | null;
  readonly stakeAmount: number | null;
  readonly price: number | null;
  readonly orderType: 'limit' | 'market' | null;
}

/** Text as JSON, or the mistake of broken JSON. Empty text is no body (undefined). */
export function parseBody(text: string): { readonly json: unknown } | { readonly mistake: SchemaMistake } {
  if (text === '') return { json: undefined };
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const loc = ['body', Number(at ?? 0)];
    const unquoted = /^\s*\{\s*[^\s"}]/.test(text);
    const ctx = { error: unquoted ? 'Expecting property name enclosed in double quotes' : 'Expecting value' };
    return { mistake: { type: 'json_invalid', loc, msg: 'JSON decode error', input: {}, ctx } };
  }
}

/** The checked body, or every mistake in it. */
export function readForceEnter(json: unknown): ForceEnterBody | { readonly mistakes: readonly SchemaMistake[] } {
  if (json === undefined) {
    return { mistakes: [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }] };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    return { mistakes: [{ type: 'model_attributes_type', loc: ['body'], msg, input: json }] };
  }
  const body: Readonly<Record<string, unknown>> = { ...json };
  const mistakes: SchemaMistake[] = [];
  const field = <T>(name: string, read: (value: unknown) => T | Omit<SchemaMistake, 'loc' | 'input'>): T | null => {
    const value = body[name];
    const result = read(value);
    if (typeof result !== 'object' || result === null || !('msg' in result)) return result;
    const { type, msg, ctx } = result;
    mistakes.push({ type, loc: ['body', name], msg, input: value, ...(ctx === undefined ? {} : { ctx }) });
    return null;
  };
  if (body.pair === undefined) {
    mistakes.push({ type: 'missing', loc: ['body', 'pair'], msg: 'Field required', input: json });
  }
  const pair = body.pair === undefined ? null : field('pair', text);
  const side = body.side === undefined ? 'long' : field('side', oneOf('long', 'short'));
  const price = field('price', optional(float));
  const orderType = field('ordertype', optional(oneOf('limit', 'market')));
  const stakeAmount = field('stakeamount', optional(float));
  const entryTag = field('entry_tag', optional(text));
  const leverage = field('leverage', optional(float));
  if (mistakes.length > 0 || pair === null || side === null) return { mistakes };
  return { pair, side, entryTag, leverage, stakeAmount, price, orderType };
}

type Refused = Omit<SchemaMistake, 'loc' | 'input'>;

function optional<T>(read: (value: unknown) => T | Refused): (value: unknown) => T | null | Refused {
  return (value) => (value === undefined || value === null ? null : read(value));
}

function text(value: unknown): string | Refused {
  return typeof value === 'string' ? value : { type: 'string_type', msg: 'Input should be a valid string' };
}

function float(value: unknown): number | Refused {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return { type: 'float_type', msg: 'Input should be a valid number' };
  const trimmed = value.trim();
  if (/^[+-]?inf(inity)?$/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  const parsed = trimmed === '' ? Number.NaN : Number(trimmed);
  const msg = 'Input should be a valid number, unable to parse string as a number';
  return Number.isNaN(parsed) ? { type: 'float_parsing', msg } : parsed;
}

function oneOf<T extends string>(first: T, second: T): (value: unknown) => T | Refused {
  const isOne = (value: unknown): value is T => value === first || value === second;
  const expected = `'${first}' or '${second}'`;
  return (value) => (isOne(value) ? value : { type: 'enum', msg: `Input should be ${expected}`, ctx: { expected } });
}
