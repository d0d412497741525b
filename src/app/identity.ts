// Ids and chance for the whole service: the only place where randomness enters.
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new id of 80 random bits: 16 lower-case letters and digits without i, l, o and u. */
export function newId(): string {
  return Array.from(randomBytes(16), (byte) => ALPHABET[byte & 31]).join('');
}

/** A secret of 256 bits, URL-safe. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
