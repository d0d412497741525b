// DOOR of http: the front of the service on one port. Sockets are bounded in time and number; draining finishes what is in flight and nothing else.
import { createServer, type Server as NodeServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { Doors, StudyDefaults } from '#graphql/schema.ts';
import type { FeederIntake } from '#intake/intake.ts';
import { refusalBody } from './answer.ts';
import { followConnections } from './connections.ts';
import { openGraphiQL } from './graphiql.ts';
import { openGraphQLEndpoint } from './graphql-endpoint.ts';
import { type Key, openKeys } from './keys.ts';
import { openMetrics } from './metrics.ts';
import { answer, type Front, type Readiness, routeOf } from './routes.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM texts; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Empty: every caller is an operator, and only loopback host names are served. */
  readonly keys: readonly Key[];
  /** Kept in the data folder, readable by its owner only: commands on this host present it. */
  readonly localToken: string;
  readonly doors: Doors;
  /** Answers everything under /api/v1. */
  readonly feeders: FeederIntake;
  readonly studyDefaults: StudyDefaults;
  readonly readiness: () => Readiness;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Server {
  /** The address of the GraphQL endpoint's host, without a path: `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Accepts no more connections, finishes requests in flight; those unfinished when `signal` aborts are cut. */
  drain(signal: AbortSignal): Promise<void>;
  /** Cuts every connection. Idempotent. */
  close(): Promise<void>;
}

/** Bots ask once per candle: an idle connection outlives the short ones, so that most questions need no new one. */
const KEEP_ALIVE_MS = 120_000;
/** A request that takes longer to arrive is cut, head and body together. */
const ARRIVAL_MS = 10_000;
const CHECK_MS = 1_000;
const CONNECTIONS = 10_000;

/** Opens the front; resolves when the port is bound, rejects when it cannot be. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const { clock, log } = options;
  const metrics = openMetrics(clock);
  let draining = false;
  const front: Front = {
    keys: openKeys(options.keys, options.localToken),
    graphql: openGraphQLEndpoint({ ...options, onError: metrics.graphqlError }),
    graphiql: openGraphiQL(),
    metrics,
    feeders: options.feeders,
    studies: options.doors.studies,
    readiness: () =>
      draining ? { ready: false, details: { reason: 'the service is stopping' } } : options.readiness(),
    log,
  };
  const listener: RequestListener = (request, response) => {
    const startedMs = clock.now().monotonicMs;
    const route = routeOf(request);
    if (draining) response.setHeader('connection', 'close');
    connections.began(request, response);
    response.once('close', () => metrics.request(route, response.statusCode, clock.now().monotonicMs - startedMs));
    void answer({ request, response, front });
  };
  const timeouts = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: ARRIVAL_MS,
    requestTimeout: ARRIVAL_MS,
    connectionsCheckingInterval: CHECK_MS,
  };
  const server =
    options.tls === undefined
      ? createServer(timeouts, listener)
      : createTlsServer({ ...timeouts, ...options.tls }, listener);
  const connections = followConnections(server, options.tls === undefined ? 'connection' : 'secureConnection');
  server.maxConnections = CONNECTIONS;
  server.on('clientError', refuseMalformed);
  try {
    await listen(server, options.host, options.port);
  } catch (error) {
    metrics.close();
    throw error;
  }
  const close = async () => {
    metrics.close();
    if (!server.listening && draining === false) return;
    draining = true;
    const closed = closing(server);
    server.closeAllConnections();
    connections.finish();
    await closed;
  };
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${hostOf(server.address())}`,
    drain: async (signal) => {
      draining = true;
      const closed = closing(server);
      connections.finish();
      const cut = () => server.closeAllConnections();
      if (signal.aborted) cut();
      signal.addEventListener('abort', cut, { once: true });
      await closed;
      signal.removeEventListener('abort', cut);
    },
    close,
  };
}

function listen(server: NodeServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.off('error', reject);
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
