// The aggregator at its limits and where it must tell what it did: many signals, many pairs, backlog, recovery, deadlines, marks and logs.
import { afterEach, describe, expect, test } from 'vitest';
import type { Pause } from '#domain/pause.ts';
import type { NewSignal } from '#domain/signal.ts';
import { openAggregator } from '#ensemble/ensemble.ts';
import type { EnsembleSettings } from '#ensemble/settings.ts';
import { listen } from '#trace/trace.ts';
import { recordingLog } from '../support/recording-log.ts';
import { memoryDecisions, memorySignals, NO_PAUSES } from './journals.ts';
import { BOTS, SETTINGS, sampleSignal } from './samples.ts';

const START_MS = Date.UTC(2026, 0, 5, 12);
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

function worker(settings: EnsembleSettings = SETTINGS, bots: Parameters<typeof openAggregator>[0]['bots'] = BOTS) {
  const now = { wallMs: START_MS, monotonicMs: 5_000 };
  const signals = memorySignals({ now: () => now });
  const decisions = memoryDecisions();
  const log = recordingLog();
  const start = () => openAggregator({ signals, decisions, pauses: NO_PAUSES, settings, bots, log });
  let ids = 0;
  const fresh = (parts: Partial<NewSignal> = {}): NewSignal => {
    ids += 1;
    const { seq: _, receivedAtMs: __, window: ___, ...content } = sampleSignal({ seq: ids, receivedAtMs: 0 });
    return { ...content, idempotencyKey: null, windowMs: 60_000, ...parts };
  };
  const pass = (ms: number) => {
    now.wallMs += ms;
    now.monotonicMs += ms;
  };
  return { now, signals, decisions, log, start, fresh, pass };
}

describe('pauses', () => {
  const pause: Pause = {
    ...{ id: 'p1', pair: null, side: null, source: null, bot: null, reason: 'maintenance', author: 'ann' },
    ...{ createdAtMs: START_MS, untilMs: null, endedAtMs: null, endedBy: null },
  };

  test('those in force when a window is decided count, whenever it was opened; read anew for each decision', async () => {
    const { now, signals, decisions, log, fresh, pass } = worker();
    const inForce: Pause[] = [];
    const asked: number[] = [];
    const pauses = {
      inForce: async (atMs: number) => {
        asked.push(atMs);
        return [...inForce];
      },
    };
    const aggregator = openAggregator({ signals, decisions, pauses, settings: SETTINGS, bots: BOTS, log });
    await signals.append([fresh()]);
    await aggregator.tick(now);
    expect(asked, 'nothing is decided').toEqual([]);
    inForce.push(pause);
    pass(60_120);
    await aggregator.tick(now);
    await signals.append([fresh()]);
    await aggregator.tick(now);
    inForce.pop();
    pass(60_120);
    await aggregator.tick(now);
    const ends = decisions.closings.map(({ decision, owedTo }) => [decision.reason, decision.pauseId, owedTo]);
    expect(ends).toEqual([
      ['PAUSED', 'p1', []],
      [null, null, ['BOT1']],
    ]);
    expect(asked).toEqual([START_MS + 60_120, START_MS + 120_240]);
  });

  test('a vote of a paused source did not count', async () => {
    const { now, signals, decisions, log, fresh, pass } = worker();
    const pauses = { inForce: async () => [{ ...pause, source: '75b' }] };
    const aggregator = openAggregator({ signals, decisions, pauses, settings: SETTINGS, bots: BOTS, log });
    await signals.append([fresh({ source: '75a' }), fresh({ source: '75b' })]);
    await aggregator.tick(now);
    pass(60_120);
    await aggregator.tick(now);
    expect(decisions.closings[0]).toMatchObject({
      decision: { votes: 1, sources: ['75a'], outcome: 'PENDING' },
      fates: [{ counted: true }, { counted: false }],
    });
  });

  test('while they cannot be read nothing is decided, and nothing is lost', async () => {
    const { now, signals, decisions, log, fresh, pass } = worker();
    let unreadable = true;
    const pauses = {
      inForce: async () => {
        if (unreadable) throw new Error('gateway.db cannot be read');
        return [];
      },
    };
    const aggregator = openAggregator({ signals, decisions, pauses, settings: SETTINGS, bots: BOTS, log });
    await signals.append([fresh()]);
    await aggregator.tick(now);
    pass(60_120);
    await expect(aggregator.tick(now)).rejects.toThrow('cannot be read');
    expect(decisions.closings).toEqual([]);
    unreadable = false;
    await aggregator.tick(now);
    expect(decisions.closings).toHaveLength(1);
  });
});

