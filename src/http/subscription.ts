// Subscriptions are executed here and not by the library, whose streams keep a timer for each reader that went away while it did not read.
import type { IncomingMessage } from 'node:http';
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  subscribe,
  validate,
} from 'graphql';
import type { Context } from '#graphql/schema.ts';
import type { DocumentCache } from './document-cache.ts';
import { parseWithinLimits } from './document-limits.ts';
import { type Question, readQuestion } from './question.ts';
import { variableErrors } from './variable-errors.ts';

/** A subscription that was asked for, found within the limits. */
export interface Asked {
  readonly document: DocumentNode;
  readonly question: Question;
}

/** Whether a caller takes server-sent events. */
export function takesEvents({ headers: { accept } }: IncomingMessage): boolean {
  return (accept ?? '').split(',').some((range) => /^\s*text\/(event-stream|\*)\s*(;|$)/i.test(range));
}

/** The valid subscription in a request; undefined when it is none, or what is wrong with it is for the library to say. */
export function readSubscription(
  { url, method }: IncomingMessage,
  body: Buffer | undefined,
  { schema, documents }: { readonly schema: GraphQLSchema; readonly documents: DocumentCache },
): Asked | undefined {
  const question = body === undefined ? (method === 'GET' ? questionOf(url) : undefined) : maybe(body);
  if (question === undefined) return undefined;
  try {
    const document = documents.get(question.query) ?? parseWithinLimits(question.query);
    const operation = getOperationAST(document, question.operationName);
    const isAsked = operation?.operation === 'subscription' && validate(schema, document).length === 0;
    return isAsked ? { document, question } : undefined;
  } catch {
    return undefined;
  }
}

/** The events of a subscription, or the errors for which there are none. */
export async function subscribeTo(
  { document, question }: Asked,
  { schema, context }: { readonly schema: GraphQLSchema; readonly context: Context },
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  const { variables, operationName } = question;
  const wrong = variableErrors({ schema, document, operationName, variableValues: variables });
  if (wrong.length > 0) return { errors: wrong };
  return subscribe({ schema, document, contextValue: context, variableValues: variables, operationName });
}

function maybe(body: Buffer): Question | undefined {
  return body.includes('subscription') ? readQuestion(body) : undefined;
}

function questionOf(url = ''): Question | undefined {
  const asked = URL.parse(url, 'http://localhost')?.searchParams;
  const query = asked?.get('query');
  if (asked === undefined || query == null || !query.includes('subscription')) return undefined;
  const { variables, operationName } = Object.fromEntries(asked);
  const body = `{"query":${JSON.stringify(query)},"operationName":${JSON.stringify(operationName ?? null)},"variables":${variables || 'null'}}`;
  return readQuestion(Buffer.from(body));
}
