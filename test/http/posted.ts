// What may be posted to `/graphql`: documents, what callers accept, and random requests, right and wrong in every way that JSON allows.
import fc from 'fast-check';

export const KEYS = { bot: 'bot-key-000000001', feeder: 'feeder-key-000001', operator: 'operator-key-0001' };

export const EXIT = `query One($pair: String!, $leverage: Float! = 2, $side: Side) {
  exitParams(pair: $pair, leverage: $leverage, side: $side) { pair leverage side account { ...L } asOf readAt revision }
}
fragment L on ExitLevels { stopLossPct takeProfitPct }`;
export const RECORD =
  'mutation ($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded duplicates } }';
const KNOWABLE = [
  EXIT,
  'query ($requests: [ExitParamsRequest!]!) { exitParamsBatch(requests: $requests) { pair leverage } }',
  'query A($n: Int) { leverageBins(lookbackDays: $n) { label } } query B { __typename }',
  RECORD,
  'mutation ($s: SubmitSignalInput!) { submitSignal(input: $s) { duplicate } }',
  'query ($yes: Boolean!) { __typename @include(if: $yes) __schema { queryType { name } } }',
];
const OTHERS = ['subscription { nothing }', '{ nope }', '{', '', 'fragment F on Query { __typename }'];
export const ACCEPTS = [
  '*/*',
  '',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'text/event-stream, application/*',
  'text/event-stream',
  'multipart/mixed, application/json; charset=utf-8',
  'application/json; charset=latin1, application/graphql-response+json',
  'APPLICATION/JSON',
  'image/png',
  'application',
];
const headersFor = (own: Readonly<Record<string, string>> = {}) => ({
  'content-type': 'application/json',
  authorization: `Bearer ${KEYS.operator}`,
  ...own,
});
/** A body and headers that are in order, but for `own`. */
export const posted = (body: unknown, own?: Readonly<Record<string, string>>) => ({
  body: JSON.stringify(body),
  headers: headersFor(own),
});
const request = fc.record({ pair: fc.constantFrom('BTC/USDT', 'nonsense', ''), leverage: fc.constantFrom(1, 3.5, 0) });
const value = fc.oneof(
  fc.constantFrom<unknown>('BTC/USDT', 'ETH/USDT:USDT', 3, 2.5, 0, -1, 1e9, 'LONG', 'UP', null, true, '3', [], {}),
  fc.array(request, { maxLength: 3 }),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }),
);
const fitting = fc.record({
  pair: fc.constant('BTC/USDT'),
  leverage: fc.constantFrom(1, 3, 200),
  requests: fc.array(request, { maxLength: 3 }),
  trades: fc.constant([]),
  yes: fc.boolean(),
  s: fc.constant({ pair: 'BTC/USDT', side: 'LONG' }),
});
const NAMES = ['pair', 'leverage', 'side', 'requests', 'trades', 'yes', 'n', 's', '__proto__', 'more'];
const variables = fc.oneof(
  { weight: 6, arbitrary: fitting },
  {
    weight: 3,
    arbitrary: fc.tuple(fitting, fc.constantFrom(...NAMES), value).map(([all, name, one]) => ({ ...all, [name]: one })),
  },
  { weight: 1, arbitrary: value },
);
const absent = fc.constant(undefined);
const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 12, arbitrary: absent }, { weight: 1, arbitrary });
const members = fc
  .record({
    query: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom<unknown>(...KNOWABLE) },
      { weight: 3, arbitrary: fc.constantFrom<unknown>(...OTHERS) },
      { weight: 1, arbitrary: value },
    ),
    variables,
    operationName: fc.oneof(
      { weight: 3, arbitrary: absent },
      fc.constantFrom<unknown>(null, 'One', 'A', 'B', '', 'nope', 5, {}),
    ),
    extensions: seldom(fc.constantFrom<unknown>(null, {}, { persistedQuery: { version: 1 } }, [], 5)),
    id: seldom(value),
    proto: seldom(value),
  })
  .map(({ proto, ...all }) => (proto === undefined ? all : { ...all, ['__proto__']: proto }));
/** Mostly questions, some of them with something wrong, some of them no questions at all. */
export const body = fc.oneof(
  { weight: 20, arbitrary: members.map((asked) => JSON.stringify(asked)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }).map((asked) => JSON.stringify(asked)) },
  { weight: 1, arbitrary: fc.tuple(members, fc.nat(400)).map(([asked, end]) => JSON.stringify(asked).slice(0, end)) },
  { weight: 1, arbitrary: members.map((asked) => `\ufeff${JSON.stringify(asked)}`) },
);
export const headers = fc
  .record(
    {
      accept: fc.constantFrom(...ACCEPTS),
      type: seldom(fc.constantFrom('application/json; charset=utf-8', 'application/json ;x', 'APPLICATION/JSON')),
      key: fc.constantFrom(...Object.values(KEYS)),
    },
    { requiredKeys: ['key'] },
  )
  .map(({ accept, type, key }) =>
    headersFor({
      authorization: `Bearer ${key}`,
      ...(accept === undefined ? {} : { accept }),
      ...(type === undefined ? {} : { 'content-type': type }),
    }),
  );
