// Who may call: keys with a role and a name, written as `role/name:key` in a variable or as objects in the file.
// The name identifies the caller in the journal, so it belongs to one role; one name may have two keys while they are changed over.
import * as v from 'valibot';
import type { Kind } from './config-kind.ts';

export type Role = 'bot' | 'feeder' | 'operator';
const ROLES: readonly Role[] = ['bot', 'feeder', 'operator'];

/** A caller known by its key. `sources`: the only sources it may speak for; absent: any. */
export interface Credential {
  readonly name: string;
  readonly role: Role;
  readonly key: string;
  readonly sources?: readonly string[] | undefined;
}

const NAME = /^[A-Za-z0-9_-]{1,32}$/;
const KEY = /^[A-Za-z0-9_.~-]{16,256}$/;
const NAME_ALLOWED = '1 to 32 of A-Z a-z 0-9 _ -';
const KEY_ALLOWED = '16 to 256 of A-Z a-z 0-9 _ . ~ -';
const KEYS_ALLOWED = 'ROLE/NAME:KEY or ROLE:KEY, separated by commas; roles bot, feeder, operator';

export const nameSchema = v.pipe(v.string(NAME_ALLOWED), v.regex(NAME, NAME_ALLOWED));
const keySchema = v.pipe(v.string(KEY_ALLOWED), v.regex(KEY, KEY_ALLOWED));

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

/** Feeders: keys of role feeder that speak for named sources only. */
export const feederList: Kind<readonly Credential[]> = {
  allowed: 'a list of {name, key, sources}',
  schema: v.array(
    v.pipe(
      v.objectWithRest(
        {
          name: nameSchema,
          key: keySchema,
          sources: v.pipe(v.array(nameSchema, 'a list of sources'), v.minLength(1, 'at least one source')),
        },
        v.never('only name, key and sources'),
        'an object with name, key and sources',
      ),
      v.transform((feeder) => ({ role: 'feeder' as const, ...feeder })),
    ),
    'a list of {name, key, sources}',
  ),
  fromText: (text) => text,
};

/** What is wrong with `credentials` taken together, each as one line: the same key twice, or one name for two callers. */
export function credentialMistakes(credentials: readonly Credential[]): readonly string[] {
  const mistakes: string[] = [];
  for (const [at, one] of credentials.entries()) {
    for (const other of credentials.slice(0, at)) {
      if (one.key === other.key) {
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
