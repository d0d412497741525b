// A trade is known by (bot, trade id, pair, time of opening). The hub may hold it more than once, under other tags or at another close: it counts once.
// Points that do not say all of this, as other writers leave them, are trades of their own.
import type { TradeRows } from './trade-rows.ts';

/** A part of the identity, as a bit: the bot, the trade's id, the time it was opened at. The pair is a tag. */
export type IdentityPart = 1 | 2 | 4;
const COMPLETE = 7;

/** 64 bits of hash. With 100,000 trades a day the odds that two of them are taken for one are below one in a billion. */
export interface Hash {
  readonly a: number;
  readonly b: number;
}

/** Hash of bytes [from, to), spread so that equal texts in different `part`s differ. */
export function bytesHash(
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
  part: number,
): Hash {
  let a = 0x9e3779b1 ^ part;
  let b = 0x85ebca77 + part;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(((b << 7) | (b >>> 25)) ^ byte, 0x9e3779b1);
  }
  return { a: mixed(a ^ (to - from)), b: mixed(b ^ Math.imul(a, 0xc2b2ae3d)) };
}

/** As `bytesHash`, of a text as the hub holds it. */
export function textHash(text: string, part: number): Hash {
  const bytes = Buffer.from(text.toWellFormed());
  return bytesHash(bytes, { from: 0, to: bytes.length }, part);
}

function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * By row 1 when it counts and 0 when its trade is elsewhere or another row tells of it: what was recorded here stands before what the hub says, the newer of it first, then the later
 * close, then the greater tags (any rule will do, but it must be the same on every gateway).
 */
export function survivors(rows: TradeRows): Uint8Array {
  const { parts, idA, idB, series, own, numbers } = rows.columns;
  const alive = new Uint8Array(rows.count).fill(1);
  const pairs = rows.series.map(({ pair }) => textHash(pair ?? '', 8));
  let size = 16;
  while (size < rows.count * 2) size *= 2;
  let places: Int32Array | undefined;
  for (let row = 0; row < rows.count; row += 1) {
    if ((numbers.superseded[row] as number) > 0) {
      alive[row] = 0;
      // What was recorded here beats what the hub may still say; what the hub says is no trade at all.
      if (own[row] === 0) continue;
    }
    if (parts[row] !== COMPLETE) continue;
    places ??= new Int32Array(size).fill(-1);
    const pair = pairs[series[row] as number] as Hash;
    const [a, b] = [(idA[row] as number) ^ pair.a, (idB[row] as number) ^ pair.b];
    let place = (a ^ b) & (size - 1);
    for (;;) {
      const known = places[place] as number;
      if (known < 0) {
        places[place] = row;
        break;
      }
      const other = pairs[series[known] as number] as Hash;
      if (((idA[known] as number) ^ other.a) === a && ((idB[known] as number) ^ other.b) === b) {
        const stays = stands(rows, row, known) ? row : known;
        places[place] = stays;
        alive[stays === row ? known : row] = 0;
        break;
      }
      place = (place + 1) & (size - 1);
    }
  }
  return alive;
}

/** Whether some trade is told of in both sets of rows. */
export function overlaps(rows: TradeRows, others: TradeRows): boolean {
  const told = others.columns.parts.subarray(0, others.count).includes(COMPLETE);
  if (!told) return false;
  const known = identitiesOf(rows);
  const { parts } = others.columns;
  const hashOf = hashing(others);
  for (let row = 0; row < others.count; row += 1) if (parts[row] === COMPLETE && known.has(hashOf(row))) return true;
  return false;
}

const identities = new WeakMap<TradeRows, ReadonlySet<number>>();

/** The identities of rows that do not change any more, as numbers of 53 bits: enough to know that none is shared. */
function identitiesOf(rows: TradeRows): ReadonlySet<number> {
  const known = identities.get(rows);
  if (known !== undefined) return known;
  const { parts } = rows.columns;
  const hashOf = hashing(rows);
  const found = new Set<number>();
  for (let row = 0; row < rows.count; row += 1) if (parts[row] === COMPLETE) found.add(hashOf(row));
  identities.set(rows, found);
  return found;
}

function hashing({ columns: { idA, idB, series }, series: all }: TradeRows): (row: number) => number {
  const pairs = all.map(({ pair }) => textHash(pair ?? '', 8));
  return (row) => {
    const pair = pairs[series[row] as number] as Hash;
    return (((idA[row] as number) ^ pair.a) & 0x1fffff) * 2 ** 32 + (((idB[row] as number) ^ pair.b) >>> 0);
  };
}

/** Whether `one` stands before `other`, two rows of the same trade. */
function stands(rows: TradeRows, one: number, other: number): boolean {
  const { own, ns, series } = rows.columns;
  if (own[one] === 1 || own[other] === 1) return own[one] === 1 && (own[other] === 0 || one > other);
  if (ns[one] !== ns[other]) return (ns[one] as number) > (ns[other] as number);
  const [a, b] = [rows.series[series[one] as number]?.key ?? '', rows.series[series[other] as number]?.key ?? ''];
  return a > b;
}