describe('when a window is decided', () => {
  test('not before its close and the grace, and then at once', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const aggregator = start();
    await signals.append([fresh()]);
    expect(await aggregator.tick(now)).toEqual({ open: 1, decided: 0 });
    pass(60_119);
    expect(await aggregator.tick(now)).toEqual({ open: 1, decided: 0 });
    pass(1);
    expect(await aggregator.tick(now)).toEqual({ open: 0, decided: 1 });
    expect(decisions.closings[0]?.decision).toMatchObject({
      window: { openedAtMs: START_MS, closesAtMs: START_MS + 60_000 },
      decidedAtMs: START_MS + 60_120,
    });
  });

  test.each([3_600_000, -3_600_000])('by the monotonic clock when the wall clock steps %d ms', async (stepMs) => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const aggregator = start();
    await signals.append([fresh()]);
    await aggregator.tick(now);
    now.wallMs += stepMs;
    pass(60_119);
    expect(await aggregator.tick(now)).toMatchObject({ decided: 0 });
    pass(1);
    expect(await aggregator.tick(now)).toMatchObject({ decided: 1 });
    const [made] = decisions.closings;
    expect(made?.decision.window.closesAtMs).toBe(START_MS + 60_000);
    expect(made?.decision.dueAtMs, 'bots have their whole time').toBe(START_MS + 60_000 + stepMs);
  });

  test('one found overdue after a restart is due at its nominal close', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    await signals.append([fresh()]);
    pass(80_000);
    await start().tick(now);
    expect(decisions.closings[0]?.decision).toMatchObject({
      decidedAtMs: START_MS + 80_000,
      dueAtMs: START_MS + 60_000,
    });
  });

  test('after a restart by the wall clock, at most one window from now', async () => {
    const { now, signals, start, fresh, pass } = worker();
    await signals.append([fresh()]);
    now.wallMs -= 3_600_000;
    const aggregator = start();
    await aggregator.tick(now);
    pass(60_119);
    expect(await aggregator.tick(now)).toMatchObject({ decided: 0 });
    pass(1);
    expect(await aggregator.tick(now)).toMatchObject({ decided: 1 });
  });

  test('a signal stamped before the close and committed within the grace counts', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const aggregator = start();
    await signals.append([fresh()]);
    await aggregator.tick(now);
    pass(59_999);
    signals.stall();
    await signals.append([fresh({ source: '75b' })]);
    pass(100);
    expect(await aggregator.tick(now)).toEqual({ open: 1, decided: 0 });
    signals.goOn();
    pass(21);
    expect(await aggregator.tick(now)).toEqual({ open: 0, decided: 1 });
    expect(decisions.closings[0]?.decision).toMatchObject({ votes: 2 });
  });

  test('a straggler opens a window of its own at its stamp and changes nothing that is decided', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const aggregator = start();
    await signals.append([fresh()]);
    await aggregator.tick(now);
    pass(59_000);
    signals.stall();
    const [late] = await signals.append([fresh({ source: '75b' })]);
    pass(2_000);
    await aggregator.tick(now);
    const before = structuredClone(decisions.closings);
    signals.goOn();
    expect(await aggregator.tick(now)).toEqual({ open: 1, decided: 0 });
    pass(60_000);
    await aggregator.tick(now);
    const [first, second] = decisions.closings;
    expect([first]).toEqual(before);
    expect(second?.fates.map((fate) => fate.signalId)).toEqual([late?.signal.id]);
    expect(second?.decision.window).toEqual({ openedAtMs: START_MS + 59_000, closesAtMs: START_MS + 119_000 });
  });
});

