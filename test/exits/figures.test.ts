// The cache in front of the hub: how often it reads, who waits and how long, what is stale, and what a misbehaving hub cannot do.
import { afterEach, describe, expect, test } from 'vitest';
import { Figures } from '#exits/figures.ts';
import type { FiguresOptions, FiguresPace } from '#exits/figures-options.ts';
import { listen } from '#trace/trace.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { type Reads, reads } from './hub.ts';

const PACE: FiguresPace = { everyMs: 30_000, maxStaleMs: 3_600_000, waitMs: 1_000 };
const open: Figures<string>[] = [];

afterEach(() => {
  for (const figures of open.splice(0)) figures.close();
});

interface Setup {
  readonly clock: ManualClock;
  readonly hub: Reads<string>;
  readonly figures: Figures<string>;
  readonly failings: boolean[];
  readonly heard: string[];
}

function setup(change: Partial<FiguresOptions<string>> = {}): Setup {
  const clock = manualClock();
  const hub = reads<string>();
  const failings: boolean[] = [];
  const heard: string[] = [];
  const figures = new Figures<string>({
    kind: 'params',
    read: hub.read,
    pace: PACE,
    ahead: true,
    clock,
    onFailing: (failing) => failings.push(failing),
    onRead: (value) => heard.push(value),
    ...change,
  });
  open.push(figures);
  return { clock, hub, figures, failings, heard };
}

/** A question as the door asks it: how long it waited and what it then saw. */
function ask({ figures, clock }: Setup) {
  const from = clock.now().monotonicMs;
  const asked = {
    waitedMs: undefined as number | undefined,
    value: undefined as string | undefined,
    stale: undefined as boolean | undefined,
  };
  const see = () => {
    const { value, stale } = figures.reading();
    Object.assign(asked, { waitedMs: clock.now().monotonicMs - from, value, stale });
  };
  const wait = figures.refresh();
  if (wait === undefined) see();
  else void wait.then(see);
  return asked;
}

/** With figures 'one' read at the start. */
async function withFigures(change: Partial<FiguresOptions<string>> = {}): Promise<Setup> {
  const all = setup(change);
  await all.clock.advance(0);
  all.hub.succeed('one');
  await all.clock.advance(0);
  return all;
}

describe('with nothing to serve', () => {
  test('any number of questions wait for one read', async () => {
    const all = setup();
    const asked = Array.from({ length: 1_000 }, () => ask(all));
    await all.clock.advance(700);
    expect(all.hub.count).toBe(1);
    expect(asked.every((one) => one.waitedMs === undefined)).toBe(true);
    all.hub.succeed('one');
    await all.clock.advance(0);
    expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ waitedMs: 700, value: 'one', stale: false })]),
    );
  });

  test('a slow hub is waited for one second from the start of the read, never longer', async () => {
    const all = setup();
    const first = ask(all);
    await all.clock.advance(600);
    const second = ask(all);
    await all.clock.advance(399);
    expect(first.waitedMs).toBeUndefined();
    await all.clock.advance(1);
    expect(first).toEqual({ waitedMs: 1_000, value: undefined, stale: true });
    expect(second).toEqual({ waitedMs: 400, value: undefined, stale: true });
    expect(ask(all)).toEqual({ waitedMs: 0, value: undefined, stale: true });
    expect(all.figures.reading()).toMatchObject({ absence: 'hub not read yet', readAtMs: null });
    all.hub.succeed('late');
    await all.clock.advance(0);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'late', stale: false });
  });

  test('a hub that fails at once lets everybody go, and is not asked again before its time', async () => {
    const all = setup();
    const first = ask(all);
    await all.clock.advance(0);
    all.hub.fail();
    await all.clock.advance(0);
    expect(first).toEqual({ waitedMs: 0, value: undefined, stale: true });
    for (let second = 0; second < 29; second += 1) {
      await all.clock.advance(1_000);
      expect(ask(all).waitedMs).toBe(0);
    }
    expect(all.hub.count).toBe(1);
    await all.clock.advance(1_000);
    expect(all.hub.count).toBe(2);
  });
});

