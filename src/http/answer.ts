// Answers in JSON, errors in GraphQL's shape on every route: one way to read what went wrong.
import type { ServerResponse } from 'node:http';

type Headers = Readonly<Record<string, string>>;

/** Sends `body` as JSON. Never cached: every answer is of this instant. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(bytes);
}

/** What went wrong, as a caller may see it. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly field?: string;
  readonly allowed?: string;
  readonly headers?: Headers;
}

/** The body of a refusal: `{"errors": [{message, extensions: {code, field, allowed}}]}`. */
export function refusalBody({ code, message, field, allowed }: Refusal): unknown {
  return { errors: [{ message, extensions: { code, field, allowed } }] };
}

/** Sends a refusal. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  sendJson(response, refusal.status, refusalBody(refusal), refusal.headers);
}
