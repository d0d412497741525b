// Subscriptions over server-sent events that outlive their connections: a stream that breaks, or ends because the gateway does, is asked for anew.
import { createClient, NetworkError } from 'graphql-sse';
import pRetry from 'p-retry';
import { type AnswerError, errorOf, ParamgateError } from './client-error.ts';
import { type Front, mayPass, type Question } from './front.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/**
 * The data of each event, in order, until `isLast` says so or the signal aborts. What happens between two connections is not told: the
 * first event of `exitParamsChanged` and `searchProgress` is the state as it then is, `decisionMade` goes on with the next one.
 * Throws a ParamgateError when the gateway refuses the subscription.
 */
export async function* stream(
  front: Front,
  question: Omit<Question, 'repeatable'>,
  isLast: (data: unknown) => boolean,
): AsyncGenerator<unknown, void, undefined> {
  const { signal } = question;
  for (;;) {
    // A connection counts as made with its first event: before it, waits between attempts grow.
    const connection = await pRetry(() => connected(front, question), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: FIRST_WAIT_MS,
      maxTimeout: LONGEST_WAIT_MS,
      randomize: true,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => error instanceof ParamgateError && mayPass(error),
    });
    try {
      for (let next = connection.first; next !== undefined; next = await connection.next()) {
        yield next;
        if (isLast(next)) return;
      }
    } catch (error) {
      if (!(error instanceof ParamgateError && mayPass(error))) throw error;
    } finally {
      connection.close();
    }
    signal?.throwIfAborted();
  }
}

interface Connection {
  readonly first: unknown;
  /** The next event's data; undefined at the end. */
  next(): Promise<unknown>;
  close(): void;
}

async function connected(
  front: Front,
  { query, variables, signal }: Omit<Question, 'repeatable'>,
): Promise<Connection> {
  signal?.throwIfAborted();
  const client = createClient({
    url: front.url,
    headers: { ...front.headers },
    fetchFn: front.fetch,
    retryAttempts: 0,
  });
  const close = () => {
    signal?.removeEventListener('abort', close);
    client.dispose();
  };
  signal?.addEventListener('abort', close);
  const events = client.iterate({ query, variables: variables as Record<string, unknown> });
  const next = async () => {
    try {
      const event = await events.next();
      signal?.throwIfAborted();
      if (event.done === true) return undefined;
      const { data, errors } = event.value;
      if (data === null || data === undefined) throw errorOf((errors ?? []) as readonly AnswerError[]);
      return data;
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof ParamgateError ? error : brokenWay(front, error);
    }
  };
  try {
    const first = await next();
    if (first === undefined) throw brokenWay(front, new Error('the stream ended before its first event'));
    return { first, next, close };
  } catch (error) {
    close();
    throw error;
  }
}

function brokenWay(front: Front, error: unknown): ParamgateError {
  const status = error instanceof NetworkError ? error.response?.status : undefined;
  const told = error instanceof Error ? error.message : String(error);
  if (status === undefined)
    return new ParamgateError(`${front.url} cannot be followed: ${told}`, { code: 'UNREACHABLE', cause: error });
  const code = status === 401 ? 'UNAUTHENTICATED' : 'BAD_ANSWER';
  return new ParamgateError(`${front.url} refused the subscription: HTTP ${status}`, { code, status });
}
