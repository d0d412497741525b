// A freqtrade's REST trades and messages on a real socket, as 2026.9 answers them, with what may happen between two answers.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface BotTrade {
  readonly id: number;
  readonly closedAtMs: number;
}

export interface BotWithTrades extends AsyncDisposable {
  readonly url: string;
  /** Closed trades; changed by tests as the bot would. */
  readonly closed: BotTrade[];
  /** Targets that the strategy kept, account-level ratios by trade id. */
  readonly targets: Map<number, number>;
  /** Called before each page of trades is answered. */
  beforePage: () => void;
  /** Answers to give instead, one each, in order. */
  readonly instead: { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }[];
  /** Pages that were asked for, as their queries. */
  readonly pages: string[];
  /** false: the order by closing time is not known, as in releases before 2025. */
  knowsNewest: boolean;
  /** How far its clock is ahead, ms. */
  clockAheadMs: number;
  /** Sends a message to everybody who listens. */
  tell(message: object): void;
  /** How many listen. */
  listeners(): number;
  /** Ends every connection of listeners. */
  hangUp(): void;
}

export const OPENED_MS = Date.UTC(2026, 0, 5, 8);
const LOGIN = `Basic ${Buffer.from('bot:secret').toString('base64')}`;

/** The row of a trade; the fields the service reads, and some it does not. */
function rowOf({ id, closedAtMs }: BotTrade) {
  return {
    trade_id: id,
    pair: 'BTC/USDT:USDT',
    is_open: false,
    is_short: id % 2 === 1,
    leverage: 3,
    close_profit: 0.0305,
    profit_ratio: 0.0305,
    profit_pct: 3.05,
    stop_loss_ratio: -0.0444,
    stop_loss_pct: -4.44,
    open_date: '2026-01-05 08:00:00',
    open_timestamp: OPENED_MS + id,
    close_date: '2026-01-05 09:00:00',
    close_timestamp: closedAtMs,
    enter_tag: 'long from 75b conf=0.89',
    exit_reason: 'roi',
  };
}

export async function botWithTrades(count = 0): Promise<BotWithTrades> {
  const sockets = new Set<Socket>();
  const bot = {
    closed: Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      closedAtMs: OPENED_MS + 60_000 * (index + 1),
    })),
    targets: new Map<number, number>(),
    beforePage: (): void => undefined,
    instead: [] as { status: number; body: string; headers?: Record<string, string> }[],
    pages: [] as string[],
    knowsNewest: true,
    clockAheadMs: 0,
  };
  const json = (response: ServerResponse, status: number, value: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  const page = (query: URLSearchParams) => {
    bot.beforePage();
    bot.pages.push(query.toString());
    const newest = bot.knowsNewest && query.get('order_by_id') === 'false';
    const sorted = [...bot.closed].sort((a, b) => (newest ? b.closedAtMs - a.closedAtMs : a.id - b.id));
    const offset = Number(query.get('offset'));
    const trades = sorted.slice(offset, offset + Number(query.get('limit'))).map(rowOf);
    return { trades, trades_count: trades.length, offset, total_trades: sorted.length };
  };
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://bot');
    response.setHeader('date', new Date(Date.now() + bot.clockAheadMs).toUTCString());
    const other = bot.instead.shift();
    if (other !== undefined) {
      response.writeHead(other.status, other.headers).end(other.body);
      return;
    }
    if (request.headers.authorization !== LOGIN) return json(response, 401, { detail: 'Unauthorized' });
    if (url.pathname === '/api/v1/token/login') return json(response, 200, { access_token: 'jwt', refresh_token: 'r' });
    if (url.pathname === '/api/v1/trades') return json(response, 200, page(url.searchParams));
    const target = bot.targets.get(Number(/^\/api\/v1\/trades\/(\d+)\/custom-data$/.exec(url.pathname)?.[1]));
    if (target === undefined) return json(response, 404, { detail: 'Not Found' });
    json(response, 200, [{ trade_id: 1, custom_data: [{ key: 'take_profit_ratio', type: 'float', value: target }] }]);
  };
  const server = createServer(answer);
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const url = new URL(request.url ?? '/', 'http://bot');
    if (url.pathname !== '/api/v1/message/ws' || url.searchParams.get('token') !== 'jwt') {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(bot, {
    url: `http://127.0.0.1:${port}`,
    tell: (message: object) => {
      const text = Buffer.from(JSON.stringify(message));
      const length = text.length < 126 ? [text.length] : [126, text.length >> 8, text.length & 255];
      for (const socket of sockets) socket.write(Buffer.concat([Buffer.from([0x81, ...length]), text]));
    },
    listeners: () => sockets.size,
    hangUp: () => {
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
    },
  });
}
