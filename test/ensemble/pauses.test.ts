// Setting and ending pauses: what is kept, refused and told.
import { describe, expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import type { Pause } from '#domain/pause.ts';
import { openPauses } from '#ensemble/ensemble.ts';
import { recordingLog } from '../support/recording-log.ts';

const START = Date.UTC(2026, 0, 5, 12);

const HEARD = {
  sources: ['75a', 'model-b'],
  pairs: ['BTC/USDT:USDT', 'ETH/USDT'],
};

function desk(
  intake = true,
  { sources = [], pairs = [] }: Partial<typeof HEARD> = {},
  speakers: readonly (readonly string[] | undefined)[] = [],
) {
  const now = { wallMs: START + 0.7, monotonicMs: 0 };
  const kept = new Map<string, Pause>();
  const log = recordingLog();
  let ids = 0;
  let unreadable = false;
  const pauses = openPauses({
    journal: {
      add: async (pause) => {
        kept.set(pause.id, pause);
      },
      end: async ({ id, atMs, by }) => {
        const pause = kept.get(id);
        const over = pause?.endedAtMs != null || (pause?.untilMs ?? Number.POSITIVE_INFINITY) <= atMs;
        if (pause === undefined || over) return { pause, ended: false };
        const ended = { ...pause, endedAtMs: atMs, endedBy: by };
        kept.set(id, ended);
        return { pause: ended, ended: true };
      },
      inForce: async (atMs) =>
        [...kept.values()].filter((one) => one.endedAtMs === null && (one.untilMs === null || one.untilMs > atMs)),
      byIds: async (all) => all.map((id) => kept.get(id)),
      newest: async (first) => [...kept.values()].toReversed().slice(0, first),
    },
    heard: {
      rhythms: async () =>
        sources.map((source) => ({
          source,
          rhythm: { beatAtMs: START, lastAtMs: START, intervals: 0, meanMs: 0, deviationMs: 0 },
        })),
      pairs: async () => {
        if (unreadable) throw new Fault('JOURNAL_UNAVAILABLE', 'gateway.db failed to be read');
        return pairs;
      },
    },
    speakers,
    bots: async () => ['BOT1'],
    intake,
    newId: () => {
      ids += 1;
      return `p${ids}`;
    },
    clock: { now: () => now },
    log,
  });
  return {
    ...{ now, kept, log, pauses },
    blind: () => {
      unreadable = true;
    },
  };
}

describe('pausing', () => {
  test('keeps who, why, what, when and until when, and says so', async () => {
    const { pauses, kept, log } = desk();
    const request = { pair: 'BTC/USDT', bot: 'BOT1', reason: ' news ', untilMs: START + 60_000 };
    const made = await pauses.pause(request, 'ann');
    expect(made).toEqual({
      ...{ id: 'p1', pair: 'BTC/USDT', side: null, source: null, bot: 'BOT1', reason: 'news', author: 'ann' },
      ...{ createdAtMs: START, untilMs: START + 60_000, endedAtMs: null, endedBy: null },
    });
    expect([...kept.values()]).toEqual([made]);
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'paused', fields: { pauseId: 'p1', author: 'ann' } }]);
  });

  test('a refused one is not kept', async () => {
    const { pauses, kept } = desk();
    await expect(pauses.pause({ reason: '' }, 'ann')).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'reason',
    });
    await expect(pauses.pause({ reason: 'x', bot: 'BOT2' }, 'ann')).rejects.toMatchObject({
      field: 'bot',
      allowed: 'BOT1',
    });
    await expect(pauses.pause({ reason: 'x', untilMs: START }, 'ann')).rejects.toMatchObject({ field: 'until' });
    expect(kept.size).toBe(0);
  });

  test('where no signals are taken it would stop nothing, and is refused', async () => {
    const { pauses, kept } = desk(false);
    await expect(pauses.pause({ reason: 'x' }, 'ann')).rejects.toMatchObject({ code: 'INTAKE_OFF' });
    expect(kept.size).toBe(0);
  });
});

