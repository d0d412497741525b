// Roles: what each key opens, and that without one nothing but the open routes answers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeys } from '#http/keys.ts';
import { decisionOf, LOCAL_TOKEN, openTestFront, signalOf, type TestFront } from './front.ts';

const BOT = 'bot-key-000000001';
const FEEDER = 'feeder-key-000001';
const ANY_FEEDER = 'feeder-key-000002';
const OPERATOR = 'operator-key-0001';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront({
    keys: [
      { role: 'bot', name: 'b', key: BOT },
      { role: 'feeder', name: 'f', key: FEEDER, sources: ['75a'] },
      { role: 'feeder', name: 'any', key: ANY_FEEDER },
      { role: 'operator', name: 'o', key: OPERATOR },
    ],
  });
  front.memory.signals.set('mine', signalOf({ id: 'mine', source: '75a' }));
  front.memory.signals.set('theirs', signalOf({ id: 'theirs', source: '75b' }));
  front.memory.fates.set('mine', { signalId: 'mine', seq: 1, decisionId: 'd', counted: true });
  front.memory.decisions.set('d', decisionOf({ id: 'd' }));
});
afterAll(() => front.server.close());

const QUERIES = [
  '{ exitParams(pair: "BTC/USDT", leverage: 3) { pair } }',
  '{ exitParamsBatch(requests: []) { pair } }',
  '{ leverageBins { label } }',
  '{ ensembleDecisions { nodes { id } } }',
  '{ decision(id: "d") { id signals { id } } }',
  '{ study(id: "x") { id } }',
  '{ studies { nodes { id } } }',
];
const SUBMIT = 'mutation { submitSignal(input: {pair: "BTC/USDT", side: LONG}) { duplicate } }';
const RECORD = 'mutation { recordTrades(trades: []) { recorded } }';
const SEARCH = 'mutation { startSearch(input: {pair: "BTC/USDT"}) { id } }';
const CANCEL = 'mutation { cancelSearch(id: "study-1") { id } }';
const MINE = '{ signal(id: "mine") { id decision { id deliveries { bot } } } }';
const THEIRS = '{ signal(id: "theirs") { id } }';

/** What is refused of all operations, in their order. */
async function refused(key: string): Promise<string[]> {
  const operations = [...QUERIES, MINE, THEIRS, SUBMIT, RECORD, SEARCH, CANCEL];
  const answers = await Promise.all(operations.map(async (one) => [one, await front.ask(one, {}, key)] as const));
  for (const [, { status }] of answers) expect(status).toBe(200);
  for (const [, { errors }] of answers) for (const { extensions } of errors) expect(extensions.code).toBe('FORBIDDEN');
  return answers.flatMap(([one, { errors }]) => (errors.length > 0 ? [one] : []));
}

describe('roles', () => {
  it('operator: everything', async () => {
    expect(await refused(OPERATOR)).toEqual([]);
  });
  it('bot: every query and recordTrades', async () => {
    expect(await refused(BOT)).toEqual([SUBMIT, SEARCH, CANCEL]);
  });
  it("feeder: submitSignal and its own sources' signals", async () => {
    expect(await refused(FEEDER)).toEqual([...QUERIES, THEIRS, RECORD, SEARCH, CANCEL]);
    expect(await refused(ANY_FEEDER)).toEqual([...QUERIES, RECORD, SEARCH, CANCEL]);
  });
  it("a feeder does not reach other sources' signals through a decision", async () => {
    const { data, errors } = await front.ask('{ signal(id: "mine") { decision { signals { id } } } }', {}, FEEDER);
    expect(data).toEqual({ signal: { decision: null } });
    expect(errors[0]).toMatchObject({ path: ['signal', 'decision', 'signals'], extensions: { code: 'FORBIDDEN' } });
  });
  it('the token of the data folder is an operator', async () => {
    expect(await refused(LOCAL_TOKEN)).toEqual([]);
  });
  it('refuses at the field: the others of the request are answered', async () => {
    const { data, errors } = await front.ask('{ signal(id: "mine") { id } decision(id: "d") { id } }', {}, FEEDER);
    expect(data).toEqual({ signal: { id: 'mine' }, decision: null });
    expect(errors[0]).toMatchObject({ path: ['decision'], extensions: { code: 'FORBIDDEN', field: 'decision' } });
  });
});

describe('without a valid key', () => {
  it.each([undefined, 'wrong', '', `${BOT}x`, BOT.slice(1), 'b', 'ünicode'.normalize('NFD').replace(/[^ -~]/g, '')])(
    '%j opens nothing',
    async (key) => {
      const { status, errors } = await front.ask('{ __schema { types { name } } }', {}, key);
      expect(status).toBe(401);
      expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    },
  );

  it.each(['/metrics', '/local/studies', '/other', '/graphql?query={__typename}'])('%s is 401', async (path) => {
    const response = await fetch(front.url + path);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
  });

  it.each(['/healthz', '/readyz'])('%s is open', async (path) => {
    expect((await fetch(front.url + path)).status).toBe(200);
  });

  it('introspection needs a key, and any will do', async () => {
    expect((await front.ask('{ __schema { queryType { name } } }', {}, FEEDER)).errors).toEqual([]);
  });
});

describe('metrics', () => {
  it.each([
    [BOT, 403],
    [FEEDER, 403],
    [OPERATOR, 200],
  ])('%s: %i', async (key, status) => {
    const response = await fetch(`${front.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
    expect(response.status).toBe(status);
  });
});

describe('openKeys', () => {
  it('makes everyone an operator when nothing is configured, but nobody local without the token', () => {
    const keys = openKeys([], LOCAL_TOKEN);
    expect(keys.identify(undefined)).toEqual({ role: 'operator', name: 'everyone' });
    expect(keys.identify(`Bearer ${LOCAL_TOKEN}`)).toEqual({ role: 'operator', name: 'local' });
    expect([
      keys.isLocal(undefined),
      keys.isLocal(`Bearer ${LOCAL_TOKEN}x`),
      keys.isLocal(`bearer ${LOCAL_TOKEN}`),
    ]).toEqual([false, false, true]);
  });

  it('takes the scheme in any case, and no other scheme', () => {
    const keys = openKeys([{ role: 'bot', name: 'b', key: BOT }], LOCAL_TOKEN);
    expect(keys.identify(`bearer  ${BOT}`)).toEqual({ role: 'bot', name: 'b' });
    expect(keys.identify(`Basic ${BOT}`)).toBeUndefined();
    expect(keys.identify(BOT)).toBeUndefined();
  });
});
