// What every hub promises about published levels and closed trades, whatever it is built on.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binIndex } from '#domain/leverage-bin.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import type { ParamStore, TradeStore } from '#store/store.ts';
import { paramRecord, T0, trade } from '../samples.ts';

export interface HubUnderTest<Port> extends AsyncDisposable {
  readonly port: Port;
  reopen(): Promise<void>;
}

export function paramStoreContract(open: () => Promise<HubUnderTest<ParamStore>>): void {
  describe('published levels', () => {
    test('the newest record of every pair and side comes back whole', async () => {
      await using hub = await open();
      const both = paramRecord();
      const long = paramRecord({ side: 'LONG', validated: null, studyId: null, totalTrades: null, pbo: null });
      for (const record of [both, long]) await hub.port.publish(record);
      const newer = paramRecord({ atMs: T0 + 1, stopLossPct: -2, validated: false });
      await hub.port.publish(newer);
      await hub.port.publish(paramRecord({ atMs: T0 - 1, stopLossPct: -3 }));
      await hub.reopen();
      const { records, ignored } = await hub.port.newest();
      expect(records).toHaveLength(2);
      expect(records).toEqual(expect.arrayContaining([newer, long]));
      expect(ignored).toBe(0);
    });

    test('names that are no pairs are left out and counted', async () => {
      await using hub = await open();
      await hub.port.publish(paramRecord({ pair: 'not a pair' }));
      await hub.port.publish(paramRecord());
      expect(await hub.port.newest()).toEqual({ records: [paramRecord()], ignored: 1 });
    });
  });
}

const ALWAYS = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

