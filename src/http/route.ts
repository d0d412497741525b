// What a route is, and the walk to it: who may come in, what is refused at the door. Nothing thrown on the way reaches a caller as it is.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import { type Refusal, refuse } from './answer.ts';
import { namesThisHost } from './host.ts';
import type { Keys } from './keys.ts';

/** What every front has. */
export interface Door {
  readonly keys: Keys;
  readonly log: Log;
}

/** One request at a front. */
export interface Exchange<Front extends Door> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly front: Front;
}

export interface Route<Front extends Door> {
  readonly methods: readonly string[];
  readonly answer: (exchange: Exchange<Front>) => Promise<void>;
}

/** Routes by their paths. */
export type Routes<Front extends Door> = Readonly<Record<string, Route<Front>>>;

/** Answers one request by `walk`. Resolves always: what fails for a reason of our own is logged and answered with 500. */
export async function answered<Front extends Door>(
  exchange: Exchange<Front>,
  walk: (exchange: Exchange<Front>) => Promise<void>,
): Promise<void> {
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
    const path = pathOf(request.url).slice(0, 100);
    front.log.error({ err: error, path }, 'a request failed for a reason of our own');
    refuse(response, { status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' });
  }
}

/** Leads a request to its route among `routes`, or refuses it. */
export async function walkTo<Front extends Door>(exchange: Exchange<Front>, routes: Routes<Front>): Promise<void> {
  const { request, response, front } = exchange;
  const path = pathOf(request.url);
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (front.keys.open && !namesThisHost(request.headers.host)) return refuse(response, FOREIGN_HOST);
  if (route === undefined || (path.startsWith('/local/') && !front.keys.isLocal(request.headers.authorization))) {
    if (front.keys.identify(request.headers.authorization) === undefined) return refuse(response, UNAUTHENTICATED);
    const served = Object.keys(routes).filter((one) => !one.startsWith('/local/'));
    const message = `nothing is served at ${path.slice(0, 100)}`;
    return refuse(response, { status: 404, code: 'BAD_USER_INPUT', message, allowed: served.join(', ') });
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

/** The path of a request target, without its query; an absolute target is reduced to its path. */
export function pathOf(url = '/'): string {
  const target = url.startsWith('/') ? url : (URL.parse(url)?.pathname ?? url);
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

export const UNAUTHENTICATED: Refusal = {
  status: 401,
  code: 'UNAUTHENTICATED',
  message: 'a valid key is needed',
  allowed: 'Authorization: Bearer KEY',
  headers: { 'www-authenticate': 'Bearer realm="paramgate"' },
};
const FOREIGN_HOST: Refusal = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'the Host header names another host; without configured keys only this host is served',
  field: 'Host',
  allowed: 'localhost, 127.0.0.1 or [::1]; or configure keys',
};
