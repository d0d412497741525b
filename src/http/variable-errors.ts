// Variables that do not coerce, as errors that say where: `requests[17].leverage`, what was found, and what is allowed there.
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
  validateInputValue,
} from 'graphql';

/** Errors are named one by one, but a wholly wrong body of a thousand entries need not be answered with a thousand. */
const MOST = 20;
const MESSAGE = 300;

/** What was to be executed. */
export interface Asked {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: unknown;
}

/** The errors of the variables of `asked`, at most 20, in the order of their definitions; empty when all of them coerce. */
export function variableErrors({ schema, document, operationName, variableValues }: Asked): readonly GraphQLError[] {
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(variableValues ?? {}));
  const errors: GraphQLError[] = [];
  for (const definition of getOperationAST(document, operationName)?.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) continue;
    if (!given.has(name) && (definition.defaultValue !== undefined || !isNonNullType(type))) continue;
    validateInputValue(given.get(name), type, (error, path) => {
      const found = given.has(name) ? error.message : 'the variable was not provided';
      if (errors.length < MOST) errors.push(variableError({ definition, type, path, found }));
    });
  }
  return errors;
}

function variableError(wrong: {
  readonly definition: VariableDefinitionNode;
  readonly type: GraphQLInputType;
  readonly path: readonly (string | number)[];
  readonly found: string;
}): GraphQLError {
  const field = wrong.definition.variable.name.value + wrong.path.map(step).join('');
  const found = wrong.found.length > MESSAGE ? `${wrong.found.slice(0, MESSAGE)}...` : wrong.found;
  const allowed = allowedAt(wrong.type, wrong.path);
  return new GraphQLError(`${field}: ${found}; allowed: ${allowed}`, {
    nodes: wrong.definition,
    extensions: { code: 'BAD_USER_INPUT', field, allowed, http: { status: 400, spec: true } },
  });
}

const step = (key: string | number) => (typeof key === 'number' ? `[${key}]` : `.${key}`);

/** What may stand at `path` below a value of `type`, in words. */
function allowedAt(type: GraphQLInputType, path: readonly (string | number)[]): string {
  let at = type;
  for (const key of path) {
    const bare = isNonNullType(at) ? at.ofType : at;
    if (isListType(bare)) at = bare.ofType;
    else if (isInputObjectType(bare)) at = bare.getFields()[String(key)]?.type ?? at;
  }
  const named = getNamedType(at);
  const words = isEnumType(named)
    ? ` (${named
        .getValues()
        .map(({ name }) => name)
        .join(', ')})`
    : '';
  const fields = isInputObjectType(named) ? ` with the fields ${Object.keys(named.getFields()).join(', ')}` : '';
  return `${at}${words}${fields}`;
}
