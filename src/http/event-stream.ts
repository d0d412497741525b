// Subscriptions over server-sent events, each event written when the one before it has left. A reader that does not read holds up its own stream
// alone: its next event is not even made, and after a minute it is cut off. The stream is the `distinct connections` mode of GraphQL over SSE.
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Clock } from '#domain/time.ts';

/** Something is written at least this often, so that a connection that died is noticed on both ends. */
const HEARTBEAT_MS = 10_000;
/** How long a reader may leave unread what was written to it. */
const PATIENCE_MS = 60_000;
/** When the service ends, a reader gets this long to read the last words. */
const LAST_WORDS_MS = 1_000;
/** The most streams at a time. */
export const MOST_STREAMS = 1_000;

export interface EventStreams {
  /** How many are open. */
  readonly size: number;
  /** Writes `events` to `response` until one of them ends; resolves then. `toResult` makes of a result what may leave. */
  write(
    response: ServerResponse,
    events: AsyncIterator<ExecutionResult, unknown, unknown> | Iterator<ExecutionResult, unknown, unknown>,
    toResult: (result: ExecutionResult) => unknown,
  ): Promise<void>;
  /** Ends them all, now and from now on. */
  end(): void;
}

export function openEventStreams(clock: Clock): EventStreams {
  const open = new Map<ServerResponse, () => void>();
  let ended = false;
  let lastTurn = Promise.resolve();
  /** One event of all streams together for each turn of the loop: thousands of decisions at once must not keep a bot's question waiting. */
  const turn = () => {
    lastTurn = lastTurn.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    return lastTurn;
  };
  return {
    get size() {
      return open.size;
    },
    write: async (response, events, toResult) => {
      const over = new AbortController();
      const finish = () => {
        over.abort();
        void events.return?.();
      };
      response.once('close', finish);
      // A reader that goes while something is written to it is no error of ours.
      response.on('error', finish);
      open.set(response, finish);
      if (ended || response.destroyed) finish();
      void keepAlive(response, clock, over.signal);
      try {
        response.writeHead(200, HEAD);
        response.write(':\n\n');
        for (let next = await events.next(); next.done !== true; next = await events.next()) {
          const text = JSON.stringify(toResult(next.value));
          if (!response.write(`event: next\ndata: ${text}\n\n`)) await drained(response, over.signal);
          await turn();
        }
      } finally {
        finish();
        open.delete(response);
        lastWords(response, clock);
      }
    },
    end: () => {
      ended = true;
      for (const finish of open.values()) finish();
    },
  };
}

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** Resolves when what was written has left, or when `signal` aborts. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go);
      signal.removeEventListener('abort', go);
      resolve();
    };
    if (signal.aborted) return resolve();
    response.once('drain', go);
    signal.addEventListener('abort', go);
  });
}

async function keepAlive(response: ServerResponse, clock: Clock, signal: AbortSignal): Promise<void> {
  let unreadMs = 0;
  for (;;) {
    await clock.sleep(HEARTBEAT_MS, signal);
    if (signal.aborted) return;
    unreadMs = response.writableNeedDrain ? unreadMs + HEARTBEAT_MS : 0;
    if (unreadMs >= PATIENCE_MS) response.destroy();
    else if (unreadMs === 0) response.write(':\n\n');
  }
}

function lastWords(response: ServerResponse, clock: Clock): void {
  if (response.destroyed) return;
  const read = new AbortController();
  response.once('close', () => read.abort());
  response.once('finish', () => read.abort());
  void clock.sleep(LAST_WORDS_MS, read.signal).then(() => {
    if (!response.writableFinished) response.destroy();
  });
  response.end('event: complete\ndata:\n\n');
}
