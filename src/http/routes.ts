// Which path leads where, who may walk it, and what is refused at the door. Nothing thrown here reaches a caller as it is.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { FeederIntake } from '#intake/intake.ts';
import type { Studies } from '#search/search.ts';
import { type Refusal, refuse, sendJson } from './answer.ts';
import { readBody, tooLarge } from './body.ts';
import { answerFeeder, FEEDER_ROUTE, isFeederPath } from './feeder-route.ts';
import type { GraphiQL } from './graphiql.ts';
import type { GraphQLEndpoint } from './graphql-endpoint.ts';
import { namesThisHost } from './host.ts';
import { readKeptStudy } from './kept-study.ts';
import type { Keys } from './keys.ts';
import type { Metrics } from './metrics.ts';

/** Whether the service can serve, and what it knows about that. */
export interface Readiness {
  readonly ready: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Front {
  readonly keys: Keys;
  readonly graphql: GraphQLEndpoint;
  readonly graphiql: GraphiQL;
  readonly metrics: Metrics;
  readonly feeders: FeederIntake;
  readonly studies: Pick<Studies, 'keep'>;
  readonly readiness: () => Readiness;
  readonly log: Log;
}

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly front: Front };
type Route = { readonly methods: readonly string[]; readonly answer: (exchange: Exchange) => Promise<void> };

const GRAPHQL_BODY = 1_048_576;
const STUDY_BODY = 33_554_432;

const ROUTES: Readonly<Record<string, Route>> = {
  '/graphql': { methods: ['GET', 'HEAD', 'POST'], answer: answerGraphQL },
  '/healthz': { methods: ['GET', 'HEAD'], answer: async ({ response }) => sendJson(response, 200, { alive: true }) },
  '/readyz': { methods: ['GET', 'HEAD'], answer: answerReadiness },
  '/metrics': { methods: ['GET', 'HEAD'], answer: answerMetrics },
  '/local/studies': { methods: ['POST'], answer: answerKeptStudy },
};

/** The name of the route of a request, for metrics: a path of ours, or `other`. */
export function routeOf({ url }: IncomingMessage): string {
  const path = pathOf(url);
  if (isFeederPath(path)) return FEEDER_ROUTE;
  return Object.hasOwn(ROUTES, path) ? path : 'other';
}

/** Answers one request. Resolves always: what fails for a reason of our own is logged and answered with 500. */
export async function answer(exchange: Exchange): Promise<void> {
  const { request, response, front } = exchange;
  try {
    await walk(exchange);
  } catch (error) {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (error instanceof Fault) {
      const { code, message, field, allowed } = error;
      const status = code === 'JOURNAL_UNAVAILABLE' ? 503 : 400;
      refuse(response, { status, code, message, ...(field && { field }), ...(allowed && { allowed }) });
      return;
    }
    front.log.error({ err: error, route: routeOf(request) }, 'a request failed for a reason of our own');
    refuse(response, { status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' });
  }
}

async function walk(exchange: Exchange): Promise<void> {
  const { request, response, front } = exchange;
  const path = pathOf(request.url);
  if (isFeederPath(path)) return answerFeeder({ request, response, front, path });
  const route = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (front.keys.open && !namesThisHost(request.headers.host)) return refuse(response, FOREIGN_HOST);
  if (route === undefined || (path.startsWith('/local/') && !front.keys.isLocal(request.headers.authorization))) {
    if (front.keys.identify(request.headers.authorization) === undefined) return refuse(response, UNAUTHENTICATED);
    return refuse(response, { ...NOT_FOUND, message: `nothing is served at ${path.slice(0, 100)}` });
  }
  if (!route.methods.includes(request.method ?? '')) {
    const allow = { allow: [...route.methods, 'OPTIONS'].join(', ') };
    if (request.method === 'OPTIONS') {
      response.writeHead(204, allow).end();
      return;
    }
    return refuse(response, {
      status: 405,
      code: 'BAD_USER_INPUT',
      message: `${path} does not take ${request.method}`,
      allowed: route.methods.join(', '),
      headers: allow,
    });
  }
  await route.answer(exchange);
}

async function answerGraphQL({ request, response, front }: Exchange): Promise<void> {
  if (front.graphiql.wantedBy(request)) return front.graphiql.answer(request, response);
  const caller = front.keys.identify(request.headers.authorization);
  if (caller === undefined) return refuse(response, UNAUTHENTICATED);
  if (request.method !== 'POST') return front.graphql.answer({ request, response, caller });
  if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) return refuse(response, NOT_JSON);
  const body = await readBody(request, GRAPHQL_BODY);
  if (body === undefined) return refuse(response, tooLarge(GRAPHQL_BODY));
  if (body.length === 0) return refuse(response, NO_BODY);
  await front.graphql.answer({ request, response, caller, body });
}

async function answerReadiness({ response, front }: Exchange): Promise<void> {
  const { ready, details } = front.readiness();
  sendJson(response, ready ? 200 : 503, { ready, ...details });
}

async function answerMetrics({ request, response, front }: Exchange): Promise<void> {
  const caller = front.keys.identify(request.headers.authorization);
  if (caller === undefined) return refuse(response, UNAUTHENTICATED);
  if (caller.role !== 'operator') return refuse(response, OPERATORS_ONLY);
  const text = await front.metrics.text();
  response.writeHead(200, { 'content-type': front.metrics.contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

async function answerKeptStudy({ request, response, front }: Exchange): Promise<void> {
  const body = await readBody(request, STUDY_BODY);
  if (body === undefined) return refuse(response, tooLarge(STUDY_BODY));
  const { study, plane } = readKeptStudy(body);
  await front.studies.keep(study, plane);
  sendJson(response, 200, { id: study.id });
}

/** The path of a request target, without its query; an absolute target is reduced to its path. */
function pathOf(url = '/'): string {
  const target = url.startsWith('/') ? url : (URL.parse(url)?.pathname ?? url);
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

const UNAUTHENTICATED: Refusal = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'a valid key is needed',
  allowed: 'Authorization: Bearer KEY',
  headers: { 'www-authenticate': 'Bearer realm="paramgate"' },
};
const OPERATORS_ONLY: Refusal = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'metrics are for operators',
  allowed: 'a key with the role operator',
};
const FOREIGN_HOST: Refusal = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'the Host header names another host; without configured keys only this host is served',
  field: 'Host',
  allowed: 'localhost, 127.0.0.1 or [::1]; or configure keys',
};
const NOT_FOUND: Refusal = {
  status: 404,
  code: 'BAD_USER_INPUT',
  message: 'nothing is served here',
  allowed: '/graphql, /api/v1/*, /healthz, /readyz, /metrics',
};
const NOT_JSON: Refusal = {
  status: 415,
  code: 'BAD_USER_INPUT',
  message: 'the body is not declared as JSON',
  field: 'content-type',
  allowed: 'application/json',
};
const NO_BODY: Refusal = {
  status: 400,
  code: 'BAD_USER_INPUT',
  message: 'the body is empty',
  field: 'body',
  allowed: '{"query": "...", "variables": {...}}',
};
