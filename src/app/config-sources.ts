// Reads every setting from its variable, else from the file, else takes the default, and remembers which it was.
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { readConfigFile, withVariables } from './config-file.ts';
import { closestName, mistakeLine } from './config-mistake.ts';
import { type Row, TABLE } from './config-table.ts';
import type { Settings } from './settings.ts';

/** Where a value comes from; `name` is the variable or the file's path. */
export type Origin = { readonly from: 'default' } | { readonly from: 'environment' | 'file'; readonly name: string };
export type Origins = { readonly [K in keyof Settings]: Origin };
type Environment = Readonly<Record<string, string | undefined>>;
type Key = keyof Settings;

/** Keys of the table, in its order. */
export const KEYS = Object.keys(TABLE) as readonly Key[];
const VARIABLES: readonly string[] = ['PARAMGATE_CONFIG', ...KEYS.flatMap((key) => TABLE[key].env ?? [])];

/** All settings and where each comes from, and all mistakes as one line each. A setting with a mistake has its default. */
export interface Sources {
  readonly settings: Settings;
  readonly origins: Origins;
  readonly mistakes: readonly string[];
}

/** The settings that `env` and the file make; an empty variable counts as not set. The file is `PARAMGATE_CONFIG`, else `paramgate.json` in `cwd` if there is one. */
export function readSettings(env: Environment, cwd: string): Sources {
  const mistakes: string[] = [];
  const used = new Set<string>();
  const file = resolve(cwd, env.PARAMGATE_CONFIG || 'paramgate.json');
  const read = readConfigFile(file, Boolean(env.PARAMGATE_CONFIG));
  if ('mistake' in read) mistakes.push(read.mistake);
  const content = 'content' in read ? read.content : {};
  const { settings, origins } = defaults(cwd);

  const take = (key: Key, value: unknown, origin: Exclude<Origin, { from: 'default' }>) => {
    const row: Row<unknown> = TABLE[key];
    const checked = v.safeParse(row.kind.schema, value);
    if (checked.success) {
      settings[key] = checked.output;
      origins[key] = origin;
    } else {
      const place = origin.from === 'file' ? key : origin.name;
      mistakes.push(...checked.issues.map((issue) => mistakeLine(place, issue, row.secret === true)));
    }
  };

  for (const key of KEYS) {
    const { env: name, kind } = TABLE[key];
    const text = name === null ? undefined : env[name]?.trim();
    const told = mistakes.length;
    const value = Object.hasOwn(content, key)
      ? withVariables(content[key], env, { place: key, used, mistakes })
      : undefined;
    if (name !== null && text) {
      take(key, kind.fromText(text, cwd), { from: 'environment', name });
    } else if (Object.hasOwn(content, key) && mistakes.length === told) {
      const meant = typeof value === 'string' ? kind.fromText(value.trim(), dirname(file)) : value;
      take(key, meant, { from: 'file', name: file });
    }
  }
  mistakes.push(...unknownKeys(content, file), ...unknownVariables(env, used));
  return { settings: settings as Settings, origins: origins as Origins, mistakes };
}

/** The settings of a run that sets nothing, in folder `cwd`. */
export function defaultSettings(cwd: string): Settings {
  return defaults(cwd).settings as Settings;
}

function defaults(cwd: string): { settings: Partial<Record<Key, unknown>>; origins: Partial<Record<Key, Origin>> } {
  const value = ({ kind, fallback }: Row<unknown>): unknown => {
    if (fallback === null) return undefined;
    return v.parse(kind.schema, typeof fallback === 'string' ? kind.fromText(fallback, cwd) : fallback);
  };
  return {
    settings: Object.fromEntries(KEYS.map((key) => [key, value(TABLE[key])])),
    origins: Object.fromEntries(KEYS.map((key) => [key, { from: 'default' }])),
  };
}

function unknownKeys(content: Readonly<Record<string, unknown>>, file: string): readonly string[] {
  return Object.keys(content)
    .filter((name) => !Object.hasOwn(TABLE, name))
    .map((name) => `${name}: unknown key in ${file}; allowed: ${meant(name, KEYS)}`);
}

function unknownVariables(env: Environment, used: ReadonlySet<string>): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('PARAMGATE_') && !VARIABLES.includes(name) && !used.has(name))
    .sort()
    .map((name) => `${name}: unknown variable; allowed: ${meant(name, VARIABLES)}`);
}

function meant(name: string, names: readonly string[]): string {
  const close = closestName(name, names);
  return close === undefined
    ? 'those of the configuration table (`paramgate config` lists them)'
    : `perhaps ${close} is meant`;
}
