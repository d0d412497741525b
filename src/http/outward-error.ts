// What a caller sees of a failure: Faults in their own words, GraphQL's own errors as they are, everything else masked and logged once with its cause.
import { GraphQLError } from 'graphql';
import { Fault, type FaultCode } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';

/** The spoken code of a Fault; the contract's list is shorter than the domain's. */
export function spokenCode(code: FaultCode): string {
  return code === 'NOT_FOUND' || code === 'UNUSABLE_INPUT' ? 'BAD_USER_INPUT' : code;
}

/** The error to answer with instead of `error`. Says nothing of what is inside unless it was written for callers. */
export function outwardError(error: unknown, log: Log): GraphQLError {
  const cause = originOf(error);
  const at = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};
  if (cause instanceof Fault) {
    const { field, allowed } = cause;
    return new GraphQLError(cause.message, { ...at, extensions: { code: spokenCode(cause.code), field, allowed } });
  }
  if (cause instanceof GraphQLError && error instanceof GraphQLError) return withCode(error, cause);
  log.error({ err: cause, path: at.path }, 'a request failed for a reason of our own');
  const http = at.path === undefined ? { http: { status: 500 } } : {};
  return new GraphQLError('Internal server error', { ...at, extensions: { code: 'INTERNAL_SERVER_ERROR', ...http } });
}

/** The innermost of the errors that GraphQL wrapped around one another. */
function originOf(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError !== undefined) at = at.originalError;
  return at;
}

const SPOKEN = new Set([
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'LIMIT_EXCEEDED',
]);

/** What is refused before there is a document to point into is wrong with the request as a whole. */
const REQUEST_ALLOWED = 'a JSON object: {"query": "...", "variables": {...}, "operationName": "..."}';

/** A GraphQL error with a code of the contract: what the libraries call BAD_REQUEST, or do not name, is the caller's input. */
function withCode(error: GraphQLError, origin: GraphQLError): GraphQLError {
  const { code, http } = origin.extensions;
  const isOfRequest = error.path === undefined && error.locations === undefined;
  const field = origin.extensions.field ?? (isOfRequest ? 'body' : undefined);
  const allowed = origin.extensions.allowed ?? (isOfRequest ? REQUEST_ALLOWED : undefined);
  const isSpoken = typeof code === 'string' && SPOKEN.has(code);
  if (isSpoken && error === origin) return error;
  return new GraphQLError(origin.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    extensions: {
      code: isSpoken ? code : 'BAD_USER_INPUT',
      field,
      allowed,
      // Without its `spec` mark the status holds for every media type: a body that is no request was never a GraphQL answer.
      ...(http?.status === undefined ? {} : { http: { status: http.status, headers: http.headers ?? {} } }),
    },
  });
}
