// A load of keep-alive connections, each asking again as soon as its answer is whole, and how long the answers took.
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

export interface Load {
  /** The next request as it goes over the wire, head and body. */
  readonly question: () => string;
  readonly connections: number;
  readonly ms: number;
}

export interface Asked {
  readonly answers: number;
  readonly perSecond: number;
  readonly leastMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A POST of `body`, as it goes over the wire. */
export function requestOf(body: string, path = '/graphql', headers = ''): string {
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json`;
  return `${head}${headers}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Asks over and over on every connection for `ms`. Rejects when an answer is not 200 or holds GraphQL errors. */
export async function ask(url: URL, { question, connections, ms }: Load): Promise<Asked> {
  const latencies: number[] = [];
  const startedMs = performance.now();
  const untilMs = startedMs + ms;
  await Promise.all(Array.from({ length: connections }, () => call(url, { question, untilMs, latencies })));
  const seconds = (performance.now() - startedMs) / 1_000;
  latencies.sort((one, other) => one - other);
  const at = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
  const { length } = latencies;
  return { answers: length, perSecond: length / seconds, leastMs: at(0), p50Ms: at(0.5), p99Ms: at(0.99) };
}

interface Caller {
  readonly question: () => string;
  readonly untilMs: number;
  readonly latencies: number[];
}

function call(url: URL, { question, untilMs, latencies }: Caller): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(url.port), url.hostname);
    let askedMs = 0;
    let missing = 0;
    let text = '';
    const next = () => {
      askedMs = performance.now();
      if (askedMs >= untilMs) socket.end();
      else socket.write(question());
    };
    socket
      .setNoDelay(true)
      .on('connect', next)
      .on('error', reject)
      .on('close', () => resolve());
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (missing > 0) missing -= data.length;
      else {
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        missing = Number(/content-length: (\d+)/i.exec(text)?.[1]) - (text.length - end - 4);
      }
      if (missing > 0) return;
      if (!text.startsWith('HTTP/1.1 200') || text.includes('"errors"')) reject(new Error(text.slice(0, 600)));
      text = '';
      latencies.push(performance.now() - askedMs);
      next();
    });
  });
}

/** The middle one; of an even number the higher of both. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/** One row of a table: a name and right-aligned figures. */
export function line(name: string, figures: readonly number[]): string {
  const shown = figures.map((figure) => figure.toFixed(Math.abs(figure) < 100 ? 2 : 0).padStart(11));
  return [name.padEnd(34), ...shown].join('');
}
