// Questions to one freqtrade over REST: each ends with JSON or with one line that says what is wrong - address, TLS, login, limits. Credentials stay in here.
import { Fault } from '#domain/fault.ts';
import type { Clock } from '#domain/time.ts';
import { isObject, type JsonObject } from './bot-row.ts';
import { parsePythonJson } from './python-json.ts';

/** Where a bot listens and how to log in; `url` without credentials and without a slash at its end. */
export interface BotAccess {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

export interface BotRequests {
  /** The bot's address, without credentials. */
  readonly url: string;
  /** The JSON object at `path` (below /api/v1, with its query). Rejects with UNUSABLE_INPUT. */
  ask(path: string, method?: 'GET' | 'POST'): Promise<JsonObject>;
  /** The JSON at `path`; undefined when the bot has no such thing. Rejects with UNUSABLE_INPUT. */
  askIfThere(path: string): Promise<unknown>;
  /** How far the bot's clock was ahead of ours at the last answer, ms; its answers tell whole seconds. null: not known. */
  clockOffsetMs(): number | null;
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 30_000;
/** A bot that limits requests is asked again so often. */
const LIMITED_TRIES = 5;
const LIMITED_WAIT_MS = 10_000;

/** The bot at `access`; `signal` ends everything under way. */
export function botRequests(
  { url, username, password }: BotAccess,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): BotRequests {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  let offsetMs: number | null = null;
  const once = async (path: string, method: 'GET' | 'POST') => {
    const { Agent, request } = await import('undici');
    // The bot closes idle connections after 5 s: a fresh one each cannot meet that.
    const dispatcher = new Agent({ connect: { timeout: CONNECT_MS }, pipelining: 0 });
    try {
      const answer = await request(`${url}/api/v1${path}`, {
        method,
        dispatcher,
        signal,
        headers: { authorization, accept: 'application/json' },
        headersTimeout: ANSWER_MS,
        bodyTimeout: ANSWER_MS,
      });
      const dateMs = Date.parse(String(answer.headers.date));
      if (!Number.isNaN(dateMs)) offsetMs = dateMs - clock.now().wallMs;
      const retryAfter = Number(answer.headers['retry-after']);
      return { status: answer.statusCode, text: await answer.body.text(), retryAfter };
    } catch (error) {
      throw new Fault('UNUSABLE_INPUT', `${url}: ${describe(error)}`, { cause: error });
    } finally {
      dispatcher.destroy().catch(() => undefined);
    }
  };
  const answerOf = async (path: string, method: 'GET' | 'POST') => {
    for (let tries = 1; ; tries += 1) {
      const { status, text, retryAfter } = await once(path, method);
      if (status !== 429 || tries === LIMITED_TRIES || signal.aborted) return { status, json: parsePythonJson(text) };
      await clock.sleep(retryAfter > 0 ? retryAfter * 1_000 : LIMITED_WAIT_MS, signal);
    }
  };
  const refused = (status: number, json: unknown, path: string) =>
    new Fault('UNUSABLE_INPUT', `${url}: ${refusal(status, json, path)}`);
  return {
    url,
    clockOffsetMs: () => offsetMs,
    ask: async (path, method = 'GET') => {
      const { status, json } = await answerOf(path, method);
      if (status === 200 && isObject(json)) return json;
      throw refused(status, json, path);
    },
    askIfThere: async (path) => {
      const { status, json } = await answerOf(path, 'GET');
      if (status === 200 && json !== undefined) return json;
      if (status === 404 || status === 422) return undefined;
      throw refused(status, json, path);
    },
  };
}

function refusal(status: number, json: unknown, path: string): string {
  const asked = `/api/v1${path.split('?')[0]}`;
  if (status === 401 || status === 403) {
    return `the bot refuses the user name or password (${status}); allowed: those of api_server in its configuration`;
  }
  if (status === 404 || status === 405)
    return `nothing is served at ${asked} (${status}); allowed: the address of a freqtrade`;
  const words = isObject(json) ? (json.error ?? json.detail) : undefined;
  if (status === 200) return `the answer of ${asked} is not that of a freqtrade`;
  return `${asked} answers ${status}${typeof words === 'string' ? ` (${words.slice(0, 200)})` : ''}`;
}

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** What went wrong on the way to a bot, in one line without credentials. */
export function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return 'the request failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '' && error.cause instanceof Error) return describe(error.cause);
  if (UNTRUSTED.has(code)) {
    return `its certificate is signed by nobody we trust (${code}); allowed: NODE_EXTRA_CA_CERTS names a file with the authority's certificate`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `its certificate is not valid now (${code}); allowed: a certificate in force, and clocks that agree`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its certificate is for another host (${error.message})`;
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return `no TLS is spoken there (${code}); allowed: http:// for a bot without TLS`;
  }
  if (code === 'ECONNREFUSED') return 'nobody listens there (ECONNREFUSED)';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no such host (${code})`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `no connection within ${CONNECT_MS / 1_000} s`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return `no answer within ${ANSWER_MS / 1_000} s`;
  }
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') {
    return `it closed the connection without an answer (${code}); allowed: https:// for a bot with TLS`;
  }
  return code === '' || error.message.includes(code) ? error.message : `${code}: ${error.message}`;
}
