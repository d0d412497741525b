// Who sends orders: a login, a key or a token, each told apart in freqtrade's order and refused in its words.
// Every comparison is of hashes in constant time against all that are known, so that timing tells nothing.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Submitter } from '#ensemble/ensemble.ts';
import { readBasic, schemeOf } from './basic.ts';
import { type RestAnswer, refusal, success } from './rest-answer.ts';
import type { Login, Tokens } from './tokens.ts';

/** Who may call at all, as configured: by key, by login, or by either. Bots' keys open the webhook alone. */
export interface Credential {
  readonly name: string;
  readonly role: 'bot' | 'feeder' | 'operator';
  readonly key?: string | undefined;
  readonly login?: Login | undefined;
  readonly sources?: readonly string[] | undefined;
}

export interface Callers {
  /** Whom an Authorization header speaks for, or the refusal. */
  identify(
    authorization: string | undefined,
  ): Promise<{ readonly submitter: Submitter } | { readonly refused: RestAnswer }>;
  /**
   * Who pushes trades, or the refusal: any key, as a Bearer or as the password of Basic (webhooks have no headers but what stands in their address), or a
   * login.
   */
  pusher(authorization: string | undefined): { readonly bot: string | null } | { readonly refused: RestAnswer };
  /** The answer to /token/login. */
  logIn(authorization: string | undefined): Promise<RestAnswer>;
  /** The answer to /token/refresh. */
  refresh(authorization: string | undefined): Promise<RestAnswer>;
}

const EVERYONE: Submitter = { credential: 'everyone' };
/** Whom tokens are for when everyone may come in; no configured login has an empty password. */
const ANYBODY: Login = { username: 'everyone', password: '' };

const UNAUTHORIZED = refusal(401, 'Unauthorized');
const NOT_AUTHENTICATED = refusal(401, 'Not authenticated', { 'www-authenticate': 'Basic' });
const WRONG_LOGIN = refusal(401, 'Incorrect username or password');
const BAD_TOKEN = refusal(401, 'Could not validate credentials', { 'www-authenticate': 'Bearer' });

/** Callers known by `credentials`; when there are none at all, everyone is let in whatever the header says. */
export function openCallers(credentials: readonly Credential[], tokens: Tokens): Callers {
  const isOpen = credentials.length === 0;
  const known = credentials.filter(({ role }) => role !== 'bot');
  const withKey = credentials.flatMap((one) => (one.key === undefined ? [] : [{ ...one, hashed: hash(one.key) }]));
  const byKey = withKey.filter(({ role }) => role !== 'bot');
  const byLogin = known.flatMap((one) =>
    one.login === undefined ? [] : [{ ...one, login: one.login, hashed: hash(loginText(one.login)) }],
  );
  const logins = isOpen ? [ANYBODY] : byLogin.map(({ login }) => login);

  const ofToken = async (token: string) => {
    const keyHolder = findHashed(byKey, token);
    if (keyHolder !== undefined) return keyHolder;
    const owner = await tokens.ownerOf(token, 'access', logins);
    return byLogin.find(({ login }) => login === owner);
  };
  const admitted = (credential: Credential | undefined, otherwise: RestAnswer) =>
    credential === undefined
      ? { refused: otherwise }
      : { submitter: { credential: credential.name, sources: credential.sources } };

  return {
    identify: async (authorization) => {
      if (isOpen) return { submitter: EVERYONE };
      const { scheme, parameter } = schemeOf(authorization);
      if (scheme === 'bearer' && parameter !== '') return admitted(await ofToken(parameter), BAD_TOKEN);
      if (scheme !== 'basic') return { refused: UNAUTHORIZED };
      const login = readBasic(parameter);
      if (login === undefined) return { refused: NOT_AUTHENTICATED };
      return admitted(findHashed(byLogin, loginText(login)), UNAUTHORIZED);
    },
    pusher: (authorization) => {
      if (isOpen) return { bot: null };
      const pushing = (found: Credential | undefined, otherwise: RestAnswer) =>
        found === undefined ? { refused: otherwise } : { bot: found.role === 'bot' ? found.name : null };
      const { scheme, parameter } = schemeOf(authorization);
      if (scheme === 'bearer' && parameter !== '') return pushing(findHashed(withKey, parameter), BAD_TOKEN);
      if (scheme !== 'basic') return { refused: UNAUTHORIZED };
      const login = readBasic(parameter);
      if (login === undefined) return { refused: NOT_AUTHENTICATED };
      return pushing(findHashed(withKey, login.password) ?? findHashed(byLogin, loginText(login)), UNAUTHORIZED);
    },
    logIn: async (authorization) => {
      const { scheme, parameter } = schemeOf(authorization);
      const given = isOpen ? ANYBODY : scheme === 'basic' ? readBasic(parameter) : undefined;
      if (given === undefined) return NOT_AUTHENTICATED;
      const login = isOpen ? ANYBODY : findHashed(byLogin, loginText(given))?.login;
      if (login === undefined) return WRONG_LOGIN;
      const [access, refresh] = await Promise.all([tokens.issue(login, 'access'), tokens.issue(login, 'refresh')]);
      return success({ access_token: access, refresh_token: refresh });
    },
    refresh: async (authorization) => {
      const { scheme, parameter } = schemeOf(authorization);
      const login = scheme === 'bearer' ? await tokens.ownerOf(parameter, 'refresh', logins) : undefined;
      return login === undefined ? BAD_TOKEN : success({ access_token: await tokens.issue(login, 'access') });
    },
  };
}

/** Name and password as one text; names hold no colon. */
function loginText({ username, password }: Login): string {
  return `${username}:${password}`;
}

function findHashed<T extends { readonly hashed: Buffer }>(known: readonly T[], presented: string): T | undefined {
  const hashed = hash(presented);
  let found: T | undefined;
  for (const candidate of known) if (timingSafeEqual(candidate.hashed, hashed)) found ??= candidate;
  return found;
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
