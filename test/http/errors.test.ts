// What a caller sees when something fails: its code, its field, and nothing of what is inside.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Fault, type FaultCode } from '#domain/fault.ts';
import { openTestFront, type TestFront } from './front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront();
});
afterEach(() => {
  front.memory.failure = undefined;
  front.log.lines.length = 0;
});
afterAll(() => front.server.close());

const BINS = '{ leverageBins { label } }';

describe('faults', () => {
  it.each<[FaultCode, string]>([
    ['HUB_UNAVAILABLE', 'HUB_UNAVAILABLE'],
    ['JOURNAL_UNAVAILABLE', 'JOURNAL_UNAVAILABLE'],
    ['INTAKE_OFF', 'INTAKE_OFF'],
    ['FORBIDDEN', 'FORBIDDEN'],
    ['BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['NOT_FOUND', 'BAD_USER_INPUT'],
    ['UNUSABLE_INPUT', 'BAD_USER_INPUT'],
  ])('%s is said as %s, with its words', async (code, spoken) => {
    front.memory.failure = new Fault(code, 'what was wrong', { field: 'x', allowed: 'y', cause: new Error('secret') });
    const { status, data, errors } = await front.ask(BINS);
    expect([status, data]).toEqual([200, null]);
    expect(errors).toEqual([
      {
        message: 'what was wrong',
        locations: [{ line: 1, column: 3 }],
        path: ['leverageBins'],
        extensions: { code: spoken, field: 'x', allowed: 'y' },
      },
    ]);
    expect(front.log.lines).toEqual([]);
  });
});

describe('broken invariants', () => {
  it.each([new Error('secret at /home/x'), 'secret', null, { secret: 1 }, new RangeError('secret')])(
    'are masked and logged once with their cause: %s',
    async (failure) => {
      front.memory.failure = failure;
      const { errors } = await front.ask(`{ exitParams(pair: "BTC/USDT", leverage: 3) { pair } }`);
      expect(errors).toEqual([
        {
          message: 'Internal server error',
          locations: [{ line: 1, column: 3 }],
          path: ['exitParams'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ]);
      expect(front.log.lines.map(({ level, fields }) => [level, fields.path])).toEqual([['error', ['exitParams']]]);
      if (failure instanceof Error) expect(front.log.lines[0]?.fields.err).toBe(failure);
    },
  );
});

describe('documents', () => {
  it('that cannot be read are GRAPHQL_PARSE_FAILED, those that fit no schema GRAPHQL_VALIDATION_FAILED', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await front.ask('{')).errors.map(({ extensions }) => extensions)).toEqual([
        { code: 'GRAPHQL_PARSE_FAILED' },
      ]);
      expect((await front.ask('{ nope }')).errors.map(({ extensions }) => extensions)).toEqual([
        { code: 'GRAPHQL_VALIDATION_FAILED' },
      ]);
    }
  });

  it('without the operation asked for are the caller’s mistake', async () => {
    const { status, errors } = await front.ask('query A { __typename } query B { __typename }');
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('variables', () => {
  it('are named one by one, at most 20, without echoing much', async () => {
    const requests = Array.from({ length: 100 }, () => ({ pair: 'x'.repeat(5_000), leverage: 'y'.repeat(5_000) }));
    const { errors } = await front.ask(
      'query ($requests: [ExitParamsRequest!]!) { exitParamsBatch(requests: $requests) { pair } }',
      { requests },
    );
    expect(errors.map(({ extensions }) => extensions.field)).toEqual(
      Array.from({ length: 20 }, (_, index) => `requests[${index}].leverage`),
    );
    for (const { message } of errors) expect(message.length).toBeLessThan(400);
  });

  it.each([{ __proto__: null, requests: 5 }, { requests: [null] }, { requests: null }, {}])('%j', async (variables) => {
    const { errors } = await front.ask(
      'query ($requests: [ExitParamsRequest!]!) { exitParamsBatch(requests: $requests) { pair } }',
      variables,
    );
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0]?.extensions.field).toMatch(/^requests/);
  });
});
