// A port on which requests are answered: sockets bounded in time and number; draining finishes what is in flight and nothing else.
import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { badInput, Fault } from '#domain/fault.ts';
import type { Clock } from '#domain/time.ts';
import { refusalBody } from './answer.ts';
import { followConnections } from './connections.ts';

/** Where to listen, and the clock by which the last arrivals are waited for. */
export interface Address {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM texts; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** A bound port. */
export interface Listening {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  /** Accepts no more connections, finishes requests in flight; those unfinished when `signal` aborts are cut. */
  drain(signal: AbortSignal): Promise<void>;
  /** Cuts every connection. Idempotent. */
  close(): Promise<void>;
  /** Whether `drain` or `close` was asked for. */
  isEnding(): boolean;
}

/** Bots ask once per candle: an idle connection outlives the short ones, so that most questions need no new one. */
const KEEP_ALIVE_MS = 120_000;
/** A request that takes longer to arrive is cut, head and body together. */
const ARRIVAL_MS = 10_000;
const CHECK_MS = 1_000;
/** How long a draining server still accepts: requests sent before the end are under way in the system's queue. */
const LAST_ARRIVALS_MS = 250;
const CONNECTIONS = 10_000;

/** Binds the port and answers every request by `answer`; rejects when it cannot be bound. */
export async function openListening(
  { host, port, tls, clock }: Address,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  let ending = false;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    if (ending) response.setHeader('connection', 'close');
    connections.began(request, response);
    answer(request, response);
  };
  const timeouts = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: ARRIVAL_MS,
    requestTimeout: ARRIVAL_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  const server =
    tls === undefined ? createServer(timeouts, listener) : createTlsServer({ ...timeouts, ...tls }, listener);
  const connections = followConnections(server, tls === undefined ? 'connection' : 'secureConnection');
  server.maxConnections = CONNECTIONS;
  server.on('clientError', refuseMalformed);
  await listen(server, host, port);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${hostOf(server.address())}`,
    isEnding: () => ending,
    drain: async (signal) => {
      ending = true;
      // Whoever was on the way when the end was announced is still let in and answered; the system resets what nobody accepts.
      await clock.sleep(LAST_ARRIVALS_MS, signal);
      const closed = closing(server);
      connections.finish();
      const cut = () => server.closeAllConnections();
      if (signal.aborted) cut();
      signal.addEventListener('abort', cut, { once: true });
      await closed;
      signal.removeEventListener('abort', cut);
    },
    close: async () => {
      if (!server.listening && !ending) return;
      ending = true;
      const closed = closing(server);
      server.closeAllConnections();
      connections.finish();
      await closed;
    },
  };
}

/** Why an address cannot be listened on, as the person who set it would say it. */
const UNBINDABLE: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'no address of this machine',
  ENOTFOUND: 'no name that leads to an address',
  EAI_AGAIN: 'no name that leads to an address',
  EACCES: 'a port that needs more rights',
};

function unbindable(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const field = `${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new Fault('UNUSABLE_INPUT', `${field}: another process listens there; allowed: a free port, or 0 for any`);
  }
  const reason = UNBINDABLE[error.code ?? ''];
  return reason === undefined ? error : badInput(field, reason, 'an address of this machine and a port of yours');
}

function listen(server: NodeServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(unbindable(error, host, port)));
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

/** Resolves when the server has no connection left; at once when it is closed already. */
function closing(server: NodeServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function hostOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('the server is not bound to a port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}

/** What is not HTTP, or too slow to be, is told so and cut. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'the request took too long to arrive']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'the head of the request is too large']
        : ['400 Bad Request', 'this is not a request'];
  const body = JSON.stringify(refusalBody({ status: 400, code: 'BAD_USER_INPUT', message }));
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
}
