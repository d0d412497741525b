// Candles as a running freqtrade has them in memory: GET /api/v1/pair_candles, a thousand or so of each pair it trades.
import { Agent, fetch } from 'undici';
import * as v from 'valibot';
import { Fault } from '#domain/fault.ts';
import { parseInstant } from '#domain/instant.ts';
import { type Candles, isPair, timeframeMs } from '#domain/market.ts';
import { type CandleFile, seriesCandles } from '#market/candles.ts';

const PATIENCE_MS = 30_000;
/** The most candles asked for; a bot gives what it has. */
const LIMIT = 100_000;

const CANDLES = v.object({
  columns: v.array(v.string()),
  data: v.array(v.array(v.unknown())),
});
const CONFIG = v.object({ timeframe: v.string() });
const PAIRS = v.object({ whitelist: v.array(v.string()) });

/** A bot that is asked for its candles. */
export interface CandleBot extends AsyncDisposable {
  /** Without credentials. */
  readonly name: string;
  /** The timeframe it trades. */
  timeframe(): Promise<string>;
  /** The pairs it trades now. */
  pairs(): Promise<readonly string[]>;
  /** What it has of a pair; undefined: nothing. Rejects with UNUSABLE_INPUT naming the first row that cannot be a candle. */
  candles(pair: string, timeframe: string): Promise<CandleFile | undefined>;
}

/** Whether `text` is an address of a bot: `http://USER:PASSWORD@HOST:8080`. */
export function isBotUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** `address` without its credentials, as messages name it. */
export function candleBotName(address: string): string {
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname}`.replace(/(\/api\/v1)?\/*$/, '');
}

/** The bot at `address`. Calls reject with UNUSABLE_INPUT saying what it answered. */
export function candleBot(address: string): CandleBot {
  const { username, password } = new URL(address);
  const name = candleBotName(address);
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const agent = new Agent({ connect: { timeout: PATIENCE_MS } });
  const ask = async <T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T> => {
    const response = await fetch(`${name}/api/v1/${path}`, {
      headers: username === '' ? {} : { authorization: `Basic ${login}` },
      dispatcher: agent,
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error: unknown) => {
      throw unusable(name, `it cannot be reached (${reasonOf(error)})`, error);
    });
    const text = await response.text();
    if (response.status === 401) throw unusable(name, 'it refuses the user and password in its address');
    if (!response.ok) throw unusable(name, `it answered HTTP ${response.status} ${text.slice(0, 200)}`);
    const answer = v.safeParse(schema, parsed(text));
    if (answer.success) return answer.output;
    throw unusable(name, `its answer is not as freqtrade's: ${text.slice(0, 100)}`);
  };
  return {
    name,
    timeframe: async () => (await ask('show_config', CONFIG)).timeframe,
    pairs: async () => (await ask('whitelist', PAIRS)).whitelist.filter(isPair),
    candles: async (pair, timeframe) => {
      const query = new URLSearchParams({ pair, timeframe, limit: String(LIMIT) });
      const { columns, data } = await ask(`pair_candles?${query}`, CANDLES);
      return data.length === 0 ? undefined : seriesCandles(columnsOf(columns, data, { pair, timeframe, name }), name);
    },
    [Symbol.asyncDispose]: () => agent.close(),
  };
}

function columnsOf(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  { pair, timeframe, name }: { readonly pair: string; readonly timeframe: string; readonly name: string },
): Candles {
  const place = (wanted: string) => {
    const at = columns.indexOf(wanted);
    if (at < 0) throw unusable(name, `its candles of ${pair} have no column ${wanted}`);
    return at;
  };
  const column = (read: (row: readonly unknown[]) => number) => {
    const filled = new Float64Array(new SharedArrayBuffer(rows.length * Float64Array.BYTES_PER_ELEMENT));
    rows.forEach((row, at) => {
      filled[at] = read(row);
    });
    return filled;
  };
  const figure = (wanted: string) => {
    const at = place(wanted);
    return column((row) => (typeof row[at] === 'number' ? row[at] : Number.NaN));
  };
  const date = place('date');
  return {
    pair,
    timeframe,
    timeframeMs: timeframeMs(timeframe) ?? 0,
    openTimeMs: column((row) => parseInstant(String(row[date])) ?? Number.NaN),
    open: figure('open'),
    high: figure('high'),
    low: figure('low'),
    close: figure('close'),
    volume: figure('volume'),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(name: string, why: string, cause?: unknown): Fault {
  return new Fault('UNUSABLE_INPUT', `the bot at ${name}: ${why}`, { cause });
}

function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(inner instanceof Error)) return String(inner);
  return 'code' in inner ? String(inner.code) : inner.message;
}