describe('what a decision says', () => {
  test('the latest vote of each source, the tag, who is owed', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker({ ...SETTINGS, tagId: true }, [
      ...BOTS,
      { name: 'BOT9', sides: ['LONG', 'SHORT'] },
    ]);
    const ends = await signals.append([
      fresh({ confidenceE4: 1000, leverage: 1 }),
      fresh({ source: '75b', confidenceE4: 8300, leverage: 5 }),
      fresh({ confidenceE4: 8900, leverage: 10 }),
    ]);
    const aggregator = start();
    await aggregator.tick(now);
    pass(61_000);
    await aggregator.tick(now);
    const [closing] = decisions.closings;
    expect(closing?.decision).toMatchObject({
      outcome: 'PENDING',
      reason: null,
      votes: 2,
      expectedFeeders: 5,
      confidenceE4: 8600,
      leverage: 5,
      sources: ['75a', '75b'],
      conflict: false,
    });
    const id = closing?.decision.id ?? '';
    expect(id).toMatch(/^[a-z0-9]{25}$/);
    expect(closing?.decision.enterTag).toBe(`long ensemble 2/5 conf=0.86 from=75a,75b id=${id.slice(0, 4)}`);
    expect(closing?.fates.map((fate) => [fate.signalId, fate.counted])).toEqual(
      ends.map(({ signal }, index) => [signal.id, index > 0]),
    );
    expect(closing?.owedTo).toEqual(['BOT1', 'BOT9']);
  });

  test('nothing is owed of a rejected one, and a side without a bot is NO_BOT', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker(SETTINGS, [{ name: 'BOT2', sides: ['SHORT'] }]);
    await signals.append([fresh(), fresh({ side: 'SHORT', confidenceE4: 1 })]);
    const aggregator = start();
    await aggregator.tick(now);
    pass(61_000);
    await aggregator.tick(now);
    const said = decisions.closings.map(({ decision, owedTo }) => [
      decision.side,
      decision.outcome,
      decision.reason,
      owedTo,
    ]);
    expect(said).toEqual([
      ['LONG', 'REJECTED', 'NO_BOT', []],
      ['SHORT', 'REJECTED', 'LOW_CONFIDENCE', []],
    ]);
  });

  test('both sides of a conflict carry it, also when the worker restarted between their decisions', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    await signals.append([fresh()]);
    let aggregator = start();
    await aggregator.tick(now);
    pass(59_999);
    await signals.append([fresh({ side: 'SHORT' }), fresh({ side: 'SHORT', pair: 'ETH/USDT' })]);
    pass(200);
    await aggregator.tick(now);
    aggregator = start();
    pass(60_200);
    await aggregator.tick(now);
    const said = decisions.closings.map(({ decision }) => [decision.pair, decision.side, decision.conflict]);
    expect(said.sort()).toEqual([
      ['BTC/USDT', 'LONG', true],
      ['BTC/USDT', 'SHORT', true],
      ['ETH/USDT', 'SHORT', false],
    ]);
  });

  test('windows that only touch do not conflict', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const aggregator = start();
    await signals.append([fresh()]);
    await aggregator.tick(now);
    pass(60_000);
    await signals.append([fresh({ side: 'SHORT' })]);
    await aggregator.tick(now);
    pass(61_000);
    await aggregator.tick(now);
    expect(decisions.closings.map(({ decision }) => decision.conflict)).toEqual([false, false]);
  });
});

describe('many', () => {
  test('10,000 signals in one window', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const aggregator = start();
    await signals.append(Array.from({ length: 10_000 }, (_, n) => fresh({ source: `s${n % 4000}` })));
    expect(await aggregator.tick(now)).toEqual({ open: 1, decided: 0 });
    pass(61_000);
    await aggregator.tick(now);
    expect(decisions.closings).toHaveLength(1);
    expect(decisions.closings[0]?.decision).toMatchObject({ votes: 4000, confidenceE4: 8900 });
    expect(decisions.closings[0]?.fates.filter((fate) => fate.counted)).toHaveLength(4000);
    expect(decisions.closings[0]?.fates).toHaveLength(10_000);
  });

  test('5,000 pairs closing at once are decided in few commits', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const aggregator = start();
    await signals.append(Array.from({ length: 5_000 }, (_, n) => fresh({ pair: `P${n}/USDT` })));
    expect(await aggregator.tick(now)).toEqual({ open: 5_000, decided: 0 });
    pass(61_000);
    expect(await aggregator.tick(now)).toEqual({ open: 0, decided: 5_000 });
    expect(decisions.commits()).toBe(5);
  });

  test('a backlog of hours is decided while it is read: memory holds the windows that may still grow', async () => {
    const { now, signals, decisions, log, start, fresh, pass } = worker();
    for (let minute = 0; minute < 300; minute += 1) {
      await signals.append(Array.from({ length: 20 }, (_, n) => fresh({ pair: `P${n}/USDT` })));
      pass(61_000);
    }
    const open: number[] = [];
    endings.push(listen('window.opened', (detail) => open.push(detail.open)));
    expect(await start().tick(now)).toEqual({ open: 0, decided: 6_000 });
    expect(Math.max(...open)).toBeLessThanOrEqual(1_040);
    expect(decisions.closings).toHaveLength(6_000);
    expect(log.lines.filter((line) => line.level === 'error')).toEqual([]);
  });
});

