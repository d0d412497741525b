// What a bot pushes by freqtrade's webhook: a final exit is a closed trade; entries, partial exits and everything else is heard and left.
import type { ClosedTrade } from '#domain/trade.ts';
import { closedTradeOf, isSkip } from './bot-figures.ts';
import { figuresOfExit, isObject, type JsonObject } from './bot-row.ts';
import { parsePythonJson } from './python-json.ts';

/** What a webhook says: a closed trade, nothing to record (why), or something that cannot be right (why). */
export type Push =
  | { readonly kind: 'trade'; readonly trade: ClosedTrade }
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'wrong'; readonly why: string };

const EXITS = ['exit_fill', 'sell_fill'];
const NO_END =
  'no is_final_exit, so that the exit of a part cannot be told from the end of the trade; allowed: "is_final_exit": "{is_final_exit}" in exit_fill of the template';

/**
 * The push in `body`, sent as JSON or as a form. The bot is the constant field `bot` of its template, else `sender`. Where the template has a field `type`,
 * only exit_fill counts.
 */
export function readPush(body: Uint8Array, contentType: string | undefined, sender: string | null): Push {
  const message = readBody(body, contentType);
  if (message === undefined) return wrong('the body is neither JSON nor a form; allowed: format json or form');
  const type = message.type;
  if (typeof type === 'string' && !EXITS.includes(type))
    return { kind: 'nothing', why: `${type.slice(0, 40)} is no exit_fill` };
  const figures = figuresOfExit(message);
  if (figures === 'partial')
    return { kind: 'nothing', why: 'a part of the trade was sold; it counts once, at its end' };
  if (figures === 'undecided') return wrong(NO_END);
  const bot = typeof message.bot === 'string' && message.bot !== '' ? message.bot : sender;
  if (bot === null)
    return wrong('it names no bot; allowed: a constant field "bot" in the template, or a key of role bot');
  const read = closedTradeOf(bot, figures);
  return isSkip(read) ? wrong(read.reason) : { kind: 'trade', trade: read };
}

function wrong(why: string): Push {
  return { kind: 'wrong', why };
}

function readBody(body: Uint8Array, contentType = ''): JsonObject | undefined {
  const text = new TextDecoder().decode(body);
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return Object.fromEntries(new URLSearchParams(text));
  const json = parsePythonJson(text);
  return isObject(json) ? json : undefined;
}
