// Documents that yoga has parsed, found within the limits, valid, and executed once: their operations may be executed again without asking it.
import { type DocumentNode, type ExecutionResult, type GraphQLSchema, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { DocumentCache } from './document-cache.ts';
import type { Question } from './question.ts';

export interface KnownOperations {
  /** Learns from every execution of yoga: the document, and the executor it was handed to. */
  readonly plugin: Plugin;
  /**
   * The result of a known query or mutation, its errors as they arose. undefined when it was not executed, because it is not known, names
   * no operation, is a subscription, or its variables do not coerce: nothing has happened then, and yoga can be asked.
   */
  execute(question: Question, context: object): Promise<ExecutionResult | undefined>;
}

type Execute = (args: {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly contextValue: object;
  readonly variableValues: Question['variables'];
  readonly operationName: Question['operationName'];
}) => unknown;

/** Known is what `documents` still holds: what it forgets is forgotten here. */
export function openKnownOperations(schema: GraphQLSchema, documents: DocumentCache): KnownOperations {
  const executors = new WeakMap<DocumentNode, Execute>();
  return {
    plugin: {
      onExecute: ({ args, executeFn }) => {
        executors.set(args.document, executeFn);
      },
    },
    execute: async ({ query, operationName, variables }, contextValue) => {
      const document = documents.get(query);
      const execute = document && executors.get(document);
      if (document === undefined || execute === undefined) return undefined;
      const operation = getOperationAST(document, operationName);
      if (operation === null || operation === undefined || operation.operation === 'subscription') return undefined;
      const result = await execute({ schema, document, contextValue, variableValues: variables, operationName });
      if (isAsyncIterable(result) || !isResult(result))
        throw new Error('an operation was answered with more than a result');
      return result.data === undefined ? undefined : result;
    },
  };
}

function isResult(value: unknown): value is ExecutionResult {
  return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
}
