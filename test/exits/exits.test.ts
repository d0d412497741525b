// The door of exits over a stand-in hub: whole answers, faults at their place, what survives a restart, what the operator reads.
import { afterEach, describe, expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { type Exits, type ExitsOptions, type ExitsSettings, openExits } from '#exits/exits.ts';
import { listen } from '#trace/trace.ts';
import { manualClock } from '../support/manual-clock.ts';
import { recordingLog } from '../support/recording-log.ts';
import { memorySnapshots, standInHub } from './hub.ts';
import { HOUR_MS, NOW_MS, record, SETTINGS, sums } from './samples.ts';

const opened: Exits[] = [];

afterEach(async () => {
  for (const exits of opened.splice(0)) await exits[Symbol.asyncDispose]();
});

async function setup(
  change: Partial<Omit<ExitsOptions, 'settings'>> & { readonly settings?: Partial<ExitsSettings>; down?: boolean } = {},
) {
  const clock = manualClock(NOW_MS);
  const hub = standInHub();
  const log = recordingLog();
  const snapshots = memorySnapshots();
  const { settings, down, ...rest } = change;
  if (down !== true) {
    hub.paramReads.answering(() => ({ records: [record()], ignored: 0 }));
    hub.sumReads.answering(() => [sums(10, { pair: 'ETH/USDT' })]);
  }
  const exits = await openExits({
    params: hub.params,
    trades: hub.trades,
    snapshots,
    onHubWrite: hub.onHubWrite,
    simplyRead: false,
    clock,
    log,
    ...rest,
    settings: { ...SETTINGS, ...settings },
  });
  opened.push(exits);
  return { clock, hub, log, snapshots, exits };
}

async function answerOf(exits: Exits, pair = 'ETH/USDT', leverage = 3) {
  const [answer] = await exits.answer([{ pair, leverage }]);
  if (answer === undefined || answer instanceof Fault) throw new Error('an answer was expected');
  return answer;
}

const down = () => {
  throw new Error('connection refused');
};

const TRADE: ClosedTrade = {
  bot: 'BOT3',
  tradeId: '1',
  pair: 'ETH/USDT',
  side: 'LONG',
  leverage: 3,
  profitPct: 0.88,
  stopLossPct: -1.48,
  takeProfitPct: 1,
  openedAtMs: NOW_MS - 2_000,
  closedAtMs: NOW_MS - 1_000,
  enterTag: null,
  exitReason: null,
};

describe('answers', () => {
  test('come in the order asked, refusals as faults at their place', async () => {
    const { exits } = await setup();
    const answers = await exits.answer([
      { pair: 'BTC/USDT:USDT', leverage: 3, side: 'LONG' },
      { pair: 'nonsense', leverage: 3 },
      { pair: 'ETH/USDT', leverage: 3 },
      { pair: 'ETH/USDT', leverage: 0 },
      { pair: 'ETH/USDT', leverage: Number.NaN },
      { pair: 'ETH/USDT', leverage: 125 },
    ]);
    expect(answers[0]).toEqual({
      pair: 'BTC/USDT:USDT',
      leverage: 3,
      side: 'LONG',
      source: 'OPTUNA',
      position: { stopLossPct: -1.5, takeProfitPct: 2 },
      account: { stopLossPct: -4.5, takeProfitPct: 6 },
      riskCapped: false,
      leverageBin: null,
      winRate: 0.58,
      profitFactor: 1.31,
      avgWinPct: null,
      avgLossPct: null,
      totalTrades: 120,
      validated: true,
      reason: 'OPTUNA params of BTC/USDT from 2026-01-05T11:00:00.000Z',
      asOfMs: NOW_MS - HOUR_MS,
      readAtMs: NOW_MS,
      ageSeconds: 3_600,
      stale: false,
      revision: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(answers[1]).toMatchObject({ code: 'BAD_USER_INPUT', field: 'pair' });
    expect(answers[2]).toMatchObject({ source: 'STATELESS', totalTrades: 10, winRate: 0.6 });
    expect(answers[3]).toMatchObject({ code: 'BAD_USER_INPUT', field: 'leverage' });
    expect(answers[4]).toMatchObject({ code: 'BAD_USER_INPUT', field: 'leverage' });
    expect(answers[5]).toMatchObject({ source: 'FALLBACK', riskCapped: true });
  });

  test('age, readAt and the age limit follow the clock between reads; the revision does not', async () => {
    const { exits, clock } = await setup({ settings: { optunaMaxAgeHours: 2, figuresSeconds: 36_000 } });
    const first = await answerOf(exits, 'BTC/USDT');
    await clock.advance(HOUR_MS);
    const last = await answerOf(exits, 'BTC/USDT');
    expect(last).toEqual({ ...first, ageSeconds: 7_200 });
    await clock.advance(1);
    expect((await answerOf(exits, 'BTC/USDT')).source).toBe('STATELESS');
  });

  test('asking again for what is ready asks the hub nothing and never mixes up questions', async () => {
    const { exits, hub } = await setup();
    const requests = ['BTC/USDT', 'ETH/USDT'].flatMap((pair) =>
      [2, 3, 30].flatMap((leverage) =>
        ([undefined, 'LONG', 'SHORT'] as const).map((side) => ({ pair, leverage, side })),
      ),
    );
    const first = await exits.answer(requests);
    const again = await exits.answer(requests.toReversed());
    expect(again.toReversed()).toEqual(first);
    first.forEach((answer, index) => {
      expect(answer).toMatchObject({ ...requests[index], side: requests[index]?.side ?? null });
    });
    expect([hub.paramReads.count, hub.sumReads.count]).toEqual([1, 1]);
  });

  test('are marked with source and staleness', async () => {
    const { exits } = await setup();
    const marks: unknown[] = [];
    const end = listen('exits.answered', (at) => marks.push(at));
    await exits.answer([
      { pair: 'BTC/USDT', leverage: 3 },
      { pair: 'no pair', leverage: 3 },
    ]);
    end();
    expect(marks).toEqual([{ source: 'OPTUNA', stale: false }]);
  });

  test('the trades read are those closed in the last 30 x 86,400 s', async () => {
    const { hub } = await setup();
    expect(hub.asked).toEqual([{ fromMs: NOW_MS - 30 * 86_400_000, toMs: NOW_MS, edges: SETTINGS.binEdges }]);
  });
});

describe('a hub that is down', () => {
  test('with nothing kept: FALLBACK after a second at most, stale, saying so', async () => {
    const { exits, clock } = await setup({ down: true });
    const asked = answerOf(exits);
    await clock.advance(1_000);
    expect(await asked).toMatchObject({
      source: 'FALLBACK',
      position: { stopLossPct: -2, takeProfitPct: 1 },
      reason: 'hub not read yet',
      readAtMs: null,
      asOfMs: null,
      ageSeconds: null,
      stale: true,
    });
    expect(exits.hubReadOnce()).toBe(false);
  });

  test('the last figures are served stale, then FALLBACK with when they were read, then fresh ones again; told once each', async () => {
    const { exits, clock, hub, log } = await setup();
    const fresh = await answerOf(exits);
    expect(exits.hubReadOnce()).toBe(true);
    hub.paramReads.answering(down);
    hub.sumReads.answering(down);
    await clock.advance(60_000);
    expect(await answerOf(exits)).toEqual({ ...fresh, ageSeconds: 1_860, stale: true });
    await clock.advance(3_540_001);
    expect(await answerOf(exits)).toMatchObject({
      source: 'FALLBACK',
      reason: 'hub not read for more than 3600 s',
      readAtMs: NOW_MS,
      stale: true,
    });
    hub.paramReads.answering(() => ({ records: [], ignored: 0 }));
    hub.sumReads.answering(() => [sums(10)]);
    await clock.advance(30_000);
    expect(await answerOf(exits)).toMatchObject({
      source: 'STATELESS',
      stale: false,
      revision: fresh.revision,
    });
    expect(log.lines.map((line) => [line.level, line.message])).toEqual([
      ['warn', 'hub lost: serving the last known figures'],
      ['info', 'hub found: figures are fresh again'],
    ]);
  });

  test('an OPTUNA answer is stale only for the published levels, others for both kinds', async () => {
    const { exits, clock, hub } = await setup();
    await answerOf(exits);
    hub.sumReads.answering(down);
    await clock.advance(30_000);
    expect(await answerOf(exits, 'BTC/USDT')).toMatchObject({
      source: 'OPTUNA',
      stale: false,
      readAtMs: NOW_MS + 30_000,
    });
    expect(await answerOf(exits, 'ETH/USDT')).toMatchObject({ source: 'STATELESS', stale: true, readAtMs: NOW_MS });
  });
});

describe('own writes', () => {
  test('recorded trades are checked, written and in the next answer', async () => {
    const { exits, hub } = await setup();
    expect(await answerOf(exits)).toMatchObject({ totalTrades: 10 });
    const marks: unknown[] = [];
    const end = listen('trades.recorded', (at) => marks.push(at));
    hub.sumReads.answering(() => [sums(11)]);
    expect(await exits.recordTrades([TRADE])).toEqual({ recorded: 1, duplicates: 0 });
    end();
    expect(hub.recorded).toEqual([TRADE]);
    expect(marks).toEqual([{ recorded: 1, duplicates: 0 }]);
    expect(await answerOf(exits)).toMatchObject({ totalTrades: 11 });
    expect(hub.paramReads.count).toBe(1);
  });

  test('one bad trade refuses all', async () => {
    const { exits, hub } = await setup();
    const refused = exits.recordTrades([TRADE, { ...TRADE, stopLossPct: 1.48 }]);
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'trades[1].stopLossPct' });
    expect(hub.recorded).toEqual([]);
  });

  test('levels published by this process are in the next answer', async () => {
    const { exits, hub } = await setup();
    expect((await answerOf(exits)).source).toBe('STATELESS');
    hub.paramReads.answering(() => ({ records: [record({ pair: 'ETH/USDT' })], ignored: 0 }));
    hub.tell('params');
    expect((await answerOf(exits)).source).toBe('OPTUNA');
    expect([hub.paramReads.count, hub.sumReads.count]).toEqual([2, 1]);
  });

  test('what others wrote is seen within figuresSeconds', async () => {
    const { exits, clock, hub } = await setup();
    await answerOf(exits);
    hub.paramReads.answering(() => ({ records: [record({ pair: 'ETH/USDT' })], ignored: 0 }));
    await clock.advance(30_000);
    expect((await answerOf(exits)).source).toBe('OPTUNA');
  });
});

describe('leverageBins', () => {
  test('by leverage, only bins with trades, by side and pair, percentages rounded', async () => {
    const { exits, hub } = await setup();
    hub.sumReads.answering(() => [
      sums(3, { bin: 4, sumStopLossPct: -5 }),
      sums(2, { bin: 0 }),
      sums(4, { bin: 0, side: 'SHORT', pair: 'BTC/USDT' }),
    ]);
    hub.tell('trades');
    const bins = await exits.leverageBins({});
    expect(bins.map((bin) => [bin.label, bin.totalTrades])).toEqual([
      ['0.5-1.5x', 6],
      ['4.5-5.5x', 3],
    ]);
    expect(bins[1]?.stopLossPct).toBe(-1.6667);
    expect((await exits.leverageBins({ side: 'SHORT' })).map((bin) => bin.totalTrades)).toEqual([4]);
    expect((await exits.leverageBins({ pair: 'ETH/USDT' })).map((bin) => bin.totalTrades)).toEqual([2, 3]);
    expect(await exits.leverageBins({ pair: 'SOL/USDT' })).toEqual([]);
  });

  test('other lookbacks are read when asked, a few of them remembered', async () => {
    const { exits, hub } = await setup();
    await exits.leverageBins({ lookbackDays: 30 });
    expect(hub.sumReads.count).toBe(1);
    for (const lookbackDays of [7, 90, 7, 365, 14]) await exits.leverageBins({ lookbackDays });
    expect(hub.asked.map((query) => (query.toMs - query.fromMs) / 86_400_000)).toEqual([30, 7, 90, 365, 14]);
    await exits.leverageBins({ lookbackDays: 1 });
    await exits.leverageBins({ lookbackDays: 7 });
    expect(hub.sumReads.count).toBe(6);
    await exits.leverageBins({ lookbackDays: 90 });
    expect(hub.sumReads.count).toBe(7);
  });

  test('other lookbacks show own writes too', async () => {
    const { exits, hub } = await setup();
    expect((await exits.leverageBins({ lookbackDays: 7 })).map((bin) => bin.totalTrades)).toEqual([10]);
    hub.sumReads.answering(() => [sums(11)]);
    await exits.recordTrades([TRADE]);
    expect((await exits.leverageBins({ lookbackDays: 7 })).map((bin) => bin.totalTrades)).toEqual([11]);
  });

  test('closing lets a question for another lookback go', async () => {
    const { exits, clock, hub } = await setup();
    hub.sumReads.answering(undefined);
    const refused = expect(exits.leverageBins({ lookbackDays: 7 })).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
    await clock.advance(100);
    await exits[Symbol.asyncDispose]();
    await refused;
    expect(clock.sleeping()).toBe(0);
  });

  test.each([0, -1, 1.5, Number.NaN, 3_651])('lookbackDays %d is refused', async (lookbackDays) => {
    const { exits } = await setup();
    await expect(exits.leverageBins({ lookbackDays })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'lookbackDays',
    });
  });

  test('a pair that is none is refused', async () => {
    const { exits } = await setup();
    await expect(exits.leverageBins({ pair: 'x' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'pair' });
  });

  test('with nothing to serve: HUB_UNAVAILABLE', async () => {
    const { exits, clock } = await setup({ down: true });
    const refused = expect(exits.leverageBins({})).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
    await clock.advance(1_000);
    await refused;
  });
});

describe('figures kept for the next start', () => {
  test('are served at once after a restart without a hub: same revision, stale, with their age', async () => {
    const first = await setup();
    const before = [await answerOf(first.exits), await answerOf(first.exits, 'BTC/USDT')];
    await first.exits[Symbol.asyncDispose]();
    const second = await setup({ snapshots: first.snapshots, down: true });
    const after = [await answerOf(second.exits), await answerOf(second.exits, 'BTC/USDT')];
    expect(after).toEqual(before.map((answer) => ({ ...answer, stale: true })));
    expect(second.exits.hubReadOnce()).toBe(false);
  });

  test.each<[string, Partial<ExitsSettings>]>([
    ['bin edges', { binEdges: [1, 2, 3.5, 5] }],
    ['lookback', { lookbackDays: 7 }],
  ])('other %s make the kept bins useless, not the kept params', async (_, settings) => {
    const first = await setup();
    await answerOf(first.exits);
    await first.exits[Symbol.asyncDispose]();
    const second = await setup({ snapshots: first.snapshots, down: true, settings });
    await second.clock.advance(1_000);
    expect(await answerOf(second.exits, 'ETH/USDT')).toMatchObject({ source: 'FALLBACK' });
    expect(await answerOf(second.exits, 'BTC/USDT')).toMatchObject({ source: 'OPTUNA' });
  });

  test('of an embedded hub are used only when the first read fails', async () => {
    const first = await setup();
    await answerOf(first.exits);
    await first.exits[Symbol.asyncDispose]();
    const ill = await setup({ snapshots: first.snapshots, simplyRead: true, down: true });
    const askedIll = answerOf(ill.exits);
    await ill.clock.advance(0);
    ill.hub.paramReads.fail();
    ill.hub.sumReads.fail();
    expect(await askedIll).toMatchObject({ totalTrades: 10, stale: true });
    const well = await setup({ snapshots: first.snapshots, simplyRead: true, down: true });
    const asked = answerOf(well.exits);
    await well.clock.advance(300);
    well.hub.paramReads.succeed({ records: [], ignored: 0 });
    well.hub.sumReads.succeed([sums(20)]);
    expect(await asked).toMatchObject({ totalTrades: 20, stale: false });
  });

  test.each<[string, (text: string) => string]>([
    ['a wrong type', (text) => text.replace('"trades":10', '"trades":"10"')],
    ['a hole', (text) => text.replace('"bin":2,', '')],
    ['no time', (text) => text.replace(/"readAtMs":\d+/, '"readAtMs":null')],
    ['no rows', (text) => text.replace(/"rows":\[.*\]/, '"rows":{}')],
  ])('with %s are not used, which is logged', async (_, damage) => {
    const first = await setup();
    await answerOf(first.exits);
    await first.exits[Symbol.asyncDispose]();
    const text = first.snapshots.kept.get('bins') ?? '';
    expect(damage(text)).not.toBe(text);
    first.snapshots.kept.set('bins', damage(text));
    const second = await setup({ snapshots: first.snapshots, down: true });
    await second.clock.advance(1_000);
    expect((await answerOf(second.exits)).source).toBe('FALLBACK');
    expect(second.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'kept figures are damaged and not used' }),
    );
  });

  test('a record whose levels are no numbers does not spoil the kept ones', async () => {
    const first = await setup({ down: true });
    await first.clock.advance(0);
    first.hub.sumReads.succeed([]);
    first.hub.paramReads.succeed({
      records: [record(), record({ pair: 'ETH/USDT', stopLossPct: Number.NaN })],
      ignored: 0,
    });
    await answerOf(first.exits);
    await first.exits[Symbol.asyncDispose]();
    const second = await setup({ snapshots: first.snapshots, down: true });
    expect(await answerOf(second.exits, 'BTC/USDT')).toMatchObject({ source: 'OPTUNA' });
  });

  test('are written once a second at most and never awaited; a full disk is told once and changes no answer', async () => {
    const { exits, clock, hub, snapshots, log } = await setup({ settings: { figuresSeconds: 0 } });
    for (let n = 0; n < 50; n += 1) {
      await answerOf(exits);
      await clock.advance(100);
    }
    expect(hub.sumReads.count).toBe(51);
    expect(snapshots.saves).toBeLessThanOrEqual(2 * 6);
    expect(snapshots.saves).toBeGreaterThanOrEqual(2 * 5);
    snapshots.broken = true;
    for (let n = 0; n < 50; n += 1) {
      expect((await answerOf(exits)).source).toBe('STATELESS');
      await clock.advance(100);
    }
    expect(log.lines.map((line) => line.message)).toEqual(['figures cannot be kept for the next start']);
  });

  test('closing keeps what is not yet kept, and leaves nothing behind', async () => {
    const { exits, clock, hub, snapshots } = await setup();
    await answerOf(exits);
    hub.sumReads.answering(() => [sums(77)]);
    hub.tell('trades');
    await answerOf(exits);
    await exits[Symbol.asyncDispose]();
    expect(snapshots.kept.get('bins')).toContain('"trades":77');
    expect(clock.sleeping()).toBe(0);
    expect(hub.listeners.size).toBe(0);
    expect((await answerOf(exits)).totalTrades).toBe(77);
  });
});

test('names in the hub that are no pairs are told when their number changes', async () => {
  const { clock, hub, log } = await setup();
  hub.paramReads.answering(() => ({ records: [], ignored: 3 }));
  await clock.advance(90_000);
  expect(log.lines).toEqual([
    { level: 'info', fields: { ignored: 3 }, message: 'names in the hub that are no pairs are ignored' },
  ]);
});
