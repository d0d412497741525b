// The quick way past yoga: nobody can tell from an answer which way it took.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { openTestFront, type TestFront } from './front.ts';
import { ACCEPTS, body, EXIT, headers, KEYS, posted, RECORD } from './posted.ts';
import { openTwoWays, type Sent, type TwoWays } from './two-ways.ts';

let front: TestFront;
let ways: TwoWays;
beforeAll(async () => {
  front = await openTestFront({
    keys: [
      { role: 'bot', name: 'b', key: KEYS.bot },
      { role: 'feeder', name: 'f', key: KEYS.feeder, sources: ['75a'] },
      { role: 'operator', name: 'o', key: KEYS.operator },
    ],
  });
  ways = openTwoWays(front.url);
});
beforeEach(() => {
  front.memory.failure = undefined;
  front.memory.gate = undefined;
  front.log.lines.length = 0;
});
afterAll(async () => {
  ways.close();
  await front.server.close();
});

const seen = ({ status, type, text }: Sent) => ({ status, type, text });

describe('both ways', () => {
  it('answer alike whatever is posted', async () => {
    const taken = { quick: 0, yoga: 0 };
    await fc.assert(
      fc.asyncProperty(body, headers, async (text, sent) => {
        const both = { body: text, headers: sent };
        const own = await ways.byYoga(both);
        const answered = await ways.asClients(both);
        expect(own.way === 'yoga' || text === '').toBe(true);
        taken[answered.way] += 1;
        expect(seen(answered)).toEqual(seen(own));
      }),
      { numRuns: 600 },
    );
    expect(taken.quick).toBeGreaterThan(50);
    expect(taken.yoga).toBeGreaterThan(50);
  }, 60_000);

  it.each(ACCEPTS)('agree on the type for a caller that accepts %j', async (accept) => {
    for (const asked of [{ query: '{ __typename }' }, { query: EXIT, variables: { pair: 'nonsense' } }]) {
      const both = posted(asked, { accept });
      const own = await ways.byYoga(both);
      expect(seen(await ways.asClients(both))).toEqual(seen(own));
    }
  });

  it.each([
    new Fault('HUB_UNAVAILABLE', 'the hub is down', { field: 'x' }),
    new Error('secret'),
    null,
    new RangeError('secret'),
  ])('mask and log alike: %s', async (failure) => {
    const asked = posted({ query: EXIT, variables: { pair: 'BTC/USDT' } });
    await ways.byYoga(asked);
    front.memory.failure = failure;
    const own = await ways.byYoga(asked);
    const logged = front.log.lines.splice(0);
    const answered = await ways.asClients(asked);
    expect(answered.way).toBe('quick');
    expect(seen(answered)).toEqual(seen(own));
    expect(answered.text).not.toContain('secret');
    expect(front.log.lines).toEqual(logged);
  });

  it('count the errors they answer with', async () => {
    const asked = posted({ query: EXIT, variables: { pair: 'nonsense' } });
    const counted = async () => {
      const response = await fetch(`${front.url}/metrics`, { headers: { authorization: `Bearer ${KEYS.operator}` } });
      return Number(/graphql_errors_total\{code="BAD_USER_INPUT"\} (\d+)/.exec(await response.text())?.[1] ?? 0);
    };
    const before = await counted();
    await ways.byYoga(asked);
    expect(await counted()).toBe(before + 1);
    expect((await ways.asClients(asked)).way).toBe('quick');
    expect(await counted()).toBe(before + 2);
  });
});

describe('the quick way', () => {
  it('takes JSON in capitals, as yoga’s does: media types know no case', async () => {
    const asked = posted({ query: '{ __typename }' }, { 'content-type': 'Application/JSON ; charset=UTF-8' });
    for (const answered of [await ways.byYoga(asked), await ways.asClients(asked)]) {
      expect(answered.text).toBe('{"data":{"__typename":"Query"}}');
    }
  });

  const known = { query: EXIT, variables: { pair: 'BTC/USDT', leverage: 3 } };

  it('is taken from the second time on, by queries and mutations', async () => {
    for (const query of [`${EXIT} # its own text`, `${RECORD} # its own text`]) {
      const asked = posted({ query, variables: { pair: 'BTC/USDT', trades: [] } });
      expect((await ways.asClients(asked)).way).toBe('yoga');
      expect((await ways.asClients(asked)).way).toBe('quick');
    }
  });

  it('never executes twice what it hands on', async () => {
    const trade = { bot: 'B', tradeId: '1', pair: 'BTC/USDT', side: 'LONG', leverage: 3, profitPct: 1 };
    const times = { openedAt: '2026-01-01T00:00:00Z', closedAt: '2026-01-01T01:00:00Z' };
    const levels = { stopLossPct: -1, takeProfitPct: 1 };
    const asked = posted({ query: RECORD, variables: { trades: [{ ...trade, ...times, ...levels }] } });
    await ways.asClients(asked);
    front.memory.recorded.length = 0;
    expect((await ways.asClients(asked)).way).toBe('quick');
    front.memory.failure = new Error('after the fact');
    expect((await ways.asClients(asked)).way).toBe('quick');
    expect(front.memory.recorded).toHaveLength(1);
  });

  it('asks each caller’s role, and gathers within one request only', async () => {
    await ways.asClients(posted(known));
    const forbidden = await ways.asClients(posted(known, { authorization: `Bearer ${KEYS.feeder}` }));
    expect([forbidden.way, forbidden.text]).toEqual(['quick', expect.stringContaining('"code":"FORBIDDEN"')]);
    front.memory.answered.length = 0;
    await Promise.all([ways.asClients(posted(known)), ways.asClients(posted(known))]);
    expect(front.memory.answered).toEqual([[expect.anything()], [expect.anything()]]);
  });

  it('says nothing to a caller who is gone, and goes on', async () => {
    await ways.asClients(posted(known));
    const gate = Promise.withResolvers<void>();
    front.memory.gate = gate.promise;
    front.memory.answered.length = 0;
    const gone = new AbortController();
    const { body: text, headers: sent } = posted(known);
    const asked = fetch(`${front.url}/graphql`, { method: 'POST', body: text, headers: sent, signal: gone.signal });
    while (front.memory.answered.length === 0) await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    await expect(asked).rejects.toThrow();
    gate.resolve();
    expect((await ways.asClients(posted(known))).status).toBe(200);
    expect(front.log.lines).toEqual([]);
  });
});
