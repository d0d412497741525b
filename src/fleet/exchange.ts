// One HTTP request on one fresh connection. It is known for certain whether a byte may have left: nothing is sent before the connection stands, and never twice.
import { type Heard, TOO_LATE } from './answer.ts';

/** A request to a bot. `path` includes any prefix of the bot's url. */
export interface BotRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface ExchangeOptions {
  /** Longest wait for a connection, milliseconds. */
  readonly connectTimeoutMs: number;
  /** An answer longer than this is cut off and incomplete. */
  readonly maxBodyBytes: number;
  /** Ends the exchange; what was heard by then is `broken` or `not-sent`. */
  readonly signal: AbortSignal;
  /** Asked when the connection stands, before the first byte: false ends the exchange unsent. */
  readonly mayLeave?: (() => boolean) | undefined;
}

/** What was heard, never `silent` (time is the caller's), and the Date header of the answer (epoch ms; null without). */
export interface Exchanged {
  readonly heard: Exclude<Heard, { readonly kind: 'silent' }>;
  readonly dateMs: number | null;
}

let client: Promise<typeof import('undici')> | undefined;

/** Loads the HTTP client: 11 MB that only a fleet with bots pays for. Whoever loads it ahead spares the first request the wait. */
export function loadClient(): Promise<typeof import('undici')> {
  client ??= import('undici');
  return client;
}

/** Sends `request` to `origin` (scheme, host, port). Never rejects. Redirects are answers, not followed. */
export async function exchange(origin: string, request: BotRequest, options: ExchangeOptions): Promise<Exchanged> {
  const { buildConnector, Client } = await loadClient();
  const connect = buildConnector({ timeout: options.connectTimeoutMs });
  let connections = 0;
  let left = false;
  const client = new Client(origin, {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (target, callback) => {
      connections += 1;
      if (connections > 1) return callback(new Error('the connection ended'), null);
      connect(target, (...[error, socket]) => {
        if (error !== null) return callback(error, null);
        if (options.signal.aborted || options.mayLeave?.() === false) {
          socket.destroy();
          return callback(new Error(TOO_LATE), null);
        }
        left = true;
        callback(null, socket);
      });
    },
  });
  const abort = () => {
    client.destroy(reasonOf(options.signal)).catch(() => undefined);
  };
  options.signal.addEventListener('abort', abort, { once: true });
  try {
    if (options.signal.aborted) throw reasonOf(options.signal);
    const { statusCode, headers, body } = await client.request({
      method: request.method,
      path: request.path,
      headers: { ...request.headers, connection: 'close' },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const contentType = headers['content-type'];
    const dateMs = Date.parse(String(headers.date));
    return {
      heard: {
        kind: 'answer',
        status: statusCode,
        contentType: typeof contentType === 'string' ? contentType : null,
        ...(await readBody(body, options.maxBodyBytes)),
      },
      dateMs: Number.isNaN(dateMs) ? null : dateMs,
    };
  } catch (error) {
    return { heard: { kind: left ? 'broken' : 'not-sent', error: describe(error) }, dateMs: null };
  } finally {
    options.signal.removeEventListener('abort', abort);
    client.destroy().catch(() => undefined);
  }
}

async function readBody(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ readonly body: string; readonly complete: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let complete = true;
  try {
    for await (const chunk of stream) {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes <= maxBytes) continue;
      complete = false;
      break;
    }
  } catch {
    complete = false;
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), complete };
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  // Without a reason of ours it is an AbortError: this side is closing.
  return reason instanceof Error && reason.name === 'Error' ? reason : new Error('this side closed the connection');
}

/** `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1`; addresses, never credentials. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return 'the request failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code === undefined || error.message.includes(code) ? error.message : `${code}: ${error.message}`;
}
