// A strict stand-in of a freqtrade bot on a real socket: it refuses what freqtrade 2026.9 refuses, enters trades in memory, and misbehaves on demand.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StandInBook, type StandInOrder, type StandInSettings } from './stand-in-book.ts';
import { INTERNAL_ERROR, type Mischief, send } from './stand-in-mischief.ts';
import { answerOf, type StandInRequest } from './stand-in-routes.ts';

export interface StandInOptions extends Partial<StandInSettings> {
  /** 0 (any free port) unless said. */
  readonly port?: number;
}

export interface StandInBot extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without credentials. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** May be changed at any time. */
  readonly settings: StandInSettings;
  /** Every order that was entered, oldest first: what the exchange would have seen. */
  orders(): readonly StandInOrder[];
  /** Every request, oldest first. */
  requests(): readonly StandInRequest[];
  /** The next requests to `path` (without /api/v1) meet these, one each, in order. */
  misbehave(path: string, ...mischief: readonly Mischief[]): void;
  /** Closes the open trades of `pair`. */
  closeTrades(pair: string): void;
  /** Refuses connections and ends the open ones, until `resume`. Trades stay. */
  suspend(): Promise<void>;
  resume(): Promise<void>;
}

/** Opens the stand-in on loopback with credentials of its own. */
export async function openStandInBot(options: StandInOptions = {}): Promise<StandInBot> {
  const { port = 0, ...given } = options;
  const settings: StandInSettings = {
    state: 'running',
    forceEntry: true,
    positionAdjustment: false,
    maxOpenTrades: 10,
    tradingMode: 'futures',
    stakeCurrency: 'USDT',
    markets: null,
    clockOffsetMs: 0,
    ...given,
  };
  const now = () => Date.now() + settings.clockOffsetMs;
  const book = new StandInBook(settings, now);
  const state = { username: 'paramgate', password: 'stand-in', settings, book };
  const plans = new Map<string, Mischief[]>();
  const requests: StandInRequest[] = [];

  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(message);
    requests.push(request);
    const mischief = plans.get(request.path.replace(/^\/api\/v1/, ''))?.shift() ?? {};
    const answer = await answerOf(request, state, mischief);
    response.setHeader('date', new Date(now()).toUTCString());
    send(response, answer, mischief);
  };
  // Connections that went idle for 5 s are closed, as uvicorn does.
  const server = createServer({ keepAliveTimeout: 5_000 }, (message, response) => {
    handle(message, response).catch(() => {
      if (!response.headersSent && !response.destroyed) send(response, INTERNAL_ERROR);
    });
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const boundPort = await listen(port);

  return {
    url: `http://127.0.0.1:${boundPort}`,
    username: state.username,
    password: state.password,
    settings,
    orders: () => book.orders(),
    requests: () => requests,
    misbehave: (path, ...mischief) => {
      plans.set(path, [...(plans.get(path) ?? []), ...mischief]);
    },
    closeTrades: (pair) => book.close(pair),
    suspend: close,
    resume: async () => {
      await listen(boundPort);
    },
    [Symbol.asyncDispose]: close,
  };
}

async function readRequest(message: IncomingMessage): Promise<StandInRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk as Uint8Array);
  const url = new URL(message.url ?? '/', 'http://localhost');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    authorization: message.headers.authorization,
    contentType: message.headers['content-type'],
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