describe('once there are figures', () => {
  test('they are read ahead every 30 s, however many ask, and nobody waits', async () => {
    const all = await withFigures();
    for (let second = 0; second < 300; second += 1) {
      for (let n = 0; n < 5; n += 1) expect(ask(all).waitedMs).toBe(0);
      await all.clock.advance(1_000);
      if (all.hub.open > 0) all.hub.succeed(`at ${second}`);
    }
    expect(all.hub.count).toBe(11);
  });

  test('they are read ahead also when nobody asks, so that a rare question is answered with fresh ones', async () => {
    const all = await withFigures();
    all.hub.answering(() => 'fresh');
    await all.clock.advance(600_500);
    expect(all.hub.count).toBe(21);
    expect(all.clock.now().wallMs - (all.figures.reading().readAtMs ?? 0)).toBe(500);
  });

  test('a running read makes them stale when it is older than 5 s, and nobody waits for it', async () => {
    const all = await withFigures();
    await all.clock.advance(30_000);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'one', stale: false });
    await all.clock.advance(5_000);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'one', stale: false });
    await all.clock.advance(1);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'one', stale: true });
    all.hub.succeed('two');
    await all.clock.advance(0);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'two', stale: false });
  });

  test('a failed read makes them stale until one succeeds; losing and finding the hub is told once each', async () => {
    const all = await withFigures();
    all.hub.answering(() => {
      throw new Error('down');
    });
    await all.clock.advance(120_000);
    expect(all.hub.count).toBe(5);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'one', stale: true });
    all.hub.answering(() => 'two');
    await all.clock.advance(60_000);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'two', stale: false });
    expect(all.failings).toEqual([true, false]);
  });

  test('they are served for maxStale after the last successful read while the hub is down, then no more', async () => {
    const all = await withFigures();
    all.hub.answering(() => {
      throw new Error('down');
    });
    await all.clock.advance(3_600_000);
    expect(all.figures.reading()).toMatchObject({ value: 'one', stale: true });
    const readAtMs = all.figures.reading().readAtMs;
    await all.clock.advance(1);
    expect(all.figures.reading()).toEqual({
      value: undefined,
      absence: 'hub not read for more than 3600 s',
      readAtMs,
      stale: true,
    });
    expect(ask(all).waitedMs).toBe(0);
    all.hub.answering(() => 'back');
    await all.clock.advance(30_000);
    expect(all.figures.reading()).toMatchObject({ value: 'back', stale: false });
  });

  test('a wall clock that steps neither ages nor renews them', async () => {
    const all = await withFigures();
    all.clock.stepWall(-86_400_000);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'one', stale: false });
    all.clock.stepWall(2 * 86_400_000);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'one', stale: false });
    expect(all.hub.count).toBe(1);
  });

  test('a maxStale shorter than the pace does not hide figures while the hub is well', async () => {
    const all = await withFigures({ pace: { ...PACE, maxStaleMs: 5_000 } });
    await all.clock.advance(29_000);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'one', stale: false });
  });
});

describe('a hub that hangs', () => {
  test('holds one read, which is given up after 30 s, then 60 s, then 120 s: an hour leaves few open', async () => {
    const all = await withFigures();
    await all.clock.advance(30_000);
    expect(all.hub.open).toBe(1);
    await all.clock.advance(29_999);
    expect(all.hub.open).toBe(1);
    expect(all.failings).toEqual([]);
    await all.clock.advance(1);
    expect(all.failings).toEqual([true]);
    expect(all.hub.open).toBe(2);
    await all.clock.advance(59_999);
    expect(all.hub.open).toBe(2);
    await all.clock.advance(1);
    expect(all.hub.open).toBe(3);
    for (let minute = 0; minute < 57; minute += 1) {
      await all.clock.advance(60_000);
      expect(ask(all)).toMatchObject({ waitedMs: 0, stale: true });
    }
    expect(all.hub.open).toBeLessThanOrEqual(11);
  });

  test('is given up after 30 s again once a read has ended in time', async () => {
    const all = await withFigures();
    await all.clock.advance(60_000);
    all.hub.answering(() => 'well');
    await all.clock.advance(60_000);
    expect(all.figures.reading().value).toBe('well');
    all.hub.answering(undefined);
    await all.clock.advance(30_000);
    const before = all.hub.open;
    await all.clock.advance(30_000);
    expect(all.hub.open).toBe(before + 1);
  });

  test('is heard when a read that was given up ends well after all', async () => {
    const all = await withFigures();
    await all.clock.advance(61_000);
    expect(all.hub.open).toBe(2);
    all.hub.succeed('forty seconds late');
    await all.clock.advance(0);
    expect(all.figures.reading()).toMatchObject({ value: 'forty seconds late', stale: false });
  });

  test('a late read never replaces the figures of a younger one, nor says that all is well', async () => {
    const all = await withFigures();
    await all.clock.advance(61_000);
    all.hub.answering(() => 'young');
    await all.clock.advance(60_000);
    expect(all.figures.reading().value).toBe('young');
    all.hub.answering(() => {
      throw new Error('down');
    });
    await all.clock.advance(30_000);
    expect(all.figures.reading()).toMatchObject({ value: 'young', stale: true });
    all.hub.succeed('old');
    await all.clock.advance(0);
    expect(all.figures.reading()).toMatchObject({ value: 'young', stale: true });
    expect(all.heard).not.toContain('old');
  });

  test('costs a question after an own write one second at most, and only those of that second', async () => {
    const all = await withFigures();
    await all.clock.advance(30_000);
    all.figures.wish();
    expect(ask(all).waitedMs).toBeUndefined();
    await all.clock.advance(1_000);
    expect(ask(all)).toMatchObject({ waitedMs: 0, value: 'one' });
  });
});