test('a window longer than a page of the journal is decided only when all of it was read', async () => {
  const { now, signals, decisions, start, fresh, pass } = worker();
  await signals.append(Array.from({ length: 2_500 }, (_, n) => fresh({ source: `s${n}` })));
  pass(3_600_000);
  expect(await start().tick(now)).toEqual({ open: 0, decided: 1 });
  expect(decisions.closings[0]?.decision.votes).toBe(2_500);
});

test('a conflict is found among more decided windows than a page holds', async () => {
  const { now, signals, decisions, start, fresh, pass } = worker();
  const others = Array.from({ length: 1_200 }, (_, n) => fresh({ pair: `P${n}/USDT` }));
  await signals.append(others);
  await start().tick(now);
  pass(59_999);
  signals.stall();
  await signals.append(others.map(({ pair }) => fresh({ pair, side: 'SHORT' })));
  pass(200);
  const aggregator = start();
  expect(await aggregator.tick(now)).toEqual({ open: 0, decided: 1_200 });
  signals.goOn();
  expect(await aggregator.tick(now)).toEqual({ open: 1_200, decided: 0 });
  pass(60_000);
  await aggregator.tick(now);
  const marked = decisions.closings.filter(({ decision }) => decision.conflict);
  expect(new Set(marked.map(({ decision }) => decision.side))).toEqual(new Set(['SHORT']));
  expect(marked).toHaveLength(1_200);
});

