// A GraphQL request as it is posted. Only what is beyond doubt is a question; what is wrong with anything else is yoga's to say.

export interface Question {
  readonly query: string;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

const MEMBERS = new Set(['query', 'operationName', 'variables', 'extensions']);

/** The question of a body in JSON; undefined when it is not an object of these members with their types, and nothing beside. */
export function readQuestion(body: Buffer): Question | undefined {
  const asked = parsed(body);
  if (!isObject(asked)) return undefined;
  for (const name of Object.keys(asked)) if (!MEMBERS.has(name)) return undefined;
  const { query, operationName, variables, extensions } = asked;
  if (typeof query !== 'string') return undefined;
  if (typeof operationName !== 'string' && !isAbsent(operationName)) return undefined;
  if (!isObject(variables) && !isAbsent(variables)) return undefined;
  if (!isObject(extensions) && !isAbsent(extensions)) return undefined;
  return { query, operationName, variables };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
