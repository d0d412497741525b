// Every answer of freqtrade to an order, and every way of not answering, in one table: was the order taken? Only a definite "not taken" may be tried again.
import { isRecord, parseJson, readTrade, type TradeRow } from './trade-row.ts';

/** An HTTP answer. `complete` false: the body broke off or was longer than we read, and says nothing. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
  readonly complete: boolean;
}

/**
 * What was heard of a request: an answer; `not-sent`: no byte of it left (no connection was made); `broken`: the connection ended after it may have
 * left; `silent`: no answer in the time given, the connection still stands.
 */
export type Heard =
  | HttpAnswer
  | { readonly kind: 'not-sent'; readonly error: string }
  | { readonly kind: 'broken'; readonly error: string }
  | { readonly kind: 'silent'; readonly error: string };

/**
 * What it means for the order. `trade`: entered; the trade is the pair's first open one and need not be ours. `refused`: final; `alarming` when a human
 * must act. `not-taken`: definitely not entered, may be tried again. `look-once`: the request is over but its end unknown; one look decides.
 * `unknown`: it may have been entered or be entered later.
 */
export type Verdict =
  | { readonly kind: 'trade'; readonly trade: TradeRow }
  | { readonly kind: 'refused'; readonly text: string; readonly alarming: boolean }
  | { readonly kind: 'not-taken' | 'look-once' | 'unknown'; readonly text: string };

/** freqtrade's words for a trader that does not run (stopped, paused, reloading) and for a start-up: both pass. */
const TRADER_NOT_RUNNING: readonly string[] = ['trader is not running', 'Bot is not in the correct state'];

/** Whether the error text of an attempt says that the bot answered but its trader did not run. */
export function saysNotRunning(error: string | null): boolean {
  return error !== null && TRADER_NOT_RUNNING.some((text) => error.startsWith(text));
}

/** The error of an attempt that was given up before its first byte because its time was over. */
export const TOO_LATE = 'too late to send';
/** The error of an attempt that was given up before its first byte because it was paused. */
export const PAUSED_UNSENT = 'paused before it was sent';

/** Whether the error of a request that never left is about the bot: not when the connection stood and we thought better of it. */
export function saysUnreachable(error: string): boolean {
  return error !== TOO_LATE && error !== PAUSED_UNSENT;
}

interface Rule {
  readonly name: string;
  /** The verdict when this rule applies, else undefined. */
  readonly read: (answer: HttpAnswer, json: unknown) => Verdict | undefined;
}

const refused = (text: string, alarming = false): Verdict => ({ kind: 'refused', text, alarming });
const status = (wanted: readonly number[], verdict: (answer: HttpAnswer) => Verdict): Rule['read'] => {
  return (answer) => (wanted.includes(answer.status) ? verdict(answer) : undefined);
};

/** The table: the first rule that applies answers; what no rule knows is unknown. */
export const ANSWERS: readonly Rule[] = [
  {
    name: 'entered',
    read: ({ status, complete }, json) => {
      const trade = status === 200 && complete ? readTrade(json) : undefined;
      return trade && { kind: 'trade', trade };
    },
  },
  {
    // freqtrade says this when no open trade is left after its entry: nothing is held, and usually nothing was entered.
    name: 'entry without a trade',
    read: ({ status, complete }, json) =>
      status === 200 && complete && isRecord(json) && isText(json.status, 'Error entering ')
        ? { kind: 'look-once', text: excerpt(json.status) }
        : undefined,
  },
  {
    name: 'business refusal',
    read: ({ status, complete }, json) => {
      if (status !== 502 || !complete || !isRecord(json) || !isText(json.error, 'Error querying ')) return undefined;
      const text = /^Error querying [^\s:]+: (.+)$/s.exec(json.error)?.[1];
      if (text === undefined) return undefined;
      return saysNotRunning(text) ? { kind: 'not-taken', text: excerpt(text) } : refused(excerpt(text));
    },
  },
  {
    name: 'failed inside',
    read: ({ status, complete, contentType, body }) =>
      status === 500 && complete && isPlain(contentType) && body.trim() === 'Internal Server Error'
        ? { kind: 'look-once', text: 'freqtrade failed inside: 500 Internal Server Error' }
        : undefined,
  },
  { name: 'credentials', read: status([401, 403], (a) => refused(`${a.status}: the credentials are refused`, true)) },
  { name: 'schema', read: status([422], (a) => refused(`422: ${excerpt(a.body)}`, true)) },
  { name: 'busy', read: status([429, 503], (a) => ({ kind: 'not-taken', text: `${a.status}: ${excerpt(a.body)}` })) },
  {
    name: 'wrong address',
    read: status([301, 302, 307, 308, 404, 405], (a) => refused(`${a.status}: no freqtrade answers at this url`, true)),
  },
  {
    // A request that a server refuses to read was not acted upon; 408 and 499 are gateways that stopped waiting.
    name: 'other refusal',
    read: (a) =>
      a.status >= 400 && a.status < 500 && a.status !== 408 && a.status !== 499
        ? refused(`${a.status}: ${excerpt(a.body)}`, true)
        : undefined,
  },
];

/** The meaning of what was heard; never throws. */
export function classify(heard: Heard): Verdict {
  if (heard.kind === 'not-sent') return { kind: 'not-taken', text: heard.error };
  if (heard.kind !== 'answer') return { kind: 'unknown', text: heard.error };
  const json = heard.complete ? parseJson(heard.body) : undefined;
  for (const rule of ANSWERS) {
    const verdict = rule.read(heard, json);
    if (verdict !== undefined) return verdict;
  }
  const broken = heard.complete ? '' : ', cut off';
  return { kind: 'unknown', text: `${heard.status}${broken}: not an answer of freqtrade: ${excerpt(heard.body)}` };
}

/** `text` for one log line: one line, at most 200 characters, no control characters. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 400)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length > 200 ? `${line.slice(0, 197)}...` : line || '(empty)';
}

function isText(value: unknown, start: string): value is string {
  return typeof value === 'string' && value.startsWith(start);
}

function isPlain(contentType: string | null): boolean {
  return contentType !== null && /^text\/plain\b/i.test(contentType);
}