describe('recovery', () => {
  test('reads signals only where fates are missing, and after a failure goes on from what is known to be decided', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const first = start();
    for (let round = 0; round < 50; round += 1) {
      await signals.append([fresh({ pair: `A${round}/USDT`, windowMs: round === 20 ? 600_000 : 1_000 })]);
    }
    await first.tick(now);
    pass(2_000);
    await first.tick(now);
    const asked: [string, number, number][] = [];
    const after = signals.after;
    signals.after = (seq, limit) => {
      asked.push(['signals', seq, limit]);
      return after(seq, limit);
    };
    const fatesAfter = decisions.fatesAfter;
    decisions.fatesAfter = (seq, limit) => {
      asked.push(['fates', seq, limit]);
      return fatesAfter(seq, limit);
    };
    const second = start();
    expect(await second.tick(now)).toEqual({ open: 1, decided: 0 });
    expect(asked).toEqual([
      ['fates', 20, 1_000],
      ['signals', 20, 1],
      ['signals', 50, 1_000],
    ]);
    asked.length = 0;
    decisions.failNext(false);
    pass(600_000);
    await expect(second.tick(now)).rejects.toThrow('the disk is full');
    expect(await second.tick(now)).toEqual({ open: 0, decided: 1 });
    expect(asked.filter(([what]) => what === 'fates')).toEqual([['fates', 20, 1_000]]);
    expect(decisions.closings).toHaveLength(50);
  });

  test('costs what came after the last mark, however long the history', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const first = start();
    await signals.append(Array.from({ length: 30_000 }, () => fresh()));
    await first.tick(now);
    pass(61_000);
    expect(await first.tick(now)).toEqual({ open: 0, decided: 1 });
    await signals.append([fresh({ windowMs: 3_600_000 })]);
    await signals.append(Array.from({ length: 10 }, () => fresh({ pair: 'ETH/USDT', windowMs: 1_000 })));
    await first.tick(now);
    pass(2_000);
    expect(await first.tick(now)).toEqual({ open: 1, decided: 1 });
    let rows = 0;
    const counting =
      <R>(read: (seq: number, limit: number) => Promise<readonly R[]>) =>
      async (seq: number, limit: number) => {
        const page = await read(seq, limit);
        rows += page.length;
        return page;
      };
    signals.after = counting(signals.after);
    decisions.fatesAfter = counting(decisions.fatesAfter);
    expect(await decisions.decidedUpToSeq()).toBe(30_000);
    expect(await start().tick(now)).toEqual({ open: 1, decided: 0 });
    expect(rows).toBe(11);
  });

  test('a long history is looked through in steps, one a tick', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    await signals.append([fresh({ pair: 'OPEN/USDT', windowMs: 3_600_000 })]);
    await signals.append(Array.from({ length: 45_000 }, () => fresh()));
    const first = start();
    await first.tick(now);
    pass(61_000);
    expect(await first.tick(now)).toEqual({ open: 1, decided: 1 });
    const second = start();
    expect(await second.tick(now)).toEqual({ open: 0, decided: 0 });
    expect(await second.tick(now)).toEqual({ open: 0, decided: 0 });
    expect(await second.tick(now)).toEqual({ open: 1, decided: 0 });
    pass(3_600_000);
    expect(await second.tick(now)).toEqual({ open: 0, decided: 1 });
    expect(decisions.closings[1]?.decision.pair).toBe('OPEN/USDT');
  });

  test('a journal whose old rows were removed', async () => {
    const { now, decisions, log, fresh, pass } = worker();
    const signals = memorySignals({ now: () => now }, 7_000);
    const start = () => openAggregator({ signals, decisions, pauses: NO_PAUSES, settings: SETTINGS, bots: BOTS, log });
    await signals.append([fresh({ windowMs: 600_000, pair: 'OLD/USDT' }), fresh({ windowMs: 1_000 })]);
    const first = start();
    await first.tick(now);
    pass(2_000);
    expect(await first.tick(now)).toEqual({ open: 1, decided: 1 });
    const second = start();
    expect(await second.tick(now)).toEqual({ open: 1, decided: 0 });
    pass(600_000);
    expect(await second.tick(now)).toEqual({ open: 0, decided: 1 });
  });

  test('ticks at the same time are one', async () => {
    const { now, signals, decisions, start, fresh, pass } = worker();
    const aggregator = start();
    await signals.append([fresh()]);
    await aggregator.tick(now);
    pass(61_000);
    const ends = await Promise.all([aggregator.tick(now), aggregator.tick(now), aggregator.tick(now)]);
    expect(ends).toEqual([ends[0], ends[0], ends[0]]);
    expect(decisions.commits()).toBe(1);
  });
});

test('marks and log lines tell the way of a signal, in order', async () => {
  const { now, signals, decisions, log, start, fresh, pass } = worker();
  const told: unknown[] = [];
  endings.push(listen('window.opened', (detail) => told.push(['opened', detail])));
  endings.push(listen('windows.counted', (detail) => told.push(['counted', detail])));
  endings.push(listen('decision.deciding', (detail) => told.push(['deciding', detail, decisions.closings.length])));
  endings.push(listen('decision.committed', (detail) => told.push(['committed', detail, decisions.closings.length])));
  const [end] = await signals.append([fresh(), fresh({ source: '75b' })]);
  const aggregator = start();
  await aggregator.tick(now);
  pass(61_000);
  await aggregator.tick(now);
  expect(told).toEqual([
    ['opened', { pair: 'BTC/USDT', side: 'LONG', open: 1 }],
    ['counted', { open: 1 }],
    ['deciding', { count: 1 }, 0],
    ['committed', { outcome: 'PENDING', reason: null, count: 1 }, 1],
    ['counted', { open: 0 }],
  ]);
  const id = end?.signal.id;
  expect(log.lines).toMatchObject([
    { level: 'debug', fields: { signalId: id }, message: 'window opened' },
    {
      level: 'info',
      fields: { signalIds: [id, 's2'], outcome: 'PENDING', owedTo: ['BOT1'] },
      message: 'window decided',
    },
  ]);
});
