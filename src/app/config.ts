// The configuration of one run: variables first, then the file, then defaults; every mistake is found and told at once, or there is none.
import { accessSync, constants, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { Fault } from '#domain/fault.ts';
import type { BotConfig } from '#fleet/fleet.ts';
import type { InfluxHub } from '#store/store.ts';
import { botMistakes, botsOfSides } from './bot-address.ts';
import { defaultSettings, type Origins, readSettings } from './config-sources.ts';
import { type Credential, credentialMistakes } from './credential.ts';
import { influxHubOf, influxMistakes } from './influx-settings.ts';
import type { Settings } from './settings.ts';

/** Everything that can be set, ready for use. `bots` holds all bots and `credentials` all callers, whichever way they were named; without credentials every caller is an operator. */
export interface Config
  extends Omit<
    Settings,
    | 'botLong'
    | 'botShort'
    | 'keys'
    | 'feederBasic'
    | 'feeders'
    | 'influxUrl'
    | 'influxToken'
    | 'influxOrg'
    | 'influxNames'
  > {
  /** The shared hub; null: it is embedded in the data folder. */
  readonly influx: InfluxHub | null;
  readonly bots: readonly BotConfig[];
  readonly credentials: readonly Credential[];
}

/** What loading gives: the configuration with the settings it was made of and where each comes from, or all mistakes as one line each. */
export type Loaded =
  | { readonly config: Config; readonly settings: Settings; readonly origins: Origins }
  | { readonly mistakes: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration that `env` and the file in (or named from) folder `cwd` make. Reads files, changes nothing. */
export function loadConfig(env: Environment, cwd: string): Loaded {
  const { settings, origins, mistakes } = readSettings(env, cwd);
  const credentials = credentialsOf(settings);
  const all = [
    ...mistakes,
    ...influxMistakes(settings, mistakes),
    ...botMistakes(settings, settings.bots),
    ...credentialMistakes(credentials),
    ...addressMistakes(
      settings,
      mistakes.some((mistake) => /^(PARAMGATE_KEYS|keys|PARAMGATE_FEEDER_BASIC|feederBasic|feeders)\b/.test(mistake)) ||
        credentials.length > 0,
    ),
    ...tlsMistakes(settings),
  ];
  if (all.length > 0) return { mistakes: all };
  return { config: configOf(settings), settings, origins };
}

/** The configuration, or a BAD_USER_INPUT fault whose message has one line per mistake. */
export function requireConfig(env: Environment, cwd: string): Config {
  const loaded = loadConfig(env, cwd);
  if ('config' in loaded) return loaded.config;
  throw new Fault('BAD_USER_INPUT', loaded.mistakes.join('\n'));
}

/** The configuration when nothing is set, for folder `cwd`: a base for the demo and for tests. */
export function defaultConfig(cwd: string): Config {
  return configOf(defaultSettings(cwd));
}

function configOf(settings: Settings): Config {
  const { botLong, botShort, bots, keys: _keys, feederBasic: _basic, feeders: _feeders, ...others } = settings;
  const { influxUrl: _url, influxToken: _token, influxOrg: _org, influxNames: _names, ...rest } = others;
  return {
    ...rest,
    bots: [...bots, ...botsOfSides(botLong, botShort)],
    credentials: credentialsOf(settings),
    influx: influxHubOf(settings),
  };
}

function credentialsOf({ keys, feederBasic, feeders }: Settings): readonly Credential[] {
  return [...keys, ...(feederBasic === undefined ? [] : [feederBasic]), ...feeders];
}

function addressMistakes({ host, port, workerPort }: Settings, hasKeys: boolean): readonly string[] {
  const mistakes: string[] = [];
  if (!isLoopback(host) && !hasKeys) {
    mistakes.push(
      `PARAMGATE_HOST: ${host} is reachable from other machines and there are no keys; allowed: a loopback address, or keys (PARAMGATE_KEYS, PARAMGATE_FEEDER_BASIC)`,
    );
  }
  if (workerPort !== undefined && workerPort !== 0 && workerPort === port) {
    mistakes.push(`PARAMGATE_WORKER_PORT: ${workerPort} is the gateway's port too; allowed: another port`);
  }
  return mistakes;
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === 'localhost' || host === '::1';
}

function tlsMistakes({ tlsCert, tlsKey }: Settings): readonly string[] {
  if (tlsCert === undefined && tlsKey === undefined) return [];
  if (tlsCert === undefined) return ['PARAMGATE_TLS_CERT: not set beside PARAMGATE_TLS_KEY; allowed: both or none'];
  if (tlsKey === undefined) return ['PARAMGATE_TLS_KEY: not set beside PARAMGATE_TLS_CERT; allowed: both or none'];
  const files = [
    ['PARAMGATE_TLS_CERT', tlsCert],
    ['PARAMGATE_TLS_KEY', tlsKey],
  ] as const;
  const unreadable = files
    .filter(([, file]) => !isReadable(file))
    .map(([name, file]) => `${name}: ${file} cannot be read; allowed: a readable PEM file`);
  return unreadable.length > 0 || isPair(tlsCert, tlsKey)
    ? unreadable
    : [
        `PARAMGATE_TLS_CERT: ${tlsCert} and ${tlsKey} are no certificate with its key; allowed: two PEM files that belong together`,
      ];
}

function isPair(certFile: string, keyFile: string): boolean {
  try {
    createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    return true;
  } catch {
    return false;
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
