// The history of decisions: pages that stay right, and the way from a signal to its deliveries in few calls.
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { decisionOf, openTestFront, signalOf, type TestFront } from '../http/front.ts';

let front: TestFront = await openTestFront();
beforeEach(async () => {
  await front.server.close();
  front = await openTestFront();
});
afterAll(() => front.server.close());

const T0 = Date.UTC(2026, 0, 5, 12);
const windowAt = (minute: number) => ({ openedAtMs: T0 + minute * 60_000, closesAtMs: T0 + (minute + 1) * 60_000 });

function remember(...ids: string[]): void {
  for (const [index, id] of ids.entries()) {
    front.memory.decisions.set(id, decisionOf({ id, window: windowAt(Math.floor(index / 2)) }));
  }
}

type Connection = {
  nodes: { id: string }[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
};

async function page(args: string): Promise<Connection> {
  const { data, errors } = await front.ask(
    `{ ensembleDecisions(${args}) { nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
  );
  expect(errors).toEqual([]);
  return data?.ensembleDecisions as Connection;
}

describe('ensembleDecisions', () => {
  it('walks all pages newest first, each decision once, also while newer ones arrive', async () => {
    remember('a', 'b', 'c', 'd', 'e', 'f', 'g');
    const seen: string[] = [];
    let after = '';
    for (let turn = 0; turn < 10; turn += 1) {
      const { nodes, edges, pageInfo } = await page(`first: 2${after}`);
      expect(edges.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
      expect(pageInfo.startCursor).toBe(edges[0]?.cursor);
      expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor);
      expect(pageInfo.hasPreviousPage).toBe(turn > 0);
      seen.push(...nodes.map(({ id }) => id));
      front.memory.decisions.set(`new${turn}`, decisionOf({ id: `new${turn}`, window: windowAt(100 + turn) }));
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(['g', 'f', 'e', 'd', 'c', 'b', 'a']);
  });

  it('has no cursors on an empty page', async () => {
    expect((await page('first: 5')).pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });

  it.each(['', 'x', 'bm9uc2Vuc2U', 'WzEsMl0', 'WzEuNSwiYSJd', 'WzEsImEiXQ==', '💥'])(
    'refuses the cursor %j',
    async (after) => {
      const { errors } = await front.ask(
        'query ($after: String) { ensembleDecisions(after: $after) { nodes { id } } }',
        {
          after,
        },
      );
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
    },
  );

  it.each([0, -1, 501])('refuses first: %i', async (first) => {
    const { errors } = await front.ask(`{ ensembleDecisions(first: ${first}) { nodes { id } } }`);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
  });

  it('takes null for every argument as absent', async () => {
    remember('a');
    const nulls = 'first: null, after: null, pair: null, side: null, outcome: null, source: null, from: null, to: null';
    expect((await page(nulls)).nodes).toEqual([{ id: 'a' }]);
  });
});

describe('the way of a signal', () => {
  it('tells window, decision, replaced votes and deliveries, each kind read once for all decisions', async () => {
    remember('d1', 'd2');
    for (const [seq, id] of ['s1', 's2', 's3', 's4'].entries()) {
      front.memory.signals.set(id, signalOf({ id, seq, source: seq < 2 ? '75a' : '75b' }));
      const decisionId = seq < 3 ? 'd1' : 'd2';
      front.memory.fates.set(id, { signalId: id, seq, decisionId, counted: seq !== 0 });
    }
    front.memory.deliveries.set('d1', [
      {
        decisionId: 'd1',
        bot: 'BOT1',
        state: 'DELIVERED',
        tradeId: '7',
        detail: null,
        attempts: [{ id: 'x', atMs: T0, finishedAtMs: T0 + 9, status: 200, error: null, durationMs: 9 }],
        pauseId: null,
        settleUntilMs: null,
        heldUntilMs: null,
      },
    ]);
    const { data, errors } = await front.ask(`{
      signal(id: "s1") { counted window { openedAt closesAt } decision { id } }
      ensembleDecisions { nodes {
        id confidence windowOpenedAt windowClosedAt decidedAt
        signals { id counted confidence decision { id } }
        deliveries { bot state tradeId attempts { at status error durationMs } }
      } }
    }`);
    expect(errors).toEqual([]);
    expect(data?.signal).toEqual({
      counted: false,
      window: { openedAt: '2026-01-05T12:00:00.000Z', closesAt: '2026-01-05T12:01:00.000Z' },
      decision: { id: 'd1' },
    });
    const shown = data?.ensembleDecisions as { nodes: unknown[] };
    expect(shown.nodes[1]).toEqual({
      id: 'd1',
      confidence: 0.8567,
      windowOpenedAt: '2026-01-05T12:00:00.000Z',
      windowClosedAt: '2026-01-05T12:01:00.000Z',
      decidedAt: '2026-01-05T12:01:00.100Z',
      signals: ['s3', 's2', 's1'].map((id) => ({ id, counted: id !== 's1', confidence: 0.89, decision: { id: 'd1' } })),
      deliveries: [
        {
          bot: 'BOT1',
          state: 'DELIVERED',
          tradeId: '7',
          attempts: [{ at: '2026-01-05T12:00:00.000Z', status: 200, error: null, durationMs: 9 }],
        },
      ],
    });
    const calls = front.memory.historyCalls;
    expect(calls.filter((call) => call.startsWith('signalsOf'))).toEqual(['signalsOf d2 d1']);
    expect(calls.filter((call) => call.startsWith('deliveriesOf'))).toEqual(['deliveriesOf d2 d1']);
    const asked = calls.flatMap((call) => (call.startsWith('fates') ? call.split(' ').slice(1) : []));
    expect(asked.toSorted()).toEqual(['s1', 's2', 's3', 's4']);
  });

  it('has no decision while the window is open, and is null when unknown', async () => {
    front.memory.signals.set('s', signalOf({ id: 's' }));
    const { data } = await front.ask(
      '{ signal(id: "s") { counted decision { id } } other: signal(id: "no") { id } decision(id: "no") { id } }',
    );
    expect(data).toEqual({ signal: { counted: null, decision: null }, other: null, decision: null });
  });
});
