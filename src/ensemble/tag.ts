// The enter tag, both directions: what feeders write into it, and what we write into it for bots. Pure and linear in the tag's length.
// What we print we read: a printed tag is printable ASCII of at most 255 characters, made of checked names and numbers only.
import { badInput } from '#domain/fault.ts';
import type { Side } from '#domain/market.ts';
import { type ConfidenceE4, isSource } from '#domain/signal.ts';
import { namesInTag, wordAfterFrom } from '#domain/tag-sources.ts';

/** The longest tag a feeder may send. */
export const MAX_INBOUND_TAG = 1_000;
/** The longest tag freqtrade keeps. */
export const MAX_OUTBOUND_TAG = 255;
/** What a feeder's tag should look like, in words for error messages. */
export const TAG_ALLOWED = '`long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)`, every part optional';

/** What a tag says; absent parts are undefined. */
export interface TagReading {
  readonly side: Side | undefined;
  /** Sources named after `from`, as written; `malformedSource` instead when one of them is no source. */
  readonly sources: readonly string[];
  readonly malformedSource: string | undefined;
  /** 0..1 */
  readonly confidence: number | undefined;
  readonly profitPct: number | undefined;
  readonly safetyPct: number | undefined;
}

const NUMBER = '[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:e[+-]?[0-9]+)?';
const SIDE = /^\s*(long|short)(?![\p{L}\p{N}_-])/iu;
const CONF_KEY = /(?:^|[\s(,;|])conf\s*=\s*/i;
const CONF_VALUE = new RegExp(`(${NUMBER})(?=$|[\\s();|]|,(?![0-9]))`, 'iy');
const DATA_QUALITY = /\(\s*DQ\s*:([^)]*)/i;
const PROFIT = new RegExp(`(?:^|[\\s,;])profit\\s*=\\s*(${NUMBER})(?![0-9a-z.])`, 'i');
const SAFETY = new RegExp(`(?:^|[\\s,;])safety\\s*=\\s*(${NUMBER})(?![0-9a-z.])`, 'i');
const FORBIDDEN_CHARACTER = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Reads a feeder's tag (or one of ours). The side counts as the first word; `from SOURCE` (one) right after it or at the start, else `from=A,B` anywhere;
 * the first `conf=` anywhere wins; profit and safety inside `(DQ: ...)`, with or without `%`. Case and spaces do not matter.
 * Text that is none of this reads as nothing. Throws BAD_USER_INPUT naming `field` for a tag that is too long, holds control characters,
 * or has a `conf=` that is not a number from 0 to 1.
 */
export function readTag(tag: string, field: string): TagReading {
  if (tag.length > MAX_INBOUND_TAG) {
    throw badInput(field, `${tag.length} characters`, `at most ${MAX_INBOUND_TAG} characters`);
  }
  if (FORBIDDEN_CHARACTER.test(tag)) throw badInput(field, 'holds control characters', TAG_ALLOWED);
  const side = SIDE.exec(tag)?.[1]?.toUpperCase();
  const word = wordAfterFrom(tag);
  const sources = word === undefined ? namesInTag(tag) : [word];
  const malformedSource = sources.find((name) => !isSource(name));
  const quality = DATA_QUALITY.exec(tag)?.[1] ?? '';
  return {
    side: side === 'LONG' || side === 'SHORT' ? side : undefined,
    sources: malformedSource === undefined ? sources : [],
    malformedSource,
    confidence: readConfidence(tag, field),
    profitPct: finite(PROFIT.exec(quality)?.[1]),
    safetyPct: finite(SAFETY.exec(quality)?.[1]),
  };
}

function readConfidence(tag: string, field: string): number | undefined {
  const key = CONF_KEY.exec(tag);
  if (key === null) return undefined;
  const at = key.index + key[0].length;
  CONF_VALUE.lastIndex = at;
  const value = Number(CONF_VALUE.exec(tag)?.[1] ?? Number.NaN);
  if (value >= 0 && value <= 1) return Math.abs(value);
  const found = tag.slice(at, at + 20).split(/[\s();|]/, 1)[0] ?? '';
  throw badInput(field, `${JSON.stringify(`conf=${found}`)} is not a confidence`, 'conf= with a number from 0 to 1');
}

function finite(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) ? value : undefined;
}

/** What a forwarded tag says. The mean confidence is `sumE4 / votes`; `sources` in the order to print, one per vote. */
export interface TagContent {
  readonly side: Side;
  readonly votes: number;
  readonly expectedFeeders: number;
  readonly sumE4: ConfidenceE4;
  readonly sources: readonly string[];
  readonly id: string | undefined;
}

/**
 * `long ensemble 2/5 conf=0.86 from=75a,75b`, with ` id=k3f9` when there is an id. The mean is printed half away from zero to two decimals.
 * Sources that do not fit are left out whole at the end; `,+12` says how many.
 */
export function printTag(content: TagContent): string {
  const { side, votes, expectedFeeders, sumE4, sources } = content;
  const hundredths = divideHalfAway(sumE4, votes * 100);
  const mean = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
  const head = `${side.toLowerCase()} ensemble ${votes}/${expectedFeeders} conf=${mean} from=`;
  const tail = content.id === undefined ? '' : ` id=${content.id}`;
  const whole = `${head}${sources.join(',')}${tail}`;
  if (whole.length <= MAX_OUTBOUND_TAG) return whole;
  let room = MAX_OUTBOUND_TAG - head.length - tail.length;
  let shown = 0;
  for (const source of sources) {
    const longer = source.length + (shown === 0 ? 0 : 1);
    if (room - longer < `,+${sources.length - shown - 1}`.length) break;
    room -= longer;
    shown += 1;
  }
  return `${head}${sources.slice(0, shown).join(',')},+${sources.length - shown}${tail}`;
}

/** `dividend / divisor` rounded half away from zero, exactly; both whole, the dividend not negative, the divisor positive. */
export function divideHalfAway(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  return (dividend - rest) / divisor + (rest * 2 >= divisor ? 1 : 0);
}
