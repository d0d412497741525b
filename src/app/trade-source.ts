// Which bot an import is of: its name in the fleet, and for its REST API where it listens and how to log in.
import { badInput } from '#domain/fault.ts';
import type { WatchedBot } from '#trades/trades.ts';
import { botAddress } from './bot-address.ts';
import type { Config } from './config.ts';
import { recordingBots } from './recording-bots.ts';

type Named = Pick<Config, 'bots' | 'influx'>;

/** The bot that `words` name: a name or url of the configuration, or a url with credentials. Throws BAD_USER_INPUT. */
export function restBot({ bots }: Named, words: string, name: string | undefined): WatchedBot {
  const address = addressOf(words);
  const configured = bots.find((bot) => bot.name === words || bot.url === address?.url);
  const url = configured?.url ?? address?.url;
  const username = address?.username || configured?.username;
  const password = address?.password || configured?.password;
  if (url === undefined) throw badInput('--bot', 'it is neither a bot of the configuration nor an address', ALLOWED);
  if (username === undefined || password === undefined) {
    throw badInput('--bot', `there are no credentials for ${url}`, ALLOWED);
  }
  return { name: name ?? configured?.name ?? new URL(url).host, url, username, password };
}

/** The bot of a database that nobody named: the only one whose trades are recorded; where no bot is configured, the name of the file. */
export function databaseBot(config: Named, file: string): string {
  const [only, ...more] = recordingBots(config);
  if (only !== undefined && more.length === 0) return only.name;
  const isAlone = config.bots.length === 0 && config.influx === null;
  if (isAlone) return file.replace(/\.(sqlite3?|db)$/, '').slice(0, 64);
  const names = recordingBots(config).map((bot) => bot.name);
  throw badInput(
    '--name',
    'not given, and the configuration does not say whose trades these are',
    names.length === 0 ? 'the name of a bot with recordTrades: true in the configuration' : names.join(', '),
  );
}

const ALLOWED = 'a name or url of the configuration, or http://USER:PASSWORD@HOST:PORT';

function addressOf(words: string): { url: string; username: string; password: string } | undefined {
  const read = botAddress.fromText(words, '');
  if (typeof read !== 'object' || read === null) return undefined;
  const part = (key: string) => String(Reflect.get(read, key) ?? '');
  return { url: part('url'), username: part('username'), password: part('password') };
}