describe('own writes', () => {
  test('are in the next answer, which waits for a read that began after the write', async () => {
    const all = await withFigures();
    await all.clock.advance(10_000);
    all.figures.wish();
    const asked = ask(all);
    await all.clock.advance(50);
    expect(all.hub.count).toBe(2);
    expect(asked.waitedMs).toBeUndefined();
    all.hub.succeed('with the write');
    await all.clock.advance(0);
    expect(asked).toEqual({ waitedMs: 50, value: 'with the write', stale: false });
    expect(ask(all).waitedMs).toBe(0);
    expect(all.hub.count).toBe(2);
  });

  test('are not satisfied by a read that was already running', async () => {
    const all = await withFigures();
    await all.clock.advance(30_000);
    expect(all.hub.open).toBe(1);
    all.figures.wish();
    const asked = ask(all);
    all.hub.succeed('before the write');
    await all.clock.advance(100);
    expect(asked.waitedMs).toBeUndefined();
    expect(all.hub.count).toBe(3);
    all.hub.succeed('after the write');
    await all.clock.advance(0);
    expect(asked).toMatchObject({ waitedMs: 100, value: 'after the write' });
  });

  test('wait one second in all, also when the running read and the next are slow', async () => {
    const all = await withFigures();
    await all.clock.advance(30_000);
    all.figures.wish();
    const asked = ask(all);
    await all.clock.advance(900);
    all.hub.succeed('before the write');
    await all.clock.advance(99);
    expect(asked.waitedMs).toBeUndefined();
    await all.clock.advance(1);
    expect(asked).toMatchObject({ waitedMs: 1_000, value: 'before the write' });
  });

  test('a failed read after a write lets the question go with what is known', async () => {
    const all = await withFigures();
    all.figures.wish();
    const asked = ask(all);
    await all.clock.advance(0);
    all.hub.fail();
    await all.clock.advance(0);
    expect(asked).toEqual({ waitedMs: 0, value: 'one', stale: true });
    expect(ask(all).waitedMs).toBe(0);
    expect(all.hub.count).toBe(2);
  });

  test('many writes between two questions cost one read', async () => {
    const all = await withFigures();
    for (let n = 0; n < 100; n += 1) all.figures.wish();
    await all.clock.advance(0);
    expect(all.hub.count).toBe(1);
    ask(all);
    ask(all);
    await all.clock.advance(0);
    expect(all.hub.count).toBe(2);
  });
});

describe('read on every question (pace 0)', () => {
  const everyTime = { pace: { ...PACE, everyMs: 0 } };

  test('each question sees what the hub holds now; those of one tick share a read; nobody reads when nobody asks', async () => {
    const all = await withFigures(everyTime);
    expect(all.hub.count).toBe(1);
    await all.clock.advance(100_000);
    expect(all.hub.count).toBe(1);
    let version = 1;
    all.hub.answering(() => `version ${version}`);
    for (version = 2; version < 6; version += 1) {
      const asked = [ask(all), ask(all), ask(all)];
      await all.clock.advance(10);
      for (const one of asked) expect(one).toEqual({ waitedMs: 0, value: `version ${version}`, stale: false });
    }
    expect(all.hub.count).toBe(5);
  });

  test('figures that nobody asked for in hours are not served when the hub then hangs', async () => {
    const all = await withFigures(everyTime);
    await all.clock.advance(2 * 3_600_000);
    const asked = ask(all);
    await all.clock.advance(1_000);
    expect(asked).toEqual({ waitedMs: 1_000, value: undefined, stale: true });
  });

  test('a hanging hub costs the questions of one second a second, the others nothing', async () => {
    const all = await withFigures(everyTime);
    await all.clock.advance(5_000);
    const first = ask(all);
    await all.clock.advance(1_000);
    expect(first).toMatchObject({ waitedMs: 1_000, value: 'one' });
    for (let second = 0; second < 20; second += 1) {
      expect(ask(all).waitedMs).toBe(0);
      await all.clock.advance(1_000);
    }
    expect(all.hub.open).toBe(1);
  });
});

