// freqtrade's own messages over a websocket: told of a final exit within milliseconds. A message may be lost (there is no replay), so it only says that it is
// time to look; what is recorded comes from the bot's trades.
import type { Socket } from 'node:net';
import type { WebSocket } from 'undici';
import type { Clock } from '#domain/time.ts';
import type { BotAccess, BotRequests } from './bot-requests.ts';
import { isObject } from './bot-row.ts';

export interface ExitStreamOptions {
  readonly access: BotAccess;
  readonly requests: BotRequests;
  readonly clock: Clock;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** A trade has ended; null: we listen (again) and may have missed some. */
  readonly onExit: (tradeId: string | null) => void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Listens until `signal` aborts, connecting again after every end; never rejects. */
export async function followExits({ access, requests, clock, signal, onExit }: ExitStreamOptions): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    const heard = await listenOnce({ access, requests, signal, onExit }).catch(() => false);
    waitMs = heard ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, waitMs * 2);
    await clock.sleep(waitMs, signal);
  }
}

/** One connection from its login to its end; whether it stood. */
async function listenOnce({ access, requests, signal, onExit }: Omit<ExitStreamOptions, 'clock'>): Promise<boolean> {
  const { access_token: token } = await requests.ask('/token/login', 'POST');
  if (typeof token !== 'string' || signal.aborted) return false;
  const { Agent, buildConnector, WebSocket } = await import('undici');
  const connect = buildConnector({});
  let connection: Socket | undefined;
  const dispatcher = new Agent({
    connect: (target, callback) => {
      connect(target, (...[error, made]) => {
        if (error !== null) return callback(error, null);
        connection = made;
        callback(null, made);
      });
    },
  });
  const address = new URL(`${access.url.replace(/^http/, 'ws')}/api/v1/message/ws`);
  address.searchParams.set('token', token);
  const socket: WebSocket = new WebSocket(address, { dispatcher });
  const ended = Promise.withResolvers<void>();
  let stood = false;
  const end = () => ended.resolve();
  signal.addEventListener('abort', end, { once: true });
  socket.addEventListener('open', () => {
    stood = true;
    socket.send(JSON.stringify({ type: 'subscribe', data: ['exit_fill'] }));
    onExit(null);
  });
  socket.addEventListener('message', ({ data }) => {
    const tradeId = endedTrade(data);
    if (tradeId !== undefined) onExit(tradeId);
  });
  socket.addEventListener('error', () => ended.resolve());
  socket.addEventListener('close', () => ended.resolve());
  await ended.promise;
  // A bot that hangs answers no close, and would keep the process alive.
  connection?.destroy();
  dispatcher.destroy().catch(() => undefined);
  signal.removeEventListener('abort', end);
  return stood;
}

/** The id of the trade that a message says has ended; undefined for every other message. */
function endedTrade(data: unknown): string | undefined {
  if (typeof data !== 'string') return undefined;
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(message) || message.type !== 'exit_fill' || message.is_final_exit === false) return undefined;
  return Number.isSafeInteger(message.trade_id) ? String(message.trade_id) : undefined;
}
