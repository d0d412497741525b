// One freqtrade over HTTP: what it says of itself, its trades, and the order. Credentials stay in here; no log line or error carries them.
import type { Clock } from '#domain/time.ts';
import type { Heard, HttpAnswer } from './answer.ts';
import { excerpt, saysUnreachable } from './answer.ts';
import type { BotRequest } from './exchange.ts';
import { exchange, loadClient } from './exchange.ts';
import type { BotSettings } from './pre-flight.ts';
import { readSettings } from './pre-flight.ts';
import { isRecord, parseJson, readTrades, type TradeRow } from './trade-row.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const READ_TIMEOUT_MS = 10_000;
/** How long an answer of /show_config is believed. */
const SETTINGS_FRESH_MS = 30_000;
const MAX_ORDER_ANSWER_BYTES = 1 << 20;
const MAX_READ_BYTES = 16 << 20;

/** What is needed of a bot's configuration to speak to it. */
export interface BotAccess {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** A value read from the bot, or why not: `status` null when no answer came; `denied` when the credentials were refused. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number | null; readonly denied: boolean; readonly error: string };

/** An order as /forceenter takes it. */
export interface Order {
  readonly pair: string;
  readonly side: 'long' | 'short';
  readonly leverage: number | null;
  readonly tag: string;
}

/**
 * An order under way: what was heard within the time limit, and, when that was silence, what is heard in the same time again while the connection
 * is kept (undefined: still nothing; the connection is closed then). Neither rejects.
 */
export interface SentOrder {
  readonly heard: Promise<Heard>;
  readonly late: Promise<Heard | undefined>;
}

/** What is known of a bot from the requests made so far; null: nothing yet. Times are epoch ms. */
export interface Condition {
  /** Whether the last request that ended got an answer, whatever it was. */
  readonly reachable: boolean | null;
  readonly settings: BotSettings | null;
  /** As `offsetMs`, null before the first answer with a Date. */
  readonly clockOffsetMs: number | null;
  readonly lastAnswerAtMs: number | null;
}

export interface BotClient {
  condition(): Condition;
  /** /show_config; an answer younger than 30 s is not asked for again. */
  settings(): Promise<Read<BotSettings>>;
  /** Makes the next `settings` ask the bot. */
  forgetSettings(): void;
  openTrades(): Promise<Read<readonly TradeRow[]>>;
  /** The 50 closed last. */
  closedTrades(): Promise<Read<readonly TradeRow[]>>;
  /** `mayLeave` is asked when the connection stands, before the first byte. */
  forceEnter(order: Order, mayLeave: () => boolean): SentOrder;
  /** How far the bot's clock is ahead of ours at least, ms, by the last answer with a Date; 0 before. */
  offsetMs(): number;
  /** Ends every connection. */
  close(): void;
}

