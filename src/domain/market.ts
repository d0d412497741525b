// Pairs, sides, timeframes and candle series: the words of the market. Candles are typed columns, shared between threads without copying.
import { badInput } from '#domain/fault.ts';

/** The side of an entry. */
export type Side = 'LONG' | 'SHORT';
export const SIDES: readonly Side[] = ['LONG', 'SHORT'];

const PAIR = /^[\p{L}\p{N}._-]{1,20}\/[A-Za-z0-9]{1,12}(:[A-Za-z0-9]{1,12}(-[0-9]{6})?)?$/u;
/** What a pair may look like, in words for error messages. */
export const PAIR_ALLOWED = 'BASE/QUOTE or BASE/QUOTE:SETTLE, at most 25 characters, e.g. BTC/USDT or BTC/USDT:USDT';

/** Whether `text` is a pair as the fleet writes it. Nothing is rewritten: case and spaces count. */
export function isPair(text: string): boolean {
  return text.length <= 25 && PAIR.test(text);
}

/** `text` itself when it is a pair; throws BAD_USER_INPUT naming `field` otherwise. */
export function requirePair(text: string, field: string): string {
  if (isPair(text)) return text;
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
  throw badInput(field, `${shown} is not a pair`, PAIR_ALLOWED);
}

/** `X/Y` of `X/Y:Y`; undefined for any other pair (only a pair settled in its own quote has a short form). */
export function shortPair(pair: string): string | undefined {
  const colon = pair.indexOf(':');
  if (colon < 0) return undefined;
  const quote = pair.slice(pair.indexOf('/') + 1, colon);
  return pair.slice(colon + 1) === quote ? pair.slice(0, colon) : undefined;
}

/** The largest leverage any exchange of the fleet offers. */
export const MAX_LEVERAGE = 125;

/** `leverage` itself when 0 < leverage <= 125; throws BAD_USER_INPUT naming `field` otherwise. */
export function requireLeverage(leverage: number, field: string): number {
  if (leverage > 0 && leverage <= MAX_LEVERAGE) return leverage;
  throw badInput(field, `${leverage} is not a leverage`, `a number > 0 and <= ${MAX_LEVERAGE}`);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of a freqtrade timeframe (`5m`, `1h`, `1d`, `1w`); undefined when `timeframe` is none. Months have no fixed length and are not taken. */
export function timeframeMs(timeframe: string): number | undefined {
  const match = /^([1-9][0-9]{0,2})([smhdw])$/.exec(timeframe);
  const unit = match?.[2] === undefined ? undefined : UNIT_MS[match[2]];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** Candles of one pair and timeframe in ascending, unique open time; columns of equal length, backed by SharedArrayBuffer. */
export interface Candles {
  readonly pair: string;
  readonly timeframe: string;
  readonly timeframeMs: number;
  /** Open times, Unix epoch milliseconds. */
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** What was found while reading a candle file; from and to are null without candles. */
export interface CandleReport {
  readonly count: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly gaps: number;
  readonly missing: number;
  readonly duplicates: number;
  readonly unordered: number;
  /** Candles nearer to the one before than the timeframe; absent without any. */
  readonly tooClose?: CloseCandles;
}

/** Candles that are too close to the one before: how many, and of the first its data row in the file (from 1), its time and that of the one before. */
export interface CloseCandles {
  readonly count: number;
  readonly row: number;
  readonly timeMs: number;
  readonly beforeMs: number;
}

/** An opinion in history: known at `timeMs`, for one side. */
export interface HistoricalSignal {
  readonly timeMs: number;
  readonly side: Side;
}
