// freqtrade 2026.9's REST routes as far as the fleet meets them: order of checks, error families and texts as they are there.
import { timingSafeEqual } from 'node:crypto';
import { BusinessRefusal, type StandInBook, type StandInSettings } from './stand-in-book.ts';
import type { Mischief, WireAnswer } from './stand-in-mischief.ts';
import { settingsRow } from './stand-in-rows.ts';
import { parseBody, readForceEnter } from './stand-in-schema.ts';

/** A request as it arrived. `path` without the query. */
export interface StandInRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** What the routes work on. */
export interface StandInState {
  readonly username: string;
  readonly password: string;
  readonly settings: StandInSettings;
  readonly book: StandInBook;
}

const PREFIX = '/api/v1';

/** The answer to `request`. Entering happens as `mischief` says. */
export async function answerOf(request: StandInRequest, state: StandInState, mischief: Mischief): Promise<WireAnswer> {
  const { method, path } = request;
  const posts = path === `${PREFIX}/forceenter` || path === `${PREFIX}/forcebuy`;
  const route = path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length) : '';
  if (method === 'POST' && posts) return forceEnter(request, state, mischief);
  if (method === 'GET' && route === '/ping') return json(200, { status: 'pong' });
  const read = method === 'GET' ? READS[route] : undefined;
  if (read !== undefined)
    return unauthorized(request, state) ?? rpcAttached(request, state, () => read(request, state));
  if (method === 'GET') return json(404, { detail: 'Not Found' });
  return { ...json(405, { detail: 'Method Not Allowed' }), headers: { allow: 'GET' } };
}

const READS: Readonly<Record<string, (request: StandInRequest, state: StandInState) => WireAnswer>> = {
  '/version': () => json(200, { version: '2026.9' }),
  '/show_config': (_, { settings }) => json(200, settingsRow(settings)),
  '/status': (_, { book }) => json(200, book.rowsOpen()),
  '/count': ({ path }, { settings, book }) => {
    if (settings.state === 'stopped') return refusal(path, 'trader is not running');
    const current = book.open().length;
    return json(200, { current, max: settings.maxOpenTrades, total_stake: current * 100 });
  },
  '/trades': ({ query }, { book }) => {
    const limit = Number(query.get('limit') ?? 500);
    const offset = Number(query.get('offset') ?? 0);
    if (!(limit >= 1)) {
      const msg = 'Input should be greater than or equal to 1';
      const mistake = {
        type: 'greater_than_equal',
        loc: ['query', 'limit'],
        msg,
        input: query.get('limit'),
        ctx: { ge: 1 },
      };
      return json(422, { detail: [mistake] });
    }
    const all = book.rowsClosed(query.get('order_by_id') !== 'false');
    const trades = all.slice(offset, offset + limit);
    return json(200, { trades, trades_count: trades.length, offset, total_trades: all.length });
  },
};

/** Routes that answer without a running trader's RPC. */
const WITHOUT_RPC = ['/version', '/show_config'];

async function forceEnter(request: StandInRequest, state: StandInState, mischief: Mischief): Promise<WireAnswer> {
  const { path } = request;
  const isJson = /^application\/([a-z.-]+\+)?json\b/i.test(request.contentType ?? '');
  const parsed = isJson ? parseBody(request.body) : { json: request.body === '' ? undefined : request.body };
  if ('mistake' in parsed) return json(422, { detail: [parsed.mistake] });
  const denied = unauthorized(request, state);
  if (denied !== undefined) return denied;
  if (state.settings.state === '') return refusal(path, 'Bot is not in the correct state');
  const body = readForceEnter(parsed.json);
  if ('mistakes' in body) return json(422, { detail: body.mistakes });
  try {
    const position = state.book.check(body);
    await mischief.lock;
    for (let entered = 0; entered < (mischief.enters ?? 1); entered += 1) state.book.enter(body, position);
    await mischief.answerAfter;
    const first = state.book.firstOpen(body.pair);
    return json(200, first ?? { status: `Error entering ${body.side} trade for pair ${body.pair}.` });
  } catch (error) {
    if (error instanceof BusinessRefusal) return refusal(path, error.message);
    throw error;
  }
}

function rpcAttached({ path }: StandInRequest, { settings }: StandInState, read: () => WireAnswer): WireAnswer {
  const needs = !WITHOUT_RPC.includes(path.slice(PREFIX.length));
  return needs && settings.state === '' ? refusal(path, 'Bot is not in the correct state') : read();
}

/** A 401 in the words of the case; undefined when the credentials are right. */
function unauthorized({ authorization }: StandInRequest, { username, password }: StandInState): WireAnswer | undefined {
  const [scheme = '', ...rest] = (authorization ?? '').split(' ');
  const param = rest.join(' ').trim();
  if (scheme.toLowerCase() === 'bearer' && param !== '') {
    return { ...json(401, { detail: 'Could not validate credentials' }), headers: { 'www-authenticate': 'Bearer' } };
  }
  if (scheme.toLowerCase() !== 'basic') return json(401, { detail: 'Unauthorized' });
  const text = Buffer.from(param, 'base64').toString('latin1');
  const colon = text.indexOf(':');
  const malformed = !/^[A-Za-z0-9+/]+={0,2}$/.test(param) || colon < 0 || /[^\x20-\x7e]/.test(text);
  if (malformed) return { ...json(401, { detail: 'Not authenticated' }), headers: { 'www-authenticate': 'Basic' } };
  const right = equal(text.slice(0, colon), username) && equal(text.slice(colon + 1), password);
  return right ? undefined : json(401, { detail: 'Unauthorized' });
}

function equal(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function refusal(path: string, text: string): WireAnswer {
  return json(502, { error: `Error querying ${path}: ${text}` });
}

function json(status: number, value: unknown): WireAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(value) };
}
