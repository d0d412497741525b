// What a hub may do to those who ask: each kind of trouble, for some requests or all of them, until it is calm again.
import type { ServerResponse } from 'node:http';

export interface Misbehaviour {
  readonly on: 'write' | 'query' | 'all';
  /**
   * status: answers with `status` (and `retryAfter`, `message`); hang: never answers; stall: stops in the middle of the body; truncate: breaks the
   * connection there; errorTable: a Flux error after the data; drip: a few bytes at a time; lose: answers 204 and forgets; lostAnswer: does what was asked
   * and breaks the connection; reset: breaks it before; delay: answers after `delayMs`.
   */
  readonly kind:
    | 'status'
    | 'hang'
    | 'stall'
    | 'truncate'
    | 'errorTable'
    | 'drip'
    | 'lose'
    | 'lostAnswer'
    | 'reset'
    | 'delay';
  readonly status?: number;
  readonly message?: string;
  /** The header as it is sent. */
  readonly retryAfter?: string;
  readonly delayMs?: number;
  /** For so many requests; absent: until it is calm again. */
  readonly times?: number;
}

export interface Mischief {
  add(misbehaviour: Misbehaviour): void;
  clear(): void;
  /** What befalls this request; undefined: nothing. */
  next(request: 'write' | 'query' | 'other'): Misbehaviour | undefined;
}

export function mischief(): Mischief {
  let planned: { readonly what: Misbehaviour; left: number }[] = [];
  return {
    add: (what) => planned.push({ what, left: what.times ?? Number.POSITIVE_INFINITY }),
    clear: () => {
      planned = [];
    },
    next: (request) => {
      const found = planned.find(({ what, left }) => left > 0 && (what.on === request || what.on === 'all'));
      if (found === undefined) return undefined;
      found.left -= 1;
      return found.what;
    },
  };
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not found',
  413: 'request too large',
  422: 'unprocessable entity',
  429: 'too many requests',
  500: 'internal error',
  503: 'unavailable',
};

/** An error as InfluxDB answers it. */
export function sendError(response: ServerResponse, status: number, message: string, retryAfter?: string): void {
  const code = CODES[status] ?? 'internal error';
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-platform-error-code': code,
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  });
  // As Go writes JSON.
  const text = JSON.stringify({ code, message }).replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
  response.end(text);
}

export const ERROR_TABLE =
  '\r\n#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,"runtime error: the engine, of all things, gave up",897\r\n';

/** Sends the body as `trouble` has it; the head is written already. */
export function sendBody(response: ServerResponse, body: Buffer, trouble: Misbehaviour | undefined): unknown {
  const half = Math.max(1, body.length >> 1);
  switch (trouble?.kind) {
    case 'stall':
      response.write(body.subarray(0, half));
      return undefined;
    case 'truncate':
      response.write(body.subarray(0, half), () => response.destroy());
      return undefined;
    case 'drip': {
      let at = 0;
      const drop = (): unknown => {
        if (at >= body.length || response.destroyed) return response.end();
        response.write(body.subarray(at, at + 7));
        at += 7;
        return setTimeout(drop, trouble.delayMs ?? 1);
      };
      return drop();
    }
    default:
      return response.end(body);
  }
}
