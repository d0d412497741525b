// What is told of feeders: signals, votes and trades put together per source.
import { describe, expect, test } from 'vitest';
import { openFeeders } from '#ensemble/ensemble.ts';
import type { FeederJournal, SourceSums } from '#store/store.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const rhythm = (lastAtMs: number, intervals = 9) => ({
  ...{ beatAtMs: lastAtMs, lastAtMs, intervals, meanMs: 60_000, deviationMs: 0 },
});

function health(more: { sums?: () => Promise<readonly SourceSums[]>; configured?: readonly string[] } = {}) {
  const now = { wallMs: NOW, monotonicMs: 0 };
  const asked: unknown[] = [];
  const journal: FeederJournal = {
    heard: async (query) => {
      asked.push(query);
      return [
        { source: '75a', rhythm: rhythm(NOW - 120_000), signalsLastHour: 3, signalsLastDay: 8, defaultedLastDay: 2 },
        { source: '75b', rhythm: rhythm(NOW - 120_001), signalsLastHour: 0, signalsLastDay: 0, defaultedLastDay: 0 },
      ];
    },
    pairs: async () => [],
    rhythms: async () => [
      { source: '75b', rhythm: rhythm(NOW - 120_001) },
      { source: 'new', rhythm: rhythm(NOW - 9e9, 2) },
    ],
    votes: async ({ fromMs, sources }) => {
      asked.push({ fromMs, sources });
      return sources.map((source) => (source === '75a' ? { votes: 4, joined: 1, forwarded: 3 } : undefined));
    },
  };
  const bySource =
    more.sums ?? (async () => [{ source: '120a', trades: 4, wins: 3, sumProfitPct: 1.2345678 } satisfies SourceSums]);
  const trades = {
    bySource: async (query: unknown) => {
      asked.push(query);
      return bySource();
    },
  };
  const feeders = openFeeders({ journal, trades, configured: more.configured ?? [], clock: { now: () => now } });
  return { now, asked, feeders };
}

describe('feeders', () => {
  test('heard, configured and traded, by source', async () => {
    const { feeders, asked } = health({ configured: ['75c', '75a'] });
    const none = { trades: 0, winRate: null, expectancyPct: null, netProfitPct: null };
    const unheard = {
      lastSignalAtMs: null,
      signalsLastHour: 0,
      signalsLastDay: 0,
      defaultedShare: null,
      silent: false,
    };
    const unvoted = { forwardedShare: null, agreementShare: null };
    expect(await feeders.all()).toEqual([
      {
        source: '120a',
        ...unheard,
        ...unvoted,
        trades: 4,
        winRate: 0.75,
        expectancyPct: 1.2345678 / 4,
        netProfitPct: 1.2345678,
      },
      {
        ...{
          source: '75a',
          lastSignalAtMs: NOW - 120_000,
          signalsLastHour: 3,
          signalsLastDay: 8,
          defaultedShare: 0.25,
        },
        ...{ silent: false, forwardedShare: 0.75, agreementShare: 0.25, ...none },
      },
      {
        ...{
          source: '75b',
          lastSignalAtMs: NOW - 120_001,
          signalsLastHour: 0,
          signalsLastDay: 0,
          defaultedShare: null,
        },
        ...{ silent: true, ...unvoted, ...none },
      },
      { source: '75c', ...unheard, ...unvoted, ...none },
    ]);
    expect(asked).toEqual([
      { hourFromMs: NOW - 3_600_000, dayFromMs: NOW - DAY, limit: 1_000 },
      { fromMs: NOW - 30 * DAY, toMs: NOW },
      { fromMs: NOW - DAY, sources: ['120a', '75a', '75b', '75c'] },
    ]);
  });

  test('trades are read once for all who ask within five seconds, and again after a failure', async () => {
    let reads = 0;
    let fails = true;
    const { feeders, now } = health({
      sums: async () => {
        reads += 1;
        if (fails) throw new Error('hub down');
        return [];
      },
    });
    await expect(feeders.all()).rejects.toThrow('hub down');
    fails = false;
    await Promise.all([feeders.all(), feeders.all()]);
    now.monotonicMs += 4_999;
    await feeders.all();
    expect(reads).toBe(2);
    now.monotonicMs += 1;
    await feeders.all();
    expect(reads).toBe(3);
  });

  test('silences for the metric', async () => {
    expect(await health().feeders.silences()).toEqual([
      { source: '75b', silent: true },
      { source: 'new', silent: false },
    ]);
  });
});
