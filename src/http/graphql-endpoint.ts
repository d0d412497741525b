// The GraphQL endpoint: yoga, lean. Every limit and every error's shape is decided in the plugins of this file, in the order they stand.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Log } from '#domain/log.ts';
import { buildSchema, type Caller, type Doors, openContext, type StudyDefaults } from '#graphql/schema.ts';
import { openDocumentCache } from './document-cache.ts';
import { parseWithinLimits } from './document-limits.ts';
import { outwardError } from './outward-error.ts';
import { variableErrors } from './variable-errors.ts';

export interface GraphQLEndpoint {
  /** Answers one request at `/graphql` for `caller`. The body is within its limit and declared as JSON. */
  answer(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void>;
}

/** Told of the code of every error that leaves. */
export type OnError = (code: string) => void;

export function openGraphQLEndpoint(options: {
  readonly doors: Doors;
  readonly studyDefaults: StudyDefaults;
  readonly log: Log;
  readonly onError: OnError;
}): GraphQLEndpoint {
  const { doors, studyDefaults, log, onError } = options;
  const schema = buildSchema();
  const yoga = createYoga<{ readonly caller: Caller }>({
    schema,
    context: ({ caller }) => openContext(doors, studyDefaults, caller),
    plugins: [limitDocuments(), nameVariables(schema), countErrors(onError)],
    maskedErrors: { maskError: (error) => outwardError(error, log) },
    parserAndValidationCache: { documentCache: openDocumentCache(), errorCache: NO_CACHE },
    logging: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    maxRequestBodySize: false,
    batching: false,
  });
  return {
    answer: async (request, response, caller) => {
      // The library builds a URL from this header; what a caller writes there is no concern of GraphQL's.
      request.headers.host = 'localhost';
      await yoga(request, response, { caller });
    },
  };
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
      if (!('errors' in result)) return;
      for (const { extensions } of result.errors ?? []) onError(String(extensions?.code ?? 'BAD_USER_INPUT'));
    },
  };
}
