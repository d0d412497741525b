// Exit params followed: the values of now first, each change once, the newest for who reads slowly, nothing made for who does not read.
import { expect, test } from 'vitest';
import type { ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import { badInput } from '#domain/fault.ts';
import { followExitParams } from '#exits/follow.ts';
import { fallbackParams } from '../http/front.ts';
import { manualClock } from '../support/manual-clock.ts';

const NEVER = new AbortController().signal;
const A = { pair: 'A/USDT', leverage: 1 };
const B = { pair: 'B/USDT', leverage: 1 };

function hub() {
  const clock = manualClock();
  const revisions = new Map<string, string>();
  let asked = 0;
  const answer = async (requests: readonly ExitParamsRequest[]) => {
    asked += 1;
    return requests.map((request): ExitParams => {
      return { ...fallbackParams(request), revision: revisions.get(request.pair) ?? 'first' };
    });
  };
  return { clock, revisions, asked: () => asked, follow: (all = [A, B]) => followExitParams(all, { answer, clock }) };
}

const shown = (value: ExitParams | undefined) => `${value?.pair} ${value?.revision}`;

test('tells the current values, then each change', async () => {
  const { clock, revisions, follow } = hub();
  const feed = await follow();
  expect([shown(await feed.next(NEVER)), shown(await feed.next(NEVER))]).toEqual(['A/USDT first', 'B/USDT first']);
  const next = feed.next(NEVER);
  await clock.advance(5_000);
  revisions.set('B/USDT', 'second');
  await clock.advance(1_000);
  expect(shown(await next)).toBe('B/USDT second');
});

test('a slow reader gets the newest, and every request its turn', async () => {
  const { clock, revisions, follow } = hub();
  const feed = await follow();
  await feed.next(NEVER);
  await feed.next(NEVER);
  for (const revision of ['2', '3', '4']) {
    revisions.set('A/USDT', revision).set('B/USDT', revision);
    await clock.advance(10_000);
  }
  expect([shown(await feed.next(NEVER)), shown(await feed.next(NEVER))]).toEqual(['A/USDT 4', 'B/USDT 4']);
  revisions.set('A/USDT', '5');
  await clock.advance(1_000);
  expect(shown(await feed.next(NEVER))).toBe('A/USDT 5');
});

test('one that changes all the time leaves the others their turn', async () => {
  const { clock, revisions, follow } = hub();
  const feed = await follow();
  const told: string[] = [];
  for (let at = 0; at < 4; at += 1) {
    revisions.set('A/USDT', `a${at}`);
    await clock.advance(1_000);
    told.push(shown(await feed.next(NEVER)));
  }
  expect(told).toEqual(['A/USDT a0', 'B/USDT first', 'A/USDT a2', 'A/USDT a3']);
});

test('nothing is asked for a reader that does not read, nor after it went', async () => {
  const { clock, follow, asked } = hub();
  const feed = await follow();
  await clock.advance(60_000);
  expect(asked()).toBe(1);
  await feed.next(NEVER);
  await feed.next(NEVER);
  const going = new AbortController();
  const next = feed.next(going.signal);
  going.abort();
  expect(await next).toBeUndefined();
  expect(clock.sleeping()).toBe(0);
});

test('a request that can never be answered is refused by its place', async () => {
  const { clock } = hub();
  const answer = async () => [fallbackParams(A), badInput('leverage', '0 is no leverage', 'more than 0')];
  await expect(followExitParams([A, B], { answer, clock })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    field: 'requests[1].leverage',
    message: expect.stringMatching(/^requests\[1\]\.leverage: 0 is no leverage/),
  });
});
