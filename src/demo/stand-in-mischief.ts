// How a bot, its host or a proxy before it misbehaves: what happens to an order inside, and what is heard of it, apart from each other.
import type { ServerResponse } from 'node:http';

/** An answer as it goes over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What happens to one request. Everything left out happens as it should. */
export interface Mischief {
  /** Waited for after freqtrade's own tests and before entering: its trade loop holds the lock. Hanging up does not end it. */
  readonly lock?: Promise<unknown>;
  /** How often the order is entered: 1 unless said. */
  readonly enters?: 0 | 1 | 2;
  /** Waited for between entering and answering. */
  readonly answerAfter?: Promise<unknown>;
  /**
   * `hang`: no answer, the connection stands. `reset`: no answer, the connection is reset. `truncate`: half the answer, then a reset.
   * `drip`: the answer byte by byte, 5 ms apart. `twice`: the answer, and then the same once more. Else: this answer instead, as from freqtrade or a proxy.
   */
  readonly heard?: 'hang' | 'reset' | 'truncate' | 'drip' | 'twice' | WireAnswer;
}

/** freqtrade's answer to anything that it did not catch. */
export const INTERNAL_ERROR: WireAnswer = {
  status: 500,
  contentType: 'text/plain; charset=utf-8',
  body: 'Internal Server Error',
};

/** A reverse proxy's page. */
export function proxyPage(status: number, title: string): WireAnswer {
  const body = `<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1></body></html>\r\n`;
  return { status, contentType: 'text/html', body };
}

/** Writes `answer`, or what `mischief` makes of it. */
export function send(response: ServerResponse, answer: WireAnswer, mischief: Mischief = {}): void {
  const { heard } = mischief;
  if (heard === 'hang') return;
  if (heard === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, contentType, body, headers } = typeof heard === 'object' ? heard : answer;
  const bytes = Buffer.from(body);
  if (heard === 'twice') {
    const head = `HTTP/1.1 ${status} Answered\r\ncontent-type: ${contentType}\r\ncontent-length: ${bytes.byteLength}\r\n\r\n`;
    const once = Buffer.concat([Buffer.from(head), bytes]);
    response.socket?.end(Buffer.concat([once, once]));
    return;
  }
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.byteLength, ...headers });
  if (heard === 'truncate') {
    response.write(bytes.subarray(0, bytes.byteLength >> 1), () => response.socket?.destroy());
    return;
  }
  if (heard !== 'drip') {
    response.end(bytes);
    return;
  }
  let sent = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent < bytes.byteLength && !response.destroyed) return;
    clearInterval(timer);
    response.end();
  }, 5);
}
