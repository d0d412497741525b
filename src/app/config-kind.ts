// Kinds of values the configuration knows: how a text becomes the value, what is checked, and how the allowed values are told.
// Every message of a schema is the text of what is allowed there; the report adds the place and what was found.
import { resolve } from 'node:path';
import * as v from 'valibot';
import type { ExitLevels } from '#domain/exit-params.ts';

/** One kind of value. `fromText` gives what a text means; a text that means nothing is returned as it is and fails the check. */
export interface Kind<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  readonly fromText: (text: string, baseFolder: string) => unknown;
  readonly allowed: string;
}

/** A kind with one message for whatever is wrong with its value. */
function kind<T>(
  allowed: string,
  is: (value: unknown) => value is T,
  fromText: Kind<T>['fromText'] = (text) => text,
): Kind<T> {
  return { schema: v.custom<T>(is, allowed), fromText, allowed };
}

const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/;
const toNumber = (text: string): unknown => (PLAIN_NUMBER.test(text) ? Number(text) : text);

/** The bounds of a number; `above` and `below` exclude their value. */
interface Bounds {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
  readonly whole?: boolean;
  readonly decimals?: number;
}

function boundsText({ min, above, max, below, whole, decimals }: Bounds): string {
  const ends = [
    min === undefined ? '' : `>= ${min}`,
    above === undefined ? '' : `> ${above}`,
    max === undefined ? '' : `<= ${max}`,
    below === undefined ? '' : `< ${below}`,
  ].filter((end) => end !== '');
  const places = decimals === undefined ? '' : ` with at most ${decimals} decimals`;
  return `a ${whole === true ? 'whole ' : ''}number ${ends.join(' and ')}${places}`;
}

/** A finite number within `bounds`, written in plain decimal notation. */
export function number(bounds: Bounds): Kind<number> {
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity, whole = false, decimals } = bounds;
  const inside = (value: unknown): value is number =>
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    value > above &&
    value < below &&
    (!whole || Number.isInteger(value)) &&
    (decimals === undefined || Number(value.toFixed(decimals)) === value);
  return kind(boundsText(bounds), inside, toNumber);
}

const SWITCH: Readonly<Record<string, boolean>> = { on: true, true: true, 1: true, off: false, false: false, 0: false };

/** On or off; a file may also say true or false. */
export const onOff: Kind<boolean> = kind(
  'on or off',
  (value): value is boolean => typeof value === 'boolean',
  (text) => SWITCH[text.toLowerCase()] ?? text,
);

/** One of `words`. */
export function oneOf<const W extends string>(words: readonly W[]): Kind<W> {
  return kind(words.join(', '), (value): value is W => words.some((word) => word === value));
}

/** A path; a relative one starts at the folder of whoever says it: the working folder for a variable, the file's own folder for a file. */
export const path: Kind<string> = kind(
  'a path',
  (value): value is string => typeof value === 'string' && value !== '' && !value.includes('\0'),
  (text, baseFolder) => resolve(baseFolder, text),
);

/** A host name or an IP address, without port. */
export const host: Kind<string> = kind(
  'a host name or an IP address, e.g. 127.0.0.1, ::1, 0.0.0.0',
  (value): value is string => typeof value === 'string' && /^([A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.%]{2,60})$/.test(value),
);

/** At least two ascending leverages above 0 and at most 1000. */
export const ascendingEdges: Kind<readonly number[]> = kind(
  'at least two ascending numbers > 0 and <= 1000, separated by commas, e.g. 1,2,3.5,5,7.5,10',
  (value): value is readonly number[] =>
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((edge, at) => typeof edge === 'number' && edge > (at === 0 ? 0 : value[at - 1]) && edge <= 1000),
  (text) => text.split(',').map((edge) => toNumber(edge.trim())),
);

/** `STOP:TARGET` in percent at position level: the stop negative, the target positive. */
export const exitLevels: Kind<ExitLevels> = kind(
  'STOP:TARGET in percent, the stop > -100 and < 0, the target > 0 and <= 1000, e.g. -2:1',
  (value): value is ExitLevels =>
    typeof value === 'object' &&
    value !== null &&
    'stopLossPct' in value &&
    'takeProfitPct' in value &&
    typeof value.stopLossPct === 'number' &&
    typeof value.takeProfitPct === 'number' &&
    value.stopLossPct > -100 &&
    value.stopLossPct < 0 &&
    value.takeProfitPct > 0 &&
    value.takeProfitPct <= 1000,
  (text) => {
    const [stop = '', target = '', ...more] = text.split(':');
    return more.length > 0 ? text : { stopLossPct: toNumber(stop.trim()), takeProfitPct: toNumber(target.trim()) };
  },
);
