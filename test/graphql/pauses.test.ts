// pause, resume, pauses, feeders and bots over the wire: who may, what arrives, what comes back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisionOf, openTestFront, pauseOf, type TestFront } from '../http/front.ts';

let front: TestFront;
const OPERATOR = 'operator-key-0001';
const BOT = 'bot-key-000000001';
const FEEDER = 'feeder-key-000001';
beforeAll(async () => {
  front = await openTestFront({
    keys: [
      { role: 'operator', name: 'ann', key: OPERATOR },
      { role: 'bot', name: 'b', key: BOT },
      { role: 'feeder', name: 'f', key: FEEDER, sources: ['75a'] },
    ],
  });
});
afterAll(() => front.server.close());

const PAUSE = `mutation ($input: PauseInput!) { pause(input: $input) { id pair side source bot reason author createdAt until endedAt endedBy } }`;

describe('pauses', () => {
  it("hands over what was said, with the key's name, and tells what was kept", async () => {
    const input = {
      pair: 'BTC/USDT',
      side: 'LONG',
      source: '75a',
      bot: 'BOT1',
      reason: 'why',
      until: '2026-01-06T00:00:00+02:00',
    };
    const { data, errors } = await front.ask(PAUSE, { input }, OPERATOR);
    expect(errors).toEqual([]);
    const { until, ...said } = input;
    expect(front.memory.asked).toEqual([{ request: { ...said, untilMs: Date.parse(until) }, author: 'ann' }]);
    const nothing = { pair: null, side: null, source: null, bot: null, until: null, endedAt: null, endedBy: null };
    expect(data?.pause).toEqual({
      id: 'p1',
      reason: 'why',
      author: 'ann',
      createdAt: '2026-01-05T12:00:00.000Z',
      ...nothing,
    });
  });

  it('names the field of a refusal as the caller wrote it, and needs a reason', async () => {
    const { errors } = await front.ask(PAUSE, { input: { reason: '' } }, OPERATOR);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.reason' });
    const none = await front.ask(PAUSE, { input: {} }, OPERATOR);
    expect(none.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(none.errors[0]?.extensions.field).toContain('input');
  });

  it('ends one, lists those in force or all, and says which there is not', async () => {
    front.memory.pauses.clear();
    for (const id of ['a', 'b']) front.memory.pauses.set(id, pauseOf({ id }));
    const resume = 'mutation ($id: ID!) { resume(id: $id) { id endedAt endedBy } }';
    const { data } = await front.ask(resume, { id: 'a' }, OPERATOR);
    expect(data?.resume).toEqual({ id: 'a', endedAt: '2026-01-05T12:00:05.000Z', endedBy: 'ann' });
    const none = await front.ask(resume, { id: 'zzz' }, OPERATOR);
    expect(none.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field: 'id' } });
    const list = '{ inForce: pauses { id } all: pauses(includeEnded: true) { id } }';
    expect((await front.ask(list, {}, BOT)).data).toEqual({ inForce: [{ id: 'b' }], all: [{ id: 'b' }, { id: 'a' }] });
  });

  it('a page of stopped decisions asks for their pauses once', async () => {
    front.memory.pauses.set('a', pauseOf({ id: 'a', reason: 'stop' }));
    for (const id of ['d1', 'd2']) {
      const end = { outcome: 'REJECTED', reason: 'PAUSED', pauseId: 'a' } as const;
      front.memory.decisions.set(id, decisionOf({ id, ...end }));
    }
    front.memory.decisions.set('d3', decisionOf({ id: 'd3' }));
    front.memory.historyCalls.length = 0;
    const { data } = await front.ask('{ ensembleDecisions { nodes { reason pausedBy { id reason } } } }', {}, BOT);
    const paused = { reason: 'PAUSED', pausedBy: { id: 'a', reason: 'stop' } };
    const page = data?.ensembleDecisions as { nodes: object[] } | undefined;
    const nodes = page?.nodes ?? [];
    expect(nodes).toHaveLength(3);
    expect(nodes).toEqual(expect.arrayContaining([paused, { reason: 'FORWARDED', pausedBy: null }]));
    expect(front.memory.historyCalls.filter((call) => call.startsWith('pauses'))).toEqual(['pauses a']);
  });
});

describe('health', () => {
  it('tells shares as they are and percentages rounded', async () => {
    front.memory.feeders.push({
      ...{
        source: '75a',
        lastSignalAtMs: Date.UTC(2026, 0, 5),
        signalsLastHour: 1,
        signalsLastDay: 3,
        defaultedShare: 1 / 3,
      },
      ...{ forwardedShare: null, agreementShare: 0.5, silent: true, trades: 3, winRate: 2 / 3 },
      ...{ expectancyPct: 0.123456, netProfitPct: -4.43995 },
    });
    const { data } = await front.ask(
      '{ feeders { source lastSignalAt defaultedShare forwardedShare silent winRate expectancyPct netProfitPct } }',
      {},
      BOT,
    );
    expect(data?.feeders).toEqual([
      {
        ...{ source: '75a', lastSignalAt: '2026-01-05T00:00:00.000Z', defaultedShare: 1 / 3, forwardedShare: null },
        ...{ silent: true, winRate: 2 / 3, expectancyPct: 0.1235, netProfitPct: -4.44 },
      },
    ]);
  });

  it('tells of bots, unknowns as null', async () => {
    front.memory.bots.push({
      ...{
        name: 'BOT1',
        sides: ['LONG'],
        reachable: null,
        state: null,
        forceEntryEnabled: null,
        positionAdjustment: null,
      },
      ...{
        clockOffsetMs: -1_234.5678,
        lastAnswerAtMs: null,
        inFlight: 1,
        owed: 2,
        unsettled: 0,
        refusals: [{ text: 'no', count: 3 }],
      },
    });
    const { data } = await front.ask(
      '{ bots { name sides reachable state clockOffsetSeconds inFlight owed refusals { text count } lastAnswerAt } }',
      {},
      BOT,
    );
    expect(data?.bots).toEqual([
      {
        ...{
          name: 'BOT1',
          sides: ['LONG'],
          reachable: null,
          state: null,
          clockOffsetSeconds: -1.235,
          inFlight: 1,
          owed: 2,
        },
        ...{ refusals: [{ text: 'no', count: 3 }], lastAnswerAt: null },
      },
    ]);
  });
});

describe('roles', () => {
  const refused = async (key: string) => {
    const fields = {
      pause: 'mutation { pause(input: {reason: "x"}) { id } }',
      resume: 'mutation { resume(id: "b") { id } }',
      pauses: '{ pauses { id } }',
      feeders: '{ feeders { source } }',
      bots: '{ bots { name } }',
    };
    const found: string[] = [];
    for (const [field, query] of Object.entries(fields)) {
      const { errors } = await front.ask(query, {}, key);
      if (errors[0]?.extensions.code === 'FORBIDDEN') found.push(field);
    }
    return found;
  };

  it('only operators pause and resume; bots may look; feeders may not', async () => {
    expect(await refused(OPERATOR)).toEqual([]);
    expect(await refused(BOT)).toEqual(['pause', 'resume']);
    expect(await refused(FEEDER)).toEqual(['pause', 'resume', 'pauses', 'feeders', 'bots']);
  });
});
