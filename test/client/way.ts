// The way between a client and its gateway, which can be cut: passes requests on, counts them, loses answers, hangs, or answers by itself.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What happens to the next request: passed on; taken and its answer lost; left without an answer; answered here. */
export type Turn = 'pass' | 'lose' | 'hang' | { readonly status: number; readonly body: string };

export interface Way extends AsyncDisposable {
  readonly url: string;
  /** Bodies of all requests so far. */
  readonly bodies: readonly string[];
  /** What is done with the next requests, one each; then they pass. */
  readonly turns: Turn[];
  /** Where requests are passed on to. */
  target: string;
  /** Cuts every connection there is. */
  cut(): void;
}

/** A way to `target` on a free port. `page` is answered to GET /. */
export async function openWay(target: string, page = ''): Promise<Way> {
  const bodies: string[] = [];
  const turns: Turn[] = [];
  const answer = async (asked: IncomingMessage, response: ServerResponse) => {
    if (asked.method === 'GET') return response.setHeader('content-type', 'text/html').end(page);
    const body = await text(asked);
    bodies.push(body);
    const turn = turns.shift() ?? 'pass';
    if (turn === 'hang') return;
    if (typeof turn === 'object') return response.writeHead(turn.status).end(turn.body);
    const onward = request(`${way.target}${asked.url}`, { method: 'POST', headers: asked.headers });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.on('response', (answered) => {
      if (turn === 'lose') return answered.resume().on('end', () => response.destroy());
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      response.flushHeaders();
      answered.on('error', () => response.destroy());
      answered.pipe(response);
    });
    onward.end(body);
  };
  const server = createServer((asked, response) => void answer(asked, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const way: Way = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    turns,
    target,
    cut: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return way;
}
