// Decisions as they are made: each change once, in order, as it was then; nothing is looked at while nobody waits.
import { expect, test } from 'vitest';
import type { Decision, DecisionChange } from '#domain/decision.ts';
import { decisionFeeds } from '#ensemble/decision-feed.ts';
import { decisionOf } from '../fleet/deliveries.ts';
import { manualClock } from '../support/manual-clock.ts';

const END = { reason: null, detail: null, pauseId: null };
const NEVER = new AbortController().signal;

function journal() {
  const clock = manualClock();
  const log: DecisionChange[] = [];
  const decisions = new Map<string, Decision>();
  let looks = 0;
  const change = (id: string, outcome: Decision['outcome'], pair = 'BTC/USDT') => {
    decisions.set(id, decisionOf(id, 0, { pair, outcome }));
    log.push({ seq: log.length + 1, decisionId: id, outcome, ...END });
  };
  const follow = decisionFeeds({
    changes: {
      lastSeq: async () => {
        looks += 1;
        return log.length;
      },
      after: async (seq, limit) => log.slice(seq, seq + limit),
    },
    decisions: { byIds: async (ids) => ids.map((id) => decisions.get(id)) },
    clock,
  });
  return { clock, change, follow, looks: () => looks };
}

test('begins with now and tells each change once, with the outcome it had', async () => {
  const { change, follow } = journal();
  change('old', 'REJECTED');
  const feed = await follow({});
  change('d1', 'PENDING');
  change('d1', 'FORWARDED');
  const told = [await feed.next(NEVER), await feed.next(NEVER)];
  expect(told.map((one) => [one?.id, one?.outcome])).toEqual([
    ['d1', 'PENDING'],
    ['d1', 'FORWARDED'],
  ]);
});

test('filters by pair and side, and waits for what comes within 0.2 s', async () => {
  const { clock, change, follow } = journal();
  const feed = await follow({ pair: 'ETH/USDT', side: 'LONG' });
  const next = feed.next(NEVER);
  change('d1', 'PENDING');
  await clock.advance(1_000);
  change('d2', 'PENDING', 'ETH/USDT');
  await clock.advance(200);
  expect((await next)?.id).toBe('d2');
});

test('many readers share one look, and nobody looks when nobody waits', async () => {
  const { clock, change, follow, looks } = journal();
  const feeds = await Promise.all(Array.from({ length: 50 }, () => follow({})));
  expect(clock.sleeping()).toBe(0);
  const opened = looks();
  const waiting = feeds.map((feed) => feed.next(NEVER));
  await clock.advance(1_000);
  expect(looks() - opened).toBe(5);
  change('d1', 'REJECTED');
  await clock.advance(200);
  expect((await Promise.all(waiting)).every((one) => one?.id === 'd1')).toBe(true);
  expect(clock.sleeping()).toBe(0);
});

test('a reader that goes stops waiting at once', async () => {
  const { clock, follow } = journal();
  const going = new AbortController();
  const next = (await follow({})).next(going.signal);
  await clock.advance(100);
  going.abort();
  expect(await next).toBeUndefined();
  await clock.advance(200);
  expect(clock.sleeping()).toBe(0);
});
