// Who may call: keys with a role and a name, written as `role/name:key` in a variable or as objects in the file, and feeders' logins.
// The name identifies the caller in the journal, so it belongs to one role; one name may have two keys while they are changed over.
import * as v from 'valibot';
import type { Kind } from './config-kind.ts';

export type Role = 'bot' | 'feeder' | 'operator';
const ROLES: readonly Role[] = ['bot', 'feeder', 'operator'];

/** A name and password, as HTTP Basic carries them: ASCII, the name without a colon. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A caller known by its key, or by its login under /api/v1, or by both. `sources`: the only sources it may speak for; absent: any. */
export interface Credential {
  readonly name: string;
  readonly role: Role;
  readonly key?: string | undefined;
  readonly login?: Login | undefined;
  readonly sources?: readonly string[] | undefined;
}

const NAME = /^[A-Za-z0-9_-]{1,32}$/;
const KEY = /^[A-Za-z0-9_.~-]{16,256}$/;
const NAME_ALLOWED = '1 to 32 of A-Z a-z 0-9 _ -';
const KEY_ALLOWED = '16 to 256 of A-Z a-z 0-9 _ . ~ -';
const KEYS_ALLOWED = 'ROLE/NAME:KEY or ROLE:KEY, separated by commas; roles bot, feeder, operator';

const USERNAME_ALLOWED = '1 to 64 printable ASCII characters without a colon';
const PASSWORD_ALLOWED = '1 to 256 printable ASCII characters';
const LOGIN_ALLOWED = 'USER:PASSWORD in printable ASCII, the user without a colon';

export const nameSchema = v.pipe(v.string(NAME_ALLOWED), v.regex(NAME, NAME_ALLOWED));
const keySchema = v.pipe(v.string(KEY_ALLOWED), v.regex(KEY, KEY_ALLOWED));
const usernameSchema = v.pipe(v.string(USERNAME_ALLOWED), v.regex(/^[ -9;-~]{1,64}$/, USERNAME_ALLOWED));
const passwordSchema = v.pipe(v.string(PASSWORD_ALLOWED), v.regex(/^[ -~]{1,256}$/, PASSWORD_ALLOWED));

/** Keys of any role. A key without a name takes its role as its name. */
export const keyList: Kind<readonly Credential[]> = {
  allowed: KEYS_ALLOWED,
  schema: v.array(
    v.pipe(
      v.objectWithRest(
        { role: v.picklist(ROLES, ROLES.join(', ')), name: v.optional(nameSchema), key: keySchema },
        v.never('only role, name and key'),
        KEYS_ALLOWED,
      ),
      v.transform(({ role, name, key }) => ({ role, name: name ?? role, key })),
    ),
    'a list of {role, name, key}',
  ),
  fromText: (text) =>
    text.split(',').map((entry) => {
      const colon = entry.indexOf(':');
      if (colon < 0) return entry;
      const [role, name, ...more] = entry.slice(0, colon).trim().split('/');
      const key = entry.slice(colon + 1).trim();
      if (more.length > 0) return entry;
      return name === undefined ? { role, key } : { role, name, key };
    }),
};

/** One feeder that may speak for any source, by the login that its freqtrade client has: `USER:PASSWORD`. */
export const feederLogin: Kind<Credential> = {
  allowed: LOGIN_ALLOWED,
  schema: v.pipe(
    v.objectWithRest(
      { username: usernameSchema, password: passwordSchema },
      v.never('only username and password'),
      LOGIN_ALLOWED,
    ),
    v.transform((login) => ({ name: 'feeder-basic', role: 'feeder' as const, login })),
  ),
  fromText: (text) => {
    const colon = text.indexOf(':');
    return colon < 0 ? text : { username: text.slice(0, colon), password: text.slice(colon + 1) };
  },
};

/** Feeders that speak for named sources only, by key, by login, or by either. */
export const feederList: Kind<readonly Credential[]> = {
  allowed: 'a list of {name, username, password, key, sources}',
  schema: v.array(
    v.pipe(
      v.objectWithRest(
        {
          name: nameSchema,
          username: v.optional(usernameSchema),
          password: v.optional(passwordSchema),
          key: v.optional(keySchema),
          sources: v.pipe(v.array(nameSchema, 'a list of sources'), v.minLength(1, 'at least one source')),
        },
        v.never('only name, username, password, key and sources'),
        'an object with name, username and password or key, and sources',
      ),
      v.check(
        ({ username, password, key }) =>
          (username === undefined) === (password === undefined) && (username ?? key) !== undefined,
        'username and password together, a key, or all three',
      ),
      v.transform(
        ({ name, username, password, key, sources }): Credential => ({
          role: 'feeder',
          name,
          ...(key === undefined ? {} : { key }),
          ...(username === undefined || password === undefined ? {} : { login: { username, password } }),
          sources,
        }),
      ),
    ),
    'a list of {name, username, password, key, sources}',
  ),
  fromText: (text) => text,
};

/** What is wrong with `credentials` taken together, each as one line: the same key or user name twice, or one name for two callers. */
export function credentialMistakes(credentials: readonly Credential[]): readonly string[] {
  const mistakes: string[] = [];
  for (const [at, one] of credentials.entries()) {
    for (const other of credentials.slice(0, at)) {
      if (one.login !== undefined && one.login.username === other.login?.username) {
        mistakes.push(
          `feeders: ${other.name} and ${one.name} have the same user name; allowed: a user name of its own for each`,
        );
      }
      if (one.key !== undefined && one.key === other.key) {
        mistakes.push(
          `keys: ${other.role}/${other.name} and ${one.role}/${one.name} have the same key; allowed: a key of its own for each`,
        );
      } else if (one.name === other.name && !isChangeOver(one, other)) {
        mistakes.push(
          `keys: the name ${one.name} stands for two callers; allowed: a name of its own for each (role/name:key)`,
        );
      }
    }
  }
  return mistakes;
}

function isChangeOver(one: Credential, other: Credential): boolean {
  const nameIsChosen = one.name !== one.role;
  return nameIsChosen && one.role === other.role && String(one.sources) === String(other.sources);
}