export function tradeStoreContract(open: () => Promise<HubUnderTest<TradeStore>>): void {
  describe('closed trades', () => {
    test('a trade known already is replaced and counted as duplicate, within a call too', async () => {
      await using hub = await open();
      const others = [trade({ bot: 'BOT1' }), trade({ tradeId: '2' }), trade({ openedAtMs: T0 + 1 })];
      expect(await hub.port.record([trade(), trade({ profitPct: 5 }), ...others])).toEqual({
        recorded: 4,
        duplicates: 1,
      });
      await hub.reopen();
      expect(await hub.port.record([trade({ profitPct: 7 })])).toEqual({ recorded: 0, duplicates: 1 });
      const [sums] = await hub.port.sums({ ...ALWAYS, edges: [2.5, 3.5] });
      expect(sums?.trades).toBe(4);
      expect(sums?.sumWinPct).toBeCloseTo(7 + 3 * 0.88, 12);
    });

    test.each([4, 1_500])('sums per source that the tags name, over %i trades', async (count) => {
      await using hub = await open();
      const tags = ['long from 75a conf=0.89', 'long ensemble 2/5 conf=0.86 from=75a,75b', 'force_entry', null];
      const all = Array.from({ length: count }, (_, index) =>
        trade({
          tradeId: `${index}`,
          enterTag: tags[index % 4] ?? null,
          profitPct: index % 8 < 4 ? 2 : -1,
          closedAtMs: trade().closedAtMs + index,
        }),
      );
      for (let at = 0; at < count; at += 500) await hub.port.record(all.slice(at, at + 500));
      await hub.port.record([trade({ tradeId: 'early', enterTag: 'from 75b', closedAtMs: T0 + 1 })]);
      const atMs = trade().closedAtMs;
      const sums = await hub.port.bySource({ fromMs: atMs, toMs: atMs + count - 1 });
      const expected = (indexes: readonly number[]) => {
        const own = all.filter((_, index) => indexes.includes(index % 4)).map(({ profitPct }) => profitPct);
        const sumProfitPct = own.reduce((sum, profit) => sum + profit, 0);
        return { trades: own.length, wins: own.filter((profit) => profit > 0).length, sumProfitPct };
      };
      expect(sums.toSorted((a, b) => (a.source < b.source ? -1 : 1))).toEqual([
        { source: '75a', ...expected([0, 1]) },
        { source: '75b', ...expected([1]) },
      ]);
      const later = await hub.port.bySource({ fromMs: atMs + count, toMs: atMs + count + 1 });
      expect(later).toEqual([]);
    });

    test('a replaced trade counts for the source of its newer tag alone', async () => {
      await using hub = await open();
      await hub.port.record([trade({ enterTag: 'from 75a', profitPct: 1 })]);
      await hub.port.record([trade({ enterTag: 'from 75b', profitPct: -3 })]);
      expect(await hub.port.bySource(ALWAYS)).toEqual([{ source: '75b', trades: 1, wins: 0, sumProfitPct: -3 }]);
    });

    test('the worked figures of one bin come out', async () => {
      await using hub = await open();
      const wins = 2_164;
      const all = Array.from({ length: 3_548 }, (_, index) =>
        trade({ tradeId: String(index), profitPct: index < wins ? 0.88 : -1.46, closedAtMs: T0 + index }),
      );
      for (let from = 0; from < all.length; from += 500) await hub.port.record(all.slice(from, from + 500));
      const [sums, ...more] = await hub.port.sums({ ...ALWAYS, edges: [1.5, 2.5, 3.5] });
      expect(more).toEqual([]);
      expect(sums).toMatchObject({ bin: 1, side: 'LONG', pair: 'BTC/USDT', trades: 3_548, wins, losses: 3_548 - wins });
      expect(sums).toMatchObject({ firstClosedAtMs: T0, lastClosedAtMs: T0 + 3_547 });
      expect((sums?.sumStopLossPct ?? 0) / 3_548).toBeCloseTo(-1.48, 12);
      expect((sums?.sumLossPct ?? 0) / (3_548 - wins)).toBeCloseTo(-1.46, 12);
    });

    test('many trades are summed as few are', async () => {
      await using hub = await open();
      const all = Array.from({ length: 12_000 }, (_, index) =>
        trade({
          tradeId: String(index),
          leverage: 1 + (index % 3),
          profitPct: (index % 5) - 2,
          closedAtMs: T0 + index,
        }),
      );
      await hub.port.record(all);
      const query = { ...ALWAYS, edges: [0.5, 1.5, 2.5, 4] };
      const found = await hub.port.sums(query);
      expect(new Map(found.map((sums) => [`${sums.bin} ${sums.side}`, rounded(sums)]))).toEqual(
        expectedSums(all, query),
      );
    });

    test('a trade with a figure that is missing, infinite or of the wrong sign is not counted', async () => {
      await using hub = await open();
      const infinite = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
      const odd = [
        ...infinite.map((profitPct) => ({ profitPct })),
        ...[...infinite, null, 0, 1].map((stopLossPct) => ({ stopLossPct })),
        ...[...infinite, null, 0, -1].map((takeProfitPct) => ({ takeProfitPct })),
      ];
      await hub.port.record(odd.map((change, index) => trade({ tradeId: String(index), ...change })));
      expect(await hub.port.sums({ ...ALWAYS, edges: [2.5, 3.5] })).toEqual([]);
      await hub.port.record([trade({ tradeId: 'flat', profitPct: 0 })]);
      expect(await hub.port.sums({ ...ALWAYS, edges: [2.5, 3.5] })).toMatchObject([{ trades: 1, wins: 0, losses: 0 }]);
    });

    test('sums are those of a plain loop over the trades that count', async () => {
      await using hub = await open();
      let generation = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(trades, { maxLength: 40 }), fc.integer(), async (drawn, shift) => {
          generation += 1;
          const pair = `G${generation}/USDT`;
          const all = drawn.map((one, index) => ({ ...one, pair, tradeId: String(index) }));
          await hub.port.record(all);
          const query = { fromMs: T0 + (shift % 80), toMs: T0 + 50, edges: [0.5, 1.5, 2.5, 4] };
          const found = (await hub.port.sums(query)).filter((sums) => sums.pair === pair);
          const wanted = expectedSums(all, query);
          expect(new Map(found.map((sums) => [`${sums.bin} ${sums.side}`, rounded(sums)]))).toEqual(wanted);
        }),
        { numRuns: 25 },
      );
    });

    test('equal contents give equal sums whatever the order of recording', async () => {
      const all = Array.from({ length: 200 }, (_, index) =>
        trade({ tradeId: String(index), profitPct: Math.sin(index) * 3, stopLossPct: -1 - Math.cos(index) / 3 }),
      );
      const query = { ...ALWAYS, edges: [2.5, 3.5] };
      await using one = await open();
      await one.port.record(all);
      await using other = await open();
      await other.port.record([...all].reverse());
      expect(await other.port.sums(query)).toEqual(await one.port.sums(query));
    });
  });
}

