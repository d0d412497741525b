// The GraphQL endpoint: yoga, lean, and a quick way past it for operations it has executed before. Every limit and every error's shape is
// decided in the plugins of this file, in the order they stand; the quick way leads only where none of them had anything to say.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, processRegularResult } from 'graphql-yoga';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import { buildSchema, type Caller, type Doors, openContext, type StudyDefaults } from '#graphql/schema.ts';
import { acceptedType } from './accepted-type.ts';
import { refuse } from './answer.ts';
import { openDocumentCache } from './document-cache.ts';
import { parseWithinLimits } from './document-limits.ts';
import { MOST_STREAMS, openEventStreams } from './event-stream.ts';
import { openKnownOperations } from './known-operations.ts';
import { outwardError } from './outward-error.ts';
import { readQuestion } from './question.ts';
import { readSubscription, subscribeTo, takesEvents } from './subscription.ts';
import { variableErrors } from './variable-errors.ts';

/** One request at `/graphql`. */
export interface GraphQLExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
  /** Of a POST: within its limit, declared as JSON. */
  readonly body?: Buffer;
}

export interface GraphQLEndpoint {
  answer(exchange: GraphQLExchange): Promise<void>;
  /** Ends every subscription, now and from now on: they would never end by themselves. */
  endStreams(): void;
  /** How many subscriptions are open. */
  streams(): number;
}

/** Told of the code of every error that leaves. */
export type OnError = (code: string) => void;

export function openGraphQLEndpoint(options: {
  readonly doors: Doors;
  readonly studyDefaults: StudyDefaults;
  readonly log: Log;
  readonly onError: OnError;
  readonly clock: Clock;
}): GraphQLEndpoint {
  const { doors, studyDefaults, log, onError, clock } = options;
  const streams = openEventStreams(clock);
  const schema = buildSchema();
  const documents = openDocumentCache();
  const known = openKnownOperations(schema, documents);
  const yoga = createYoga<{ readonly caller: Caller }>({
    schema,
    context: ({ caller }) => openContext(doors, studyDefaults, caller),
    plugins: [limitDocuments(), nameVariables(schema), countErrors(onError), known.plugin],
    maskedErrors: { maskError: (error) => outwardError(error, log) },
    parserAndValidationCache: { documentCache: documents, errorCache: NO_CACHE },
    logging: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    maxRequestBodySize: false,
    batching: false,
  });
  /** Whether it answered; if not, nothing has been executed or sent. */
  const answerQuickly = async ({ request, response, caller, body }: GraphQLExchange): Promise<boolean> => {
    if (body === undefined || request.url !== '/graphql') return false;
    const type = acceptedType(request.headers.accept);
    const question = type && readQuestion(body);
    const result = question && (await known.execute(question, openContext(doors, studyDefaults, caller)));
    if (type === undefined || result === undefined) return false;
    if (result.errors === undefined) {
      send(response, { status: 200, type: `${type}; charset=utf-8`, text: JSON.stringify(result) });
      return true;
    }
    const errors = result.errors.map((error) => outwardError(error, log));
    countEach(errors, onError);
    const answer = processRegularResult({ ...result, errors }, yoga.fetchAPI, type);
    const text = await answer.text();
    send(response, { status: answer.status, type: answer.headers.get('content-type') ?? type, text });
    return true;
  };
  const outward = (result: ExecutionResult) => {
    if (result.errors === undefined) return result;
    const errors = result.errors.map((error) => outwardError(error, log));
    countEach(errors, onError);
    return { ...result, errors };
  };
  /** Whether it was a subscription and is over. */
  const answerEvents = async ({ request, response, caller, body }: GraphQLExchange): Promise<boolean> => {
    if (!takesEvents(request)) return false;
    const asked = readSubscription(request, body, { schema, documents });
    if (asked === undefined) return false;
    if (streams.size >= MOST_STREAMS) {
      const allowed = `at most ${MOST_STREAMS}`;
      const message = 'there are as many subscriptions as this service holds';
      refuse(response, { status: 503, code: 'LIMIT_EXCEEDED', message, field: 'subscriptions', allowed });
      return true;
    }
    const events = await subscribeTo(asked, { schema, context: openContext(doors, studyDefaults, caller) });
    const iterator = Symbol.asyncIterator in events ? events : [events].values();
    await streams.write(response, iterator, outward);
    return true;
  };
  return {
    endStreams: () => streams.end(),
    streams: () => streams.size,
    answer: async (exchange) => {
      if ((await answerQuickly(exchange)) || (await answerEvents(exchange))) return;
      const { request, response, caller, body } = exchange;
      // The library builds a URL from this header; what a caller writes there is no concern of GraphQL's.
      request.headers.host = 'localhost';
      if (body !== undefined) {
        // The type was judged at the door, where capitals do not count.
        request.headers['content-type'] = 'application/json';
        // As a stream: the library counts the letters of a text by listing their positions.
        Object.assign(request, { body: Readable.from([body]) });
      }
      await yoga(request, response, { caller });
    },
  };
}

function send(
  response: ServerResponse,
  answer: { readonly status: number; readonly type: string; readonly text: string },
): void {
  if (response.destroyed) return;
  // Head and body of a text leave in one piece; a buffer would be a second one.
  response.writeHead(answer.status, { 'content-type': answer.type, 'content-length': Buffer.byteLength(answer.text) });
  response.end(answer.text);
}

/** Refused texts are parsed again when sent again: remembering them would let anyone fill the memory. */
const NO_CACHE = { get: () => undefined, set: () => {} };

function limitDocuments(): Plugin {
  return {
    onParse: ({ setParseFn }) => {
      setParseFn((source) => parseWithinLimits(typeof source === 'string' ? source : source.body));
    },
  };
}

/** Gives the errors of variables their field and what is allowed there; costs nothing while there are none. */
function nameVariables(schema: GraphQLSchema): Plugin {
  return {
    onExecute: ({ args }) => ({
      onExecuteDone: ({ result, setResult }) => {
        if (!('errors' in result) || result.errors === undefined || result.data !== undefined) return;
        const errors = variableErrors({
          schema,
          document: args.document,
          operationName: args.operationName,
          variableValues: args.variableValues,
        });
        if (errors.length > 0) setResult({ errors });
      },
    }),
  };
}

function countErrors(onError: OnError): Plugin {
  return {
    onResultProcess: ({ result }) => {
      if ('errors' in result) countEach(result.errors ?? [], onError);
    },
  };
}

function countEach(errors: readonly GraphQLError[], onError: OnError): void {
  for (const { extensions } of errors) onError(String(extensions?.code ?? 'BAD_USER_INPUT'));
}
