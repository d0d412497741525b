// Which freqtrade bots take which side: one URL with credentials per side in variables, or a list in the file.
// One bot is one address: whatever takes two sides at one address is one bot, for a bot gets one request at a time.
import * as v from 'valibot';
import { SIDES } from '#domain/market.ts';
import type { BotConfig } from '#fleet/fleet.ts';
import type { Kind } from './config-kind.ts';
import { nameSchema } from './credential.ts';

/** Where a bot listens and how to log in; `url` without credentials and without a slash at its end. */
export interface BotAddress {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const WITH_LOGIN = 'http://USER:PASSWORD@HOST:PORT (or https), special characters percent-encoded';
const WITHOUT_LOGIN = 'http://HOST:PORT (or https), without credentials';

/** `http://user:password@host:8080` taken apart. */
export const botAddress: Kind<BotAddress> = {
  allowed: WITH_LOGIN,
  schema: v.custom<BotAddress>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      'username' in value &&
      value.username !== '' &&
      'password' in value &&
      value.password !== '',
    WITH_LOGIN,
  ),
  fromText: (text) => {
    const url = webAddress(text);
    if (url === undefined) return text;
    try {
      return {
        url: plainAddress(url),
        username: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
      };
    } catch {
      return text;
    }
  },
};

const textSchema = v.pipe(v.string('a text'), v.minLength(1, 'a text that is not empty'));

/** Bots with their sides. */
export const botList: Kind<readonly BotConfig[]> = {
  allowed: 'a list of {name, url, username, password, sides, recordTrades}',
  schema: v.array(
    v.pipe(
      v.objectWithRest(
        {
          name: nameSchema,
          url: v.pipe(
            v.string(WITHOUT_LOGIN),
            v.check((text) => {
              const url = webAddress(text);
              return url !== undefined && url.username === '' && url.password === '';
            }, WITHOUT_LOGIN),
            v.transform((text) => plainAddress(new URL(text))),
          ),
          username: textSchema,
          password: textSchema,
          sides: v.optional(
            v.pipe(
              v.array(v.picklist(SIDES, 'LONG, SHORT'), 'a list of LONG, SHORT'),
              v.check((sides) => new Set(sides).size === sides.length, 'each side once'),
            ),
            [],
          ),
          recordTrades: v.optional(v.boolean('true or false')),
        },
        v.never('only name, url, username, password, sides and recordTrades'),
        'an object with name, url, username, password, sides and recordTrades',
      ),
      v.rawCheck(({ dataset: { value }, addIssue }) => {
        if (!isIdle(value)) return;
        const path = [{ type: 'object', origin: 'value', input: value, key: 'sides', value: value.sides }] as const;
        const message = 'at least one of LONG, SHORT, or recordTrades: true for a bot that takes no orders from here';
        addIssue({ message, input: value.sides, path: [...path] });
      }),
    ),
    'a list of {name, url, username, password, sides, recordTrades}',
  ),
  fromText: (text) => text,
};

/** Whether a bot takes no side and its trades are not recorded: a mistake, told beside others in the same entry. */
function isIdle(bot: unknown): bot is Record<string, unknown> {
  if (typeof bot !== 'object' || bot === null || !('sides' in bot)) return false;
  return Array.isArray(bot.sides) && bot.sides.length === 0 && !('recordTrades' in bot && bot.recordTrades === true);
}

/** The bots of the two variables: BOT1 takes LONG, BOT2 takes SHORT; at one address both sides are BOT1's. */
export function botsOfSides(long: BotAddress | undefined, short: BotAddress | undefined): readonly BotConfig[] {
  if (long !== undefined && short?.url === long.url) return [{ name: 'BOT1', ...long, sides: ['LONG', 'SHORT'] }];
  const bots: BotConfig[] = [];
  if (long !== undefined) bots.push({ name: 'BOT1', ...long, sides: ['LONG'] });
  if (short !== undefined) bots.push({ name: 'BOT2', ...short, sides: ['SHORT'] });
  return bots;
}

/** What is wrong with bots taken together, each as one line. */
export function botMistakes(
  { botLong, botShort }: { readonly botLong: BotAddress | undefined; readonly botShort: BotAddress | undefined },
  listed: readonly BotConfig[],
): readonly string[] {
  const mistakes: string[] = [];
  if (listed.length > 0 && (botLong ?? botShort) !== undefined) {
    mistakes.push(
      'bots: bots are named both in the list `bots` and by PARAMGATE_BOT_LONG / PARAMGATE_BOT_SHORT; allowed: one of the two ways',
    );
  }
  const sameBot = botLong !== undefined && botLong.url === botShort?.url;
  if (sameBot && (botLong.username !== botShort.username || botLong.password !== botShort.password)) {
    mistakes.push(
      `PARAMGATE_BOT_SHORT: other credentials than PARAMGATE_BOT_LONG at the same address ${botLong.url}; allowed: the same ones`,
    );
  }
  for (const [at, bot] of listed.entries()) {
    for (const other of listed.slice(0, at)) {
      if (bot.name === other.name)
        mistakes.push(`bots[${at}].name: ${bot.name} twice; allowed: a name of its own for each bot`);
      if (bot.url === other.url)
        mistakes.push(`bots[${at}].url: ${bot.url} twice; allowed: one entry per bot, with all its sides`);
    }
  }
  return mistakes;
}

function webAddress(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isWeb && url.search === '' && url.hash === '' ? url : undefined;
}

function plainAddress(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