describe('names that were never heard', () => {
  test.each([
    ['a source in another case', { source: '75A' }, 'source', '75a, model-b'],
    ['a source with another dash', { source: 'model_b' }, 'source', 'model-b, 75a'],
    ['a pair in another case', { pair: 'btc/usdt:usdt' }, 'pair', 'BTC/USDT:USDT, ETH/USDT'],
    ['a short pair in another case', { pair: 'Btc/USDT' }, 'pair', 'ETH/USDT, BTC/USDT:USDT'],
  ])('%s is a slip, and refused with the nearest', async (_name, scope, field, allowed) => {
    const { pauses, kept } = desk(true, HEARD);
    const refusal = { code: 'BAD_USER_INPUT', field, allowed };
    await expect(pauses.pause({ reason: 'x', ...scope }, 'ann')).rejects.toMatchObject(refusal);
    expect(kept.size).toBe(0);
  });

  test('a source that no feeder may speak for is refused, one that is configured or heard is taken', async () => {
    const { pauses } = desk(true, HEARD, [['75a', '75c'], ['75b']]);
    await expect(pauses.pause({ reason: 'x', source: '75x' }, 'ann')).rejects.toMatchObject({
      field: 'source',
      allowed: '75a, 75b, 75c, model-b',
      message: expect.stringContaining('75x is no source that a feeder may speak for'),
    });
    for (const source of ['75b', '75c', 'model-b']) {
      const made = await pauses.pause({ reason: 'x', source }, 'ann');
      expect(await pauses.noteOn(made)).toBeNull();
    }
  });

  test('one that may still be heard is taken, and said to stop nothing yet: in the log and whenever it is asked for', async () => {
    const { pauses, log, now } = desk(true, HEARD, [['75b'], undefined]);
    const made = await pauses.pause({ reason: 'x', source: '75x', pair: 'SOL/USDT', untilMs: START + 5_000 }, 'ann');
    const note =
      'no signal of source 75x was ever heard (known: 75a, 75b, model-b); no signal for SOL/USDT was ever heard (nearest: ETH/USDT, BTC/USDT:USDT): until one is, this pause stops nothing';
    expect(await pauses.noteOn(made)).toBe(note);
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'paused', fields: { note } }]);
    expect(await pauses.noteOn(await pauses.pause({ reason: 'x', pair: 'BTC/USDT' }, 'ann'))).toBeNull();
    now.wallMs += 6_000;
    expect(await pauses.noteOn(made), 'it is over').toBeNull();
  });

  test('before anything was heard nothing is said, and a journal that cannot be read stops no pause', async () => {
    const fresh = desk();
    expect(await fresh.pauses.noteOn(await fresh.pauses.pause({ reason: 'x', source: '75x' }, 'ann'))).toBeNull();
    const { pauses, blind, kept } = desk(true, HEARD);
    blind();
    expect(await pauses.noteOn(await pauses.pause({ reason: 'x', source: '75A' }, 'ann'))).toBeNull();
    expect(kept.size).toBe(1);
  });
});

describe('resuming', () => {
  test('ends a pause once, and says who did', async () => {
    const { now, pauses, log } = desk();
    await pauses.pause({ reason: 'x' }, 'ann');
    now.wallMs += 5_000;
    expect(await pauses.resume('p1', 'bob')).toMatchObject({ id: 'p1', endedAtMs: START + 5_000, endedBy: 'bob' });
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', message: 'resumed', fields: { pauseId: 'p1', by: 'bob' } });
    await expect(pauses.resume('p1', 'eve')).rejects.toThrow(
      'id: this pause ended at 2026-01-05T12:00:05.000Z, by bob',
    );
    await expect(pauses.resume('p1', 'eve')).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
  });

  test('an unknown one, and one whose time ran out', async () => {
    const { now, pauses } = desk();
    await expect(pauses.resume('p9', 'bob')).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'id' });
    await pauses.pause({ reason: 'x', untilMs: START + 1_000 }, 'ann');
    now.wallMs += 1_000;
    await expect(pauses.resume('p1', 'bob')).rejects.toThrow(/ended at 2026-01-05T12:00:01\.000Z, by its own time/);
  });
});

test('the list holds those in force, newest first; the others, when asked for, with their ends', async () => {
  const { now, pauses } = desk();
  await pauses.pause({ reason: 'one' }, 'ann');
  await pauses.pause({ reason: 'two', untilMs: START + 1_000 }, 'ann');
  await pauses.pause({ reason: 'three' }, 'ann');
  await pauses.resume('p1', 'bob');
  expect((await pauses.list(false)).map(({ id }) => id)).toEqual(['p3', 'p2']);
  now.wallMs += 2_000;
  expect((await pauses.list(false)).map(({ id }) => id)).toEqual(['p3']);
  expect((await pauses.list(true)).map(({ id, endedAtMs, endedBy }) => [id, endedAtMs, endedBy])).toEqual([
    ['p3', null, null],
    ['p2', START + 1_000, null],
    ['p1', START, 'bob'],
  ]);
  expect((await pauses.byIds(['p2', 'none'])).map((pause) => pause?.endedAtMs)).toEqual([START + 1_000, undefined]);
});