describe('read when asked', () => {
  const onDemand = { ahead: false, pace: { ...PACE, waitMs: 10_000 } };

  test('nothing is read before the first question; figures hold for the pace; then those who ask wait for new ones', async () => {
    const all = setup(onDemand);
    await all.clock.advance(60_000);
    expect(all.hub.count).toBe(0);
    const first = ask(all);
    await all.clock.advance(4_000);
    all.hub.succeed('one');
    await all.clock.advance(0);
    expect(first).toMatchObject({ waitedMs: 4_000, value: 'one' });
    await all.clock.advance(25_000);
    expect(ask(all)).toMatchObject({ waitedMs: 0, value: 'one' });
    await all.clock.advance(600_000);
    expect(all.hub.count).toBe(1);
    const second = ask(all);
    await all.clock.advance(10);
    all.hub.succeed('two');
    await all.clock.advance(0);
    expect(second).toMatchObject({ waitedMs: 10, value: 'two' });
  });
});

describe('figures kept from an earlier run', () => {
  const keptAt = (agoMs: number) => ({ value: 'kept', readAtMs: manualClock().now().wallMs - agoMs });

  test('are served at once, stale, with their own time, until the first read succeeds', async () => {
    const all = setup({ kept: keptAt(60_000) });
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'kept', stale: true });
    expect(all.figures.reading().readAtMs).toBe(keptAt(60_000).readAtMs);
    expect(all.figures.readOnce()).toBe(false);
    await all.clock.advance(500);
    all.hub.succeed('read');
    await all.clock.advance(0);
    expect(ask(all)).toEqual({ waitedMs: 0, value: 'read', stale: false });
    expect(all.figures.readOnce()).toBe(true);
  });

  test('age like others: served for maxStale after their own read', async () => {
    const all = setup({ kept: keptAt(3_599_000) });
    await all.clock.advance(1_000);
    expect(all.figures.reading().value).toBe('kept');
    await all.clock.advance(1);
    expect(all.figures.reading()).toMatchObject({ value: undefined, absence: 'hub not read for more than 3600 s' });
  });

  test('too old ones are as good as none: the first question waits for the hub', async () => {
    const all = setup({ kept: keptAt(3_600_001) });
    const asked = ask(all);
    await all.clock.advance(20);
    all.hub.succeed('read');
    await all.clock.advance(0);
    expect(asked).toEqual({ waitedMs: 20, value: 'read', stale: false });
  });

  test('in reserve: the first question waits for the first read and never sees them when it succeeds', async () => {
    const all = setup({ kept: keptAt(60_000), keptInReserve: true });
    const asked = ask(all);
    await all.clock.advance(30);
    all.hub.succeed('read');
    await all.clock.advance(0);
    expect(asked).toEqual({ waitedMs: 30, value: 'read', stale: false });
  });

  test.each(['fails', 'is slow'])('in reserve: they are served when the first read %s', async (how) => {
    const all = setup({ kept: keptAt(60_000), keptInReserve: true });
    const asked = ask(all);
    await all.clock.advance(0);
    if (how === 'fails') all.hub.fail();
    await all.clock.advance(how === 'fails' ? 0 : 1_000);
    expect(asked).toMatchObject({ value: 'kept', stale: true });
  });
});

test('reads and failures are marked with kind and duration', async () => {
  const marks: unknown[] = [];
  const ends = [listen('hub.read', (at) => marks.push(at)), listen('hub.failed', (at) => marks.push(at))];
  const all = setup();
  await all.clock.advance(120);
  all.hub.succeed('one');
  await all.clock.advance(30_000);
  all.hub.fail('no route');
  await all.clock.advance(0);
  for (const end of ends) end();
  expect(marks).toEqual([
    { kind: 'params', durationMs: 120 },
    { kind: 'params', error: 'no route', failure: 'other' },
  ]);
});

test('closing ends every wait and every sleeper, and nothing is read afterwards', async () => {
  const all = setup();
  const asked = ask(all);
  await all.clock.advance(100);
  all.figures.close();
  await all.clock.advance(0);
  expect(asked.waitedMs).toBe(100);
  expect(all.clock.sleeping()).toBe(0);
  all.hub.succeed('too late');
  await all.clock.advance(100_000);
  expect(all.figures.refresh()).toBeUndefined();
  expect(all.hub.count).toBe(1);
  expect(all.heard).toEqual([]);
});
