// What is known, and what is left to yoga: nothing that it has not executed before, no subscription, nothing whose variables do not coerce.
import { buildSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { beforeEach, expect, it } from 'vitest';
import { openDocumentCache } from '#http/document-cache.ts';
import { type KnownOperations, openKnownOperations } from '#http/known-operations.ts';

const TEXT = 'query Q($n: Int!) { twice(n: $n) } query R { twice(n: 1) } subscription S { ticks }';

let known: KnownOperations;
let asked: unknown[];
let askYoga: (query: string, operationName: string) => Promise<unknown>;
beforeEach(() => {
  asked = [];
  const schema = buildSchema('type Query { twice(n: Int!): Int } type Subscription { ticks: Int }');
  const twice = schema.getQueryType()?.getFields().twice;
  if (twice === undefined) throw new Error('the schema has lost its field');
  twice.resolve = (_root, { n }, context) => {
    asked.push(context);
    return n * 2;
  };
  const documents = openDocumentCache();
  known = openKnownOperations(schema, documents);
  const yoga = createYoga({
    schema,
    plugins: [known.plugin],
    parserAndValidationCache: { documentCache: documents },
    logging: false,
  });
  askYoga = async (query, operationName) => {
    const body = JSON.stringify({ query, operationName, variables: { n: 2 } });
    const headers = { 'content-type': 'application/json' };
    return (await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body })).json();
  };
});

const ask = (operationName: string | null, variables: Record<string, unknown> | null = { n: 21 }, query = TEXT) =>
  known.execute({ query, operationName, variables }, { whose: 'this request’s' });

it('is nothing at first', async () => {
  expect(await ask('Q')).toBeUndefined();
  expect(asked).toEqual([]);
});

it('is every query of a document of which yoga has executed one, in its own context', async () => {
  expect(await askYoga(TEXT, 'Q')).toEqual({ data: { twice: 4 } });
  asked.length = 0;
  expect(await ask('Q')).toEqual({ data: { twice: 42 } });
  expect(await ask('R', null)).toEqual({ data: { twice: 2 } });
  expect(asked).toEqual([{ whose: 'this request’s' }, { whose: 'this request’s' }]);
});

it.each([
  ['a subscription', 'S', {}],
  ['no name among several', null, {}],
  ['an unknown name', 'T', {}],
  ['no name at all', '', {}],
  ['a missing variable', 'Q', {}],
  ['no variables', 'Q', null],
  ['a variable that does not coerce', 'Q', { n: 'two' }],
])('leaves %s to yoga, and executes nothing', async (_what, name, variables) => {
  await askYoga(TEXT, 'Q');
  asked.length = 0;
  expect(await ask(name, variables)).toBeUndefined();
  expect(asked).toEqual([]);
});

it('is not what yoga refused', async () => {
  const refused = 'query Q { nope }';
  expect(await askYoga(refused, 'Q')).toMatchObject({ errors: [{}] });
  expect(await ask('Q', {}, refused)).toBeUndefined();
});

it('is forgotten with its document', async () => {
  await askYoga(TEXT, 'Q');
  for (let index = 0; index < 20; index += 1)
    await askYoga(`query Q { twice(n: 1) } #${index}${'x'.repeat(16_000)}`, 'Q');
  expect(await ask('Q')).toBeUndefined();
});
