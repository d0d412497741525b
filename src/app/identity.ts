// Ids and chance for the whole service: the only place where randomness enters.
import { randomBytes } from 'node:crypto';
import { systemClock } from './clock.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** Digits that tell the time: enough until the year 3084. */
const TIME_DIGITS = 9;
const RANDOM_DIGITS = 13;
/** Random bytes fetched at once: asking the system costs more than they do. */
const POOL_BYTES = 4_096;

let pool = Buffer.alloc(0);
let used = 0;

/**
 * A new id: 22 lower-case letters and digits without i, l, o and u. The first nine tell when it was made (ms), the others are 65 random bits. Ids made one
 * after the other lie beside each other in an index: a commit of many rows writes a few of its pages, and not one for each row.
 */
export function newId(): string {
  if (used + RANDOM_DIGITS > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  let id = timeDigits(systemClock.now().wallMs);
  for (const end = used + RANDOM_DIGITS; used < end; used += 1) id += ALPHABET.charAt((pool[used] ?? 0) & 31);
  return id;
}

let lastMs = Number.NaN;
let lastDigits = '';

function timeDigits(wallMs: number): string {
  if (wallMs === lastMs) return lastDigits;
  lastMs = wallMs;
  lastDigits = '';
  for (let rest = Math.floor(wallMs); lastDigits.length < TIME_DIGITS; rest = Math.floor(rest / 32)) {
    lastDigits = ALPHABET.charAt(rest % 32) + lastDigits;
  }
  return lastDigits;
}

/** A secret of 256 bits, URL-safe. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