export function botClient(
  access: BotAccess,
  options: { readonly clock: Clock; readonly timeoutMs: number },
): BotClient {
  const { clock, timeoutMs } = options;
  void loadClient();
  const url = new URL(access.url);
  const prefix = `${url.pathname.replace(/\/+$/, '')}/api/v1`;
  const authorization = `Basic ${Buffer.from(`${access.username}:${access.password}`).toString('base64')}`;
  const closing = new AbortController();
  const connectTimeoutMs = Math.min(CONNECT_TIMEOUT_MS, timeoutMs);
  let offsetMs: number | null = null;
  let reachable: boolean | null = null;
  let lastAnswerAtMs: number | null = null;
  let lastSettings: BotSettings | null = null;
  let settings: { readonly value: BotSettings; readonly readAtMs: number } | undefined;

  const noteDate = (dateMs: number | null) => {
    // The header tells the second begun, some time before now: a lower bound.
    if (dateMs !== null) offsetMs = dateMs - clock.now().wallMs;
  };

  const noteHeard = (heard: Heard | undefined) => {
    if (closing.signal.aborted || (heard?.kind === 'not-sent' && !saysUnreachable(heard.error))) return;
    reachable = heard?.kind === 'answer';
    if (reachable) lastAnswerAtMs = clock.now().wallMs;
  };

  /** Sends one request. `within` tells what was heard in the next `ms`; undefined when the request has left and nothing came. */
  const send = (request: Omit<BotRequest, 'headers'>, limits: { maxBodyBytes: number; mayLeave?: () => boolean }) => {
    const ending = new AbortController();
    const signal = AbortSignal.any([closing.signal, ending.signal]);
    const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' };
    let left = false;
    const mayLeave = () => {
      left = limits.mayLeave?.() !== false;
      return left;
    };
    const options = { maxBodyBytes: limits.maxBodyBytes, mayLeave, connectTimeoutMs, signal };
    const done = exchange(url.origin, { ...request, headers }, options).then((end) => {
      noteDate(end.dateMs);
      noteHeard(end.heard);
      ending.abort();
      return end.heard;
    });
    const within = async (ms: number): Promise<Heard | undefined> => {
      const silence = clock.sleep(ms, signal).then(() => {
        // Without a connection nothing can have been sent, and from here on nothing will be.
        if (!left) ending.abort(new Error(`no connection within ${ms / 1_000} s`));
        return signal.aborted ? done : undefined;
      });
      const heard = await Promise.race([done, silence]);
      if (heard === undefined) noteHeard(undefined);
      return heard;
    };
    return { within, end: () => ending.abort() };
  };

  const get = async (path: string): Promise<Read<unknown>> => {
    const limitMs = Math.min(READ_TIMEOUT_MS, timeoutMs);
    const sent = send({ method: 'GET', path: `${prefix}${path}` }, { maxBodyBytes: MAX_READ_BYTES });
    const heard = await sent.within(limitMs);
    sent.end();
    if (heard === undefined) return failed(path, null, `no answer within ${limitMs / 1_000} s`);
    if (heard.kind !== 'answer') return failed(path, null, heard.error);
    if (heard.status !== 200) return failed(path, heard.status, excerpt(errorText(heard)));
    const value = heard.complete ? parseJson(heard.body) : undefined;
    return value === undefined ? failed(path, heard.status, 'the answer is not JSON') : { ok: true, value };
  };

  const trades = async (path: string, list: (json: unknown) => unknown): Promise<Read<readonly TradeRow[]>> => {
    const read = await get(path);
    if (!read.ok) return read;
    const value = readTrades(list(read.value));
    return value === undefined ? failed(path, 200, 'the answer holds no list of trades') : { ok: true, value };
  };

  return {
    settings: async () => {
      const { monotonicMs } = clock.now();
      if (settings !== undefined && monotonicMs - settings.readAtMs < SETTINGS_FRESH_MS) {
        return { ok: true, value: settings.value };
      }
      const read = await get('/show_config');
      if (!read.ok) return read;
      const value = readSettings(read.value);
      if (value === undefined) return failed('/show_config', 200, 'the answer is not that of a freqtrade');
      settings = { value, readAtMs: clock.now().monotonicMs };
      lastSettings = value;
      return { ok: true, value };
    },
    forgetSettings: () => {
      settings = undefined;
    },
    openTrades: () => trades('/status', (json) => json),
    closedTrades: () => trades('/trades?limit=50&order_by_id=false', (json) => isRecord(json) && json.trades),
    forceEnter: (order, mayLeave) => {
      const { pair, side, leverage, tag } = order;
      const body = JSON.stringify({
        pair,
        side,
        ...(leverage === null ? {} : { leverage }),
        ordertype: 'market',
        entry_tag: tag,
      });
      const sent = send(
        { method: 'POST', path: `${prefix}/forceenter`, body },
        { maxBodyBytes: MAX_ORDER_ANSWER_BYTES, mayLeave },
      );
      const error = `no answer within ${timeoutMs / 1_000} s`;
      const heard = sent.within(timeoutMs).then((first): Heard => first ?? { kind: 'silent', error });
      const late = heard.then(async (first) => {
        if (first.kind !== 'silent') return undefined;
        const second = await sent.within(timeoutMs);
        sent.end();
        return second;
      });
      return { heard, late };
    },
    offsetMs: () => offsetMs ?? 0,
    condition: () => ({ reachable, settings: lastSettings, clockOffsetMs: offsetMs, lastAnswerAtMs }),
    close: () => closing.abort(),
  };
}

function failed(path: string, status: number | null, error: string): Read<never> {
  const asked = path.split('?')[0];
  const denied = status === 401 || status === 403;
  // freqtrade's own words come first: they tell a bot that does not run from one that is not there.
  return { ok: false, status, denied, error: `${error} (${asked}${status === null ? '' : `, ${status}`})` };
}

function errorText(answer: HttpAnswer): string {
  const json = answer.complete ? parseJson(answer.body) : undefined;
  const error = isRecord(json) ? (json.error ?? json.detail) : undefined;
  return typeof error === 'string' ? error.replace(/^Error querying [^\s:]+: /, '') : answer.body;
}
