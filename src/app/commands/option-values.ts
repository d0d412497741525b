// Values of command-line options, read strictly: each returns what the text says or throws BAD_USER_INPUT naming the option.
import { badInput } from '#domain/fault.ts';
import { INSTANT_ALLOWED, parseInstant } from '#domain/instant.ts';
import { MAX_LEVERAGE, requireLeverage, requirePair, type Side, timeframeMs } from '#domain/market.ts';

/** How orders may be asked to fill, as options name it. */
export const FILLS = ['conservative', 'freqtrade'] as const;

type Read<T> = (text: string) => T;

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A decimal number from `least` up to but not including `below`. */
export function decimal(
  flag: string,
  least = Number.NEGATIVE_INFINITY,
  below = Number.POSITIVE_INFINITY,
): Read<number> {
  return (text) => {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value < below) return value;
    const bounds = Number.isFinite(least) ? ` >= ${least} and < ${below}` : '';
    throw badInput(flag, `${JSON.stringify(text)} is none`, `a decimal number${bounds}`);
  };
}

/** A whole number from `least` up to `most`. */
export function whole(flag: string, least: number, most: number): Read<number> {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw badInput(flag, `${JSON.stringify(text)} is none`, `a whole number from ${least} to ${most}`);
  };
}

/** A pair as the fleet writes it. */
export function pair(flag: string): Read<string> {
  return (text) => requirePair(text, flag);
}

/** A leverage > 0 and <= 125. */
export function leverage(flag: string): Read<number> {
  return (text) => {
    if (DECIMAL.test(text)) return requireLeverage(Number(text), flag);
    throw badInput(flag, `${JSON.stringify(text)} is not a leverage`, `a number > 0 and <= ${MAX_LEVERAGE}`);
  };
}

/** A freqtrade timeframe of fixed length. */
export function timeframe(flag: string): Read<string> {
  return (text) => {
    if (timeframeMs(text) !== undefined) return text;
    throw badInput(flag, `${JSON.stringify(text)} is none`, 'a number and s, m, h, d or w, e.g. 5m');
  };
}

/** `long` or `short`. */
export function side(flag: string): Read<Side> {
  return (text) => {
    const named = text.toUpperCase();
    if (named === 'LONG' || named === 'SHORT') return named;
    throw badInput(flag, `${JSON.stringify(text)} is no side`, 'long, short');
  };
}

/** An instant as epoch ms. */
export function instant(flag: string): Read<number> {
  return (text) => {
    const timeMs = parseInstant(text);
    if (timeMs !== undefined) return timeMs;
    throw badInput(flag, `${JSON.stringify(text)} is no time`, INSTANT_ALLOWED);
  };
}

/** One of `choices`. */
export function oneOf<T extends string>(flag: string, choices: readonly T[]): Read<T> {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw badInput(flag, `${JSON.stringify(text)} is none`, choices.join(', '));
  };
}
