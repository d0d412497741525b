// exitParams as bots ask: one door call per tick, order kept, each refusal at its own place.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestFront, type TestFront } from '../http/front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront();
});
afterAll(() => front.server.close());

const BATCH = 'query ($requests: [ExitParamsRequest!]!) { exitParamsBatch(requests: $requests) { pair leverage } }';
const requests = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ pair: 'BTC/USDT', leverage: 1 + (index % 20) }));

describe('exitParams', () => {
  it('answers every field by its spoken name', async () => {
    const { data, errors } = await front.ask(`{
      exitParams(pair: "BTC/USDT", leverage: 5, side: SHORT) {
        pair leverage side source riskCapped leverageBin winRate profitFactor avgWinPct avgLossPct totalTrades validated
        reason asOf readAt ageSeconds stale revision
        position { stopLossPct takeProfitPct } account { stopLossPct takeProfitPct }
      }
    }`);
    expect(errors).toEqual([]);
    expect(data?.exitParams).toEqual({
      pair: 'BTC/USDT',
      leverage: 5,
      side: 'SHORT',
      source: 'FALLBACK',
      position: { stopLossPct: -2, takeProfitPct: 1 },
      account: { stopLossPct: -7, takeProfitPct: 5 },
      riskCapped: true,
      leverageBin: null,
      winRate: 0.61,
      profitFactor: null,
      avgWinPct: 0.88,
      avgLossPct: null,
      totalTrades: 3548,
      validated: null,
      reason: 'no record of the pair; bin 2.5-3.5x has 0 of 5 trades',
      asOf: null,
      readAt: '2026-01-05T11:59:59.007Z',
      ageSeconds: null,
      stale: false,
      revision: 'f00d',
    });
  });

  it('gathers all questions of a request into one call of the door, each different one once', async () => {
    front.memory.answered.length = 0;
    await front.ask(
      `query ($requests: [ExitParamsRequest!]!) {
        a: exitParams(pair: "BTC/USDT", leverage: 1) { source }
        b: exitParams(pair: "BTC/USDT", leverage: 2) { source }
        c: exitParams(pair: "BTC/USDT", leverage: 1, side: null) { source }
        exitParamsBatch(requests: $requests) { source }
      }`,
      { requests: [{ pair: 'ETH/USDT', leverage: 1, side: 'LONG' }] },
    );
    expect(front.memory.answered).toEqual([
      [
        { pair: 'BTC/USDT', leverage: 1, side: undefined },
        { pair: 'BTC/USDT', leverage: 2, side: undefined },
        { pair: 'ETH/USDT', leverage: 1, side: 'LONG' },
      ],
    ]);
  });

  it.each([
    ['leverage', { pair: 'BTC/USDT', leverage: 0 }],
    ['leverage', { pair: 'BTC/USDT', leverage: -3 }],
    ['leverage', { pair: 'BTC/USDT', leverage: 1e9 }],
    ['pair', { pair: 'btc usdt', leverage: 3 }],
    ['leverage', { pair: 'BTC/USDT', leverage: '3' }],
    ['leverage', { pair: 'BTC/USDT', leverage: null }],
    ['leverage', { pair: 'BTC/USDT' }],
    ['side', { pair: 'BTC/USDT', leverage: 3, side: 'UP' }],
  ])('refuses a wrong %s by its name: %j', async (field, variables) => {
    const { data, errors } = await front.ask(
      'query ($pair: String!, $leverage: Float!, $side: Side) { exitParams(pair: $pair, leverage: $leverage, side: $side) { pair } }',
      variables,
    );
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field, allowed: expect.any(String) });
  });

  it('refuses numbers JSON cannot hold', async () => {
    const response = await fetch(`${front.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"query ($leverage: Float!) { exitParams(pair: \\"BTC/USDT\\", leverage: $leverage) { pair } }","variables":{"leverage":1e999}}',
    });
    const body = (await response.json()) as { errors: { extensions: unknown }[] };
    expect(body.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'leverage' });
  });
});

describe('exitParamsBatch', () => {
  it('keeps the order; a refused request is null with an error at its index', async () => {
    const asked = requests(20);
    asked[17] = { pair: 'BTC/USDT', leverage: 126 };
    asked[3] = { pair: 'nonsense', leverage: 1 };
    const { data, errors } = await front.ask(BATCH, { requests: asked });
    expect(data?.exitParamsBatch).toEqual(asked.map((one, index) => (index === 3 || index === 17 ? null : one)));
    expect(errors.map(({ path, extensions }) => [path, extensions.code, extensions.field])).toEqual(
      expect.arrayContaining([
        [['exitParamsBatch', 3], 'BAD_USER_INPUT', 'requests[3].pair'],
        [['exitParamsBatch', 17], 'BAD_USER_INPUT', 'requests[17].leverage'],
      ]),
    );
    expect(errors).toHaveLength(2);
  });

  it('names the entry whose type is wrong', async () => {
    const asked: unknown[] = requests(20);
    asked[17] = { pair: 'BTC/USDT', leverage: 'much' };
    const { errors } = await front.ask(BATCH, { requests: asked });
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', field: 'requests[17].leverage', allowed: 'Float!' },
    ]);
  });

  it('takes 500 entries and refuses 501 without asking the door', async () => {
    front.memory.answered.length = 0;
    const most = await front.ask(BATCH, { requests: requests(500) });
    expect(most.data?.exitParamsBatch).toHaveLength(500);
    const tooMany = await front.ask(BATCH, { requests: requests(501) });
    expect(tooMany.errors[0]).toMatchObject({
      message: 'requests: 501 entries; allowed: at most 500',
      extensions: { code: 'LIMIT_EXCEEDED', field: 'requests', allowed: 'at most 500 entries' },
    });
    expect(front.memory.answered).toHaveLength(1);
  });

  it('answers an empty list with an empty list', async () => {
    expect((await front.ask(BATCH, { requests: [] })).data).toEqual({ exitParamsBatch: [] });
  });

  it('bounds what one request may hand out in all', async () => {
    const fields = Array.from(
      { length: 100 },
      (_, index) => `a${index}: exitParamsBatch(requests: $requests) { pair }`,
    );
    const both = [...fields, 'exitParamsBatch(requests: $requests) { pair }'].join(' ');
    const asked = { requests: requests(500) };
    const { errors } = await front.ask(`query ($requests: [ExitParamsRequest!]!) { ${both} }`, asked);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['LIMIT_EXCEEDED']);
  });
});
