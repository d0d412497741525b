// Who is calling: a key names a role. Keys are kept as hashes and compared in constant time, each against all, so that timing tells nothing.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '#graphql/schema.ts';

/** A caller as configured. A feeder's `sources` are those it may speak for (undefined: any). Without a key it has another way in, and opens nothing here. */
export interface Key extends Caller {
  readonly key?: string | undefined;
}

export interface Keys {
  /** Nothing is configured: every caller is an operator. */
  readonly open: boolean;
  /** The caller of an `Authorization` header; undefined when it names no key and keys are configured. */
  identify(authorization: string | undefined): Caller | undefined;
  /** Whether the header carries the data folder's own token, which proves access to the data folder itself. */
  isLocal(authorization: string | undefined): boolean;
}

const EVERYONE: Caller = { role: 'operator', name: 'everyone' };
const LOCAL: Caller = { role: 'operator', name: 'local' };
const BEARER = /^Bearer +([A-Za-z0-9_.~+/=-]{1,512}) *$/i;

/** Keys that identify callers; `localToken` is an operator's key beside the configured ones. */
export function openKeys(keys: readonly Key[], localToken: string): Keys {
  const local = hash(localToken);
  const known = [
    ...keys.flatMap(({ key, role, name, sources }) =>
      key === undefined ? [] : [{ caller: { role, name, sources }, hashed: hash(key) }],
    ),
    { caller: LOCAL, hashed: local },
  ];
  const open = keys.length === 0;
  const isLocal = (authorization: string | undefined) => {
    const presented = bearerOf(authorization);
    return presented !== undefined && timingSafeEqual(hash(presented), local);
  };
  return {
    open,
    isLocal,
    identify: (authorization) => {
      if (open) return isLocal(authorization) ? LOCAL : EVERYONE;
      const presented = bearerOf(authorization);
      if (presented === undefined) return undefined;
      const hashed = hash(presented);
      let found: Caller | undefined;
      for (const candidate of known) if (timingSafeEqual(candidate.hashed, hashed)) found ??= candidate.caller;
      return found;
    },
  };
}

const hash = (text: string) => createHash('sha256').update(text).digest();

const bearerOf = (authorization: string | undefined) =>
  authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
