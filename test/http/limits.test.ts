// Limits on everything a caller can make large, each refused by its name while the service goes on.

import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestFront, type TestFront } from './front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront();
});
afterAll(() => front.server.close());

/** A document whose fields nest `depth` deep; odd depths from 3. */
const nested = (depth: number) => {
  const turns = (depth - 3) / 2;
  return `{ ensembleDecisions { nodes { ${'signals { decision { '.repeat(turns)}id${' } }'.repeat(turns)} } } }`;
};
const refusal = (field: string) => ({ code: 'LIMIT_EXCEEDED', field, allowed: expect.stringContaining('at most') });

async function codes(query: string): Promise<unknown[]> {
  const { errors } = await front.ask(query);
  return errors.map(({ extensions }) => extensions);
}

async function send(body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(`${front.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });
  const answer = (await response.json()) as { errors?: { extensions: Record<string, unknown> }[]; data?: unknown };
  return { status: response.status, extensions: answer.errors?.[0]?.extensions, data: answer.data };
}

describe('documents', () => {
  it('may nest 15 deep and no deeper, spread fragments included', async () => {
    expect(await codes(nested(15))).toEqual([]);
    expect(await codes(nested(17))).toEqual([refusal('depth')]);
    expect(await codes(`{ ${'a { '.repeat(15)} a ${'} '.repeat(15)} }`)).toEqual([refusal('depth')]);
    const fragments = Array.from(
      { length: 6 },
      (_, index) =>
        `fragment F${index} on Signal { decision { signals { ${index < 5 ? `...F${index + 1}` : 'id'} } } }`,
    );
    expect(await codes(`{ signal(id: "1") { ...F0 } } ${fragments.slice(0, 6).join(' ')}`)).toEqual([]);
    const deeper = fragments.map((one) =>
      one.replace('signals {', 'signals { decision { signals {').replace(/\}$/, '} } }'),
    );
    expect(await codes(`{ signal(id: "1") { ...F0 } } ${deeper.join(' ')}`)).toEqual([refusal('depth')]);
  });

  it('may use 100 aliases and no more, counted as often as a fragment is spread', async () => {
    const aliases = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ');
    expect(await codes(`{ ${aliases(100)} }`)).toEqual([]);
    expect(await codes(`{ ${aliases(101)} }`)).toEqual([refusal('aliases')]);
    const spread = `{ ...A ...B } fragment A on Query { ...C ...C } fragment B on Query { ...C } fragment C on Query { ${aliases(34)} }`;
    expect(await codes(spread)).toEqual([refusal('aliases')]);
  });

  it('may hold 10,000 tokens and no more', async () => {
    expect(await codes(`{ ${'__typename '.repeat(9_998)} }`)).not.toEqual([refusal('tokens')]);
    expect(await codes(`{ ${'__typename '.repeat(9_999)} }`)).toEqual([refusal('tokens')]);
  });

  it.each([
    ['brackets', `{ a(x: ${'['.repeat(9_000)}`],
    ['selections', '{ a'.repeat(4_900)],
  ])('of nothing but %s are refused, not overflowed', async (_what, query) => {
    expect(await codes(query)).toEqual([refusal('depth')]);
    expect(front.log.lines).toEqual([]);
  });

  it('that reach themselves are refused by validation', async () => {
    expect(await codes('{ ...A } fragment A on Query { ...A }')).toEqual([{ code: 'GRAPHQL_VALIDATION_FAILED' }]);
  });

  it('of introspection fit, as GraphiQL and code generators send them', async () => {
    const full = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, oneOf: true });
    expect(await codes(full)).toEqual([]);
  });

  it('with repeated directives are refused', async () => {
    expect(await codes(`{ __typename ${'@skip(if: false) '.repeat(10)} }`)).not.toEqual([]);
  });
});

describe('bodies', () => {
  it('may hold 1 MiB and no more, declared or not', async () => {
    const large = (bytes: number) => {
      const body = JSON.stringify({ query: '{ __typename }', variables: { filler: '' } });
      return body.replace('""', `"${'x'.repeat(bytes - body.length)}"`);
    };
    const chunked = (text: string) => new Blob([text]).stream();
    expect(await send(large(1_048_576))).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    expect(await send(chunked(large(1_048_576)))).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    for (const body of [large(1_048_577), chunked(large(1_048_577)), large(10_000_000), chunked(large(10_000_000))]) {
      expect(await send(body)).toMatchObject({ status: 413, extensions: refusal('body') });
    }
  });

  it.each([
    '',
    ' ',
    '{',
    '{"query":',
    'null',
    '5',
    '"{ __typename }"',
    '[]',
    '{}',
    '{"query":7}',
    '{"query":"{ __typename }","variables":[]}',
    '\u0000',
  ])('that are no request (%j) are 400 in JSON', async (body) => {
    expect(await send(body)).toMatchObject({ status: 400, extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('are one operation: no batches', async () => {
    const one = { query: '{ __typename }' };
    expect(await send(JSON.stringify([one, one]))).toMatchObject({
      status: 400,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/jsonx',
  ])('are JSON, so that no web page can send one: %s is refused', async (type) => {
    const body = JSON.stringify({ query: 'mutation { recordTrades(trades: []) { recorded } }' });
    expect(await send(body, { 'content-type': type })).toMatchObject({ status: 415 });
    expect(front.memory.recorded).toEqual([]);
  });
});

describe('GET', () => {
  const get = (query: string) => fetch(`${front.url}/graphql?query=${encodeURIComponent(query)}`);

  it('asks, and never tells', async () => {
    expect(await (await get('{ __typename }')).json()).toEqual({ data: { __typename: 'Query' } });
    const told = await get('mutation { recordTrades(trades: []) { recorded } }');
    expect(told.status).toBe(405);
    expect(told.headers.get('access-control-allow-origin')).toBeNull();
  });
});
