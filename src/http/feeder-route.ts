// Everything under /api/v1: the body within its limit, then the feeders' intake, whose answers are freqtrade's in shape and headers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '#domain/log.ts';
import type { FeederIntake, RestAnswer } from '#intake/intake.ts';
import { sendJson } from './answer.ts';
import { readBody } from './body.ts';
import { isFromForeignPage, namesThisHost } from './host.ts';

/** The name of the whole of it, for metrics. */
export const FEEDER_ROUTE = '/api/v1';

const BODY = 1_048_576;

/** Whether `path` belongs to freqtrade's API. */
export function isFeederPath(path: string): boolean {
  return path === FEEDER_ROUTE || path.startsWith(`${FEEDER_ROUTE}/`);
}

/** Answers one request under /api/v1. Rejects when the sender goes away. */
export async function answerFeeder(exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly front: { readonly keys: { readonly open: boolean }; readonly feeders: FeederIntake; readonly log: Log };
}): Promise<void> {
  const { request, response, path, front } = exchange;
  const { host, origin, authorization, 'content-type': contentType } = request.headers;
  if (front.keys.open && !namesThisHost(host)) return send(response, FOREIGN_HOST);
  // Orders need no content type and so no leave of the browser: a web page could send them through whoever looks at it.
  if (isFromForeignPage(origin, host)) return send(response, FOREIGN_PAGE);
  const body = await readBody(request, BODY);
  if (body === undefined) return send(response, TOO_LARGE);
  try {
    const method = request.method ?? 'GET';
    send(response, await front.feeders.answer({ method, path, authorization, contentType, body }));
  } catch (error) {
    front.log.error({ err: error, route: FEEDER_ROUTE }, 'a request failed for a reason of our own');
    send(response, { status: 500, body: { detail: 'Internal Server Error' } });
  }
}

function send(response: ServerResponse, { status, body, headers }: RestAnswer): void {
  sendJson(response, status, body, { 'content-type': 'application/json', ...headers });
}

const FOREIGN_HOST: RestAnswer = {
  status: 403,
  body: { detail: 'The Host header names another host; without configured credentials only this host is served.' },
};
const FOREIGN_PAGE: RestAnswer = { status: 403, body: { detail: 'Web pages of other origins are not served.' } };
const TOO_LARGE: RestAnswer = {
  status: 413,
  body: { detail: `The body is larger than ${BODY} bytes.` },
  headers: { connection: 'close' },
};
