// The tokens that freqtrade hands out for a login: HS256 with the same claims and lifetimes. Each login has a signing key of its own, derived
// from our secret and its password, so that a changed password ends the tokens given for the old one.
import { createHmac } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '#domain/time.ts';

/** A name and password that open tokens. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

export type TokenType = 'access' | 'refresh';

export interface Tokens {
  issue(login: Login, type: TokenType): Promise<string>;
  /** The login of `logins` that `token` was issued to; undefined when it is not ours, expired, of the other type, or its login has changed. */
  ownerOf(token: string, type: TokenType, logins: readonly Login[]): Promise<Login | undefined>;
}

const ALGORITHM = 'HS256';
const LIFETIME_SECONDS: Readonly<Record<TokenType, number>> = { access: 15 * 60, refresh: 30 * 86_400 };

/** Tokens signed with `secret`, which whoever holds it can make too. */
export function openTokens(secret: Uint8Array, clock: Pick<Clock, 'now'>): Tokens {
  const keyOf = ({ username, password }: Login) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([username, password]))
      .digest();
  return {
    issue: (login, type) => {
      const seconds = Math.floor(clock.now().wallMs / 1_000);
      const claims = { identity: { u: login.username }, exp: seconds + LIFETIME_SECONDS[type], iat: seconds, type };
      return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' }).sign(keyOf(login));
    },
    ownerOf: async (token, type, logins) => {
      try {
        const username = usernameIn(decodeJwt(token).identity);
        const login = logins.find((one) => one.username === username);
        if (login === undefined) return undefined;
        const currentDate = new Date(clock.now().wallMs);
        const { payload } = await jwtVerify(token, keyOf(login), {
          algorithms: [ALGORITHM],
          requiredClaims: ['exp'],
          currentDate,
        });
        return payload.type === type ? login : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

function usernameIn(identity: unknown): unknown {
  return typeof identity === 'object' && identity !== null && 'u' in identity ? identity.u : undefined;
}