const odd = fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
const figure = (...usual: readonly number[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd });
const trades: fc.Arbitrary<ClosedTrade> = fc.record({
  bot: fc.constantFrom('BOT1', 'BOT3'),
  tradeId: fc.constant(''),
  pair: fc.constant(''),
  side: fc.constantFrom('LONG' as const, 'SHORT' as const),
  leverage: fc.constantFrom(0.49, 0.5, 1, 1.5, 2.4999, 3.9, 4, 125),
  profitPct: fc.oneof(figure(-1.46, 0.88), odd),
  stopLossPct: fc.option(figure(-3, -1.48, 2), { freq: 12 }),
  takeProfitPct: fc.option(figure(1, 2.5, -1), { freq: 12 }),
  openedAtMs: fc.constant(T0 - 100),
  closedAtMs: fc.integer({ min: T0 - 60, max: T0 + 60 }),
  enterTag: fc.constant(null),
  exitReason: fc.constant(null),
});

interface Figures {
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  readonly sumStopLossPct: number;
  readonly sumTakeProfitPct: number;
  readonly sumWinPct: number;
  readonly sumLossPct: number;
}

function rounded({ trades: count, wins, losses, ...sums }: Figures) {
  const round = (value: number) => Math.round(value * 1e6) / 1e6 + 0;
  const { sumStopLossPct, sumTakeProfitPct, sumWinPct, sumLossPct } = sums;
  return { count, wins, losses, sums: [sumStopLossPct, sumTakeProfitPct, sumWinPct, sumLossPct].map(round) };
}

function expectedSums(all: readonly ClosedTrade[], query: Parameters<TradeStore['sums']>[0]) {
  const counted = all.filter(
    ({ leverage, profitPct, stopLossPct: stop, takeProfitPct: target, closedAtMs }) =>
      closedAtMs >= query.fromMs &&
      closedAtMs <= query.toMs &&
      binIndex(query.edges, leverage) >= 0 &&
      Number.isFinite(profitPct) &&
      Number.isFinite(stop) &&
      Number.isFinite(target) &&
      Number(stop) < 0 &&
      Number(target) > 0,
  );
  const groups = Map.groupBy(counted, ({ leverage, side }) => `${binIndex(query.edges, leverage)} ${side}`);
  const add = (values: readonly (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const figures = (group: readonly ClosedTrade[]) => {
    const wins = group.map(({ profitPct }) => profitPct).filter((profit) => profit > 0);
    const losses = group.map(({ profitPct }) => profitPct).filter((profit) => profit < 0);
    return rounded({
      trades: group.length,
      wins: wins.length,
      losses: losses.length,
      sumStopLossPct: add(group.map(({ stopLossPct }) => stopLossPct)),
      sumTakeProfitPct: add(group.map(({ takeProfitPct }) => takeProfitPct)),
      sumWinPct: add(wins),
      sumLossPct: add(losses),
    });
  };
  return new Map([...groups].map(([key, group]) => [key, figures(group)]));
}
