// Days in memory against a hub that changes under them: whatever was added, late, rewritten or deleted, the figures are those of a fresh computation.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClosedTrade } from '#domain/trade.ts';
import { binFold } from '#store/influx/day-bins.ts';
import { OVERLAP_MS } from '#store/influx/day-plan.ts';
import { TradeDays } from '#store/influx/trade-days.ts';
import { T0, trade } from '../samples.ts';
import { fromScratch, type ModelHub, type ModelPoint, modelHub } from './trade-model.ts';

const DAY_MS = 86_400_000;
const WINDOW_MS = 3 * DAY_MS;
const EDGES = [0.5, 1.5, 2.5, 4];

const figure = fc.integer({ min: 1, max: 99_999 }).map((digits) => digits / 10_000);
const numbers = fc.record(
  {
    leverage: fc.constantFrom(0.4, 1, 2, 3, 3.9, 4),
    profit_pct: fc.oneof(
      figure,
      figure.map((value) => -value),
      fc.constant(0),
    ),
    profit: figure,
    stop_loss_pct: fc.oneof(
      { weight: 9, arbitrary: figure.map((value) => -value) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1) },
    ),
    take_profit_pct: fc.oneof({ weight: 9, arbitrary: figure }, { weight: 1, arbitrary: fc.constantFrom(0, -1) }),
    superseded: fc.constant(1),
  },
  { requiredKeys: ['leverage', 'stop_loss_pct', 'take_profit_pct'] },
);
const point = fc.record(
  {
    pair: fc.constantFrom('BTC/USDT:USDT', 'ETH/USDT'),
    tags: fc.constantFrom({}, { exit: 'roi' }, { exit: 'stop, loss' }),
    /** How long before now, mostly recent. */
    agoMs: fc.oneof(fc.integer({ min: 0, max: OVERLAP_MS }), fc.integer({ min: 0, max: WINDOW_MS + DAY_MS })),
    nano: fc.integer({ min: 0, max: 3 }),
    numbers,
    side: fc.constantFrom('LONG' as const, 'SHORT' as const),
    id: fc.tuple(
      fc.constantFrom('BOT1', 'BOT3'),
      fc.integer({ min: 0, max: 20 }).map(String),
      fc.constant('2026-01-05T12:00:00.000Z'),
    ),
  },
  { requiredKeys: ['pair', 'agoMs', 'nano', 'numbers'] },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), points: fc.array(point, { maxLength: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rewrite' as const), at: fc.nat(), numbers }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(30_000, 600_000, 5_000_000, 40_000_000, -4_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), after: fc.nat(3) }) },
);

interface World {
  readonly hub: ModelHub;
  nowMs: number;
  monotonicMs: number;
}

function question({ nowMs, monotonicMs }: World) {
  return { fromMs: nowMs - WINDOW_MS, toMs: nowMs, monotonicMs, pending: [], touchedMs: [] };
}

const scratch = ({ hub, nowMs }: World) =>
  fromScratch(hub.points, { fromMs: nowMs - WINDOW_MS, toMs: nowMs, edges: EDGES });

function apply(world: World, todo: typeof step extends fc.Arbitrary<infer Step> ? Step : never): void {
  const { points } = world.hub;
  if (todo.kind === 'wait') {
    world.nowMs += todo.ms;
    world.monotonicMs += Math.abs(todo.ms);
  } else if (todo.kind === 'add') {
    for (const { agoMs, nano, ...rest } of todo.points)
      put(points, { ...rest, ns: BigInt(world.nowMs - agoMs) * 1_000_000n + BigInt(nano) });
  } else if (todo.kind === 'fail') world.hub.failAfter = todo.after;
  else if (points.length > 0) {
    const at = todo.at % points.length;
    if (todo.kind === 'delete') points.splice(at, 1);
    else points[at] = { ...(points[at] as ModelPoint), numbers: todo.numbers };
  }
}

/** A point of the same tags and time takes the older one's place. */
function put(points: ModelPoint[], one: ModelPoint): void {
  const same = points.findIndex(
    ({ pair, tags, ns }) =>
      pair === one.pair && ns === one.ns && JSON.stringify(tags ?? {}) === JSON.stringify(one.tags ?? {}),
  );
  if (same < 0) points.push(one);
  else points[same] = one;
}

describe('days in memory', () => {
  test('are those of a fresh computation once every day was compared', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world: World = { hub: modelHub(), nowMs: T0, monotonicMs: 0 };
        const days = new TradeDays(binFold(EDGES), world.hub);
        for (const todo of steps) {
          apply(world, todo);
          await days.ask(question(world)).catch((error: Error) => expect(error.message).toBe('the hub went away'));
          world.hub.failAfter = Number.POSITIVE_INFINITY;
        }
        let found: unknown;
        for (let turn = 0; turn < 6; turn += 1) found = await days.ask(question(world));
        expect(found).toEqual(scratch(world));
      }),
      { numRuns: 150 },
    );
  });

  test('know at once what happened in the last minutes, added, rewritten or deleted', async () => {
    const recent = point.map((one) => ({ ...one, agoMs: one.agoMs % (OVERLAP_MS / 2) }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(point, { maxLength: 20 }),
        fc.array(fc.tuple(fc.array(recent, { maxLength: 5 }), fc.nat(), fc.boolean())),
        async (history, changes) => {
          const world: World = { hub: modelHub(), nowMs: T0, monotonicMs: 0 };
          apply(world, { kind: 'add', points: history });
          const days = new TradeDays(binFold(EDGES), world.hub);
          expect(await days.ask(question(world))).toEqual(scratch(world));
          for (const [points, at, isDeleted] of changes) {
            apply(world, { kind: 'wait', ms: 30_000 });
            apply(world, { kind: 'add', points });
            const young = world.hub.points.filter(({ ns }) => Number(ns / 1_000_000n) > world.nowMs - OVERLAP_MS);
            const index = world.hub.points.indexOf(young[at % Math.max(1, young.length)] as ModelPoint);
            const changed = world.hub.points[index];
            if (changed !== undefined && isDeleted) world.hub.points.splice(index, 1);
            else if (changed !== undefined)
              world.hub.points[index] = { ...changed, side: changed.side === 'LONG' ? 'SHORT' : 'LONG' };
            expect(await days.ask(question(world))).toEqual(scratch(world));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('let trades leave to the millisecond as time passes', async () => {
    const world: World = { hub: modelHub(), nowMs: T0, monotonicMs: 0 };
    const days = new TradeDays(binFold(EDGES), world.hub);
    const levels = { leverage: 3, profit_pct: 1, stop_loss_pct: -1, take_profit_pct: 1 };
    put(world.hub.points, { pair: 'BTC/USDT', ns: BigInt(T0 - WINDOW_MS) * 1_000_000n + 999_999n, numbers: levels });
    expect(await days.ask(question(world))).toHaveLength(1);
    const before = world.hub.reads.points;
    world.nowMs += 1;
    expect(await days.ask(question(world))).toEqual([]);
    expect(world.hub.reads.points).toBe(before);
  });

  test('read no more with a long history than with a short one', async () => {
    const costOf = async (count: number) => {
      const world: World = { hub: modelHub(), nowMs: T0, monotonicMs: 0 };
      const levels = { leverage: 3, profit_pct: 1, stop_loss_pct: -1, take_profit_pct: 1 };
      for (let index = 0; index < count; index += 1) {
        const agoMs = OVERLAP_MS * 2 + Math.floor((index * (WINDOW_MS - DAY_MS)) / count);
        world.hub.points.push({
          pair: 'BTC/USDT',
          ns: BigInt(T0 - agoMs) * 1_000_000n + BigInt(index),
          numbers: levels,
        });
      }
      const days = new TradeDays(binFold(EDGES), world.hub);
      await days.ask(question(world));
      const { rows, points } = world.hub.reads;
      expect(points).toBe(count);
      apply(world, { kind: 'wait', ms: 30_000 });
      await days.ask(question(world));
      return { rows: world.hub.reads.rows - rows, points: world.hub.reads.points - points };
    };
    expect(await costOf(3_000)).toEqual({ rows: 1, points: 0 });
    expect(await costOf(3)).toEqual({ rows: 1, points: 0 });
  });

  test('what was recorded here counts at once, once, and in its newer figures, before and after the hub has it', async () => {
    const world: World = { hub: modelHub(), nowMs: T0, monotonicMs: 0 };
    const days = new TradeDays(binFold(EDGES), world.hub);
    const own = (change: Partial<ClosedTrade>) =>
      trade({ openedAtMs: T0 - 2 * DAY_MS, closedAtMs: T0 - 2 * DAY_MS + 5, leverage: 3, ...change });
    const hubs = (profit: number): ModelPoint => ({
      pair: 'BTC/USDT',
      tags: { leverage_bin: '2.5-3.5x' },
      ns: BigInt(T0 - 2 * DAY_MS + 5) * 1_000_000n + 17n,
      numbers: { leverage: 3, profit_pct: profit, stop_loss_pct: -1.48, take_profit_pct: 1 },
      side: 'LONG',
      id: ['BOT3', '1', new Date(T0 - 2 * DAY_MS).toISOString()],
    });
    put(world.hub.points, hubs(1));
    expect(await days.ask(question(world))).toMatchObject([{ trades: 1, sumWinPct: 1 }]);
    const pending = [own({ profitPct: 2 }), own({ profitPct: 5 }), own({ tradeId: '2', profitPct: 7 })];
    expect(await days.ask({ ...question(world), pending })).toMatchObject([{ trades: 2, sumWinPct: 12 }]);
    put(world.hub.points, hubs(5));
    expect(await days.ask({ ...question(world), pending: pending.slice(1) })).toMatchObject([
      { trades: 2, sumWinPct: 12 },
    ]);
    put(world.hub.points, {
      ...hubs(7),
      ns: hubs(7).ns + 1n,
      id: ['BOT3', '2', new Date(T0 - 2 * DAY_MS).toISOString()],
    });
    expect(await days.ask(question(world))).toMatchObject([{ trades: 2, sumWinPct: 12 }]);
    put(world.hub.points, { ...hubs(100), ns: hubs(7).ns + 2n, id: ['BOT3', '3', ''] });
    const touched = await days.ask({ ...question(world), touchedMs: [T0 - 2 * DAY_MS + 5] });
    expect(touched).toMatchObject([{ trades: 3, sumWinPct: 112 }]);
  });
});
