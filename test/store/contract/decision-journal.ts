// What every journal of decisions promises, whatever it is built on.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision } from '#domain/decision.ts';
import type { DecisionJournal, DecisionQuery } from '#store/store.ts';
import { closing, decision, T0 } from '../samples.ts';

export interface DecisionsUnderTest extends AsyncDisposable {
  readonly decisions: DecisionJournal;
  reopen(): Promise<void>;
}

export function decisionJournalContract(open: () => Promise<DecisionsUnderTest>): void {
  describe('decision journal', () => {
    test('keeps decisions and the fates of their signals', async () => {
      await using journal = await open();
      const [one, two] = [
        decision(),
        decision({ leverage: null, sources: [], conflict: true, confidenceDefaulted: true }),
      ];
      await journal.decisions.decide([closing(one, [], [3, 5]), closing(two, [], [4])], 0);
      await journal.reopen();
      expect(await journal.decisions.byIds([two.id, 'none', one.id])).toEqual([two, undefined, one]);
      const fate = (seq: number, of: Decision) => closing(of, [], [seq]).fates[0];
      expect(await journal.decisions.fates(['signal-4', 'signal-9'])).toEqual([fate(4, two), undefined]);
      expect(await journal.decisions.fatesOf([one.id, 'none'])).toEqual([[fate(3, one), fate(5, one)], []]);
      expect(await journal.decisions.fatesAfter(3, 10)).toEqual([fate(4, two), fate(5, one)]);
      expect(await journal.decisions.fatesAfter(0, 1)).toEqual([fate(3, one)]);
    });

    test('a decision that is there already is left as it is, with its fates', async () => {
      await using journal = await open();
      const first = decision();
      await journal.decisions.decide([closing(first, ['BOT1'], [1])], 0);
      await journal.decisions.decide(
        [closing({ ...first, votes: 9, outcome: 'EXPIRED' }, ['BOT1', 'BOT2'], [1, 2])],
        0,
      );
      expect(await journal.decisions.byIds([first.id])).toEqual([first]);
      expect(await journal.decisions.fatesAfter(0, 10)).toHaveLength(1);
    });

    test('how far signals are decided is kept with the decisions and never goes back', async () => {
      await using journal = await open();
      expect(await journal.decisions.decidedUpToSeq()).toBe(0);
      await journal.decisions.decide([closing(decision(), [], [1])], 7);
      await journal.decisions.decide([closing(decision(), [], [8])], 3);
      await expect(journal.decisions.decide([closing(decision(), [], [8])], 9)).rejects.toThrow();
      await journal.reopen();
      expect(await journal.decisions.decidedUpToSeq()).toBe(7);
    });

    test('decides all or none', async () => {
      await using journal = await open();
      const [one, two] = [decision(), decision()];
      await expect(journal.decisions.decide([closing(one, [], [1]), closing(two, [], [1])], 0)).rejects.toThrow();
      expect(await journal.decisions.byIds([one.id, two.id])).toEqual([undefined, undefined]);
      expect(await journal.decisions.fatesAfter(0, 10)).toEqual([]);
    });

    test('pages are those of a plain filter and sort, for every filter and cursor', async () => {
      await using journal = await open();
      const all = Array.from({ length: 120 }, (_, index) => sample(index));
      await journal.decisions.decide(
        all.map((made) => closing(made)),
        0,
      );
      await fc.assert(
        fc.asyncProperty(queries(all), async (query) => {
          expect(await journal.decisions.page(query)).toEqual(expectedPage(all, query));
        }),
        { numRuns: 300 },
      );
    });

    test('walking the pages while decisions are added shows each that was there once, and nothing twice', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray([...Array(80).keys()], { minLength: 20 }),
          fc.integer({ min: 3, max: 30 }),
          fc.constantFrom<Partial<DecisionQuery>>({}, { pair: 'BTC/USDT' }, { source: '75b' }, { side: 'SHORT' }),
          async (order, first, filter) => {
            await using journal = await open();
            const all = order.map(sample);
            const part = (at: number) => all.filter((_, index) => index % PARTS === at).map((made) => closing(made));
            await journal.decisions.decide(part(0), 0);
            const before = await journal.decisions.page({ ...filter, first: 500 });
            const seen: string[] = [];
            let after: DecisionQuery['after'];
            for (let page = 1; ; page += 1) {
              const rows = await journal.decisions.page({ ...filter, first, after });
              seen.push(...rows.slice(0, first).map(({ id }) => id));
              const last = rows[first - 1];
              if (rows.length <= first || last === undefined) break;
              after = { id: last.id, windowClosesAtMs: last.window.closesAtMs };
              if (page < PARTS) await journal.decisions.decide(part(page), 0);
            }
            expect(new Set(seen).size).toBe(seen.length);
            expect(seen).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
            expect(seen).toEqual(
              expectedPage(all, { ...filter, first: 500 })
                .map(({ id }) => id)
                .filter((id) => seen.includes(id)),
            );
          },
        ),
        { numRuns: 15 },
      );
    });

    test('a cursor stays where it was while decisions are added', async () => {
      await using journal = await open();
      const all = Array.from({ length: 10 }, (_, index) => sample(index));
      await journal.decisions.decide(
        all.map((made) => closing(made)),
        0,
      );
      const [, last] = await journal.decisions.page({ first: 1 });
      const after = last === undefined ? undefined : { windowClosesAtMs: last.window.closesAtMs, id: last.id };
      const before = await journal.decisions.page({ first: 5, after });
      await journal.decisions.decide(
        [closing(decision({ window: { openedAtMs: T0, closesAtMs: T0 + 86_400_000 } }))],
        0,
      );
      expect(await journal.decisions.page({ first: 5, after })).toEqual(before);
    });
  });
}

/** Decisions of `all` cut into as many parts as there are pages to read. */
const PARTS = 4;

const PAIRS = ['BTC/USDT', 'ETH/USDT', 'XRP/USDT'];
const OUTCOMES = ['FORWARDED', 'REJECTED', 'UNKNOWN'] as const;
const SOURCES = [['75a'], ['75a', '75b'], ['75b', '75c'], []];

function sample(index: number): Decision {
  const closesAtMs = T0 + Math.floor(index / 3) * 1_000;
  return decision({
    id: `d${(index * 7_919) % 1_000}`,
    pair: PAIRS[index % 3] ?? '',
    side: index % 5 < 2 ? 'LONG' : 'SHORT',
    outcome: OUTCOMES[(index % 7) % 3] ?? 'EXPIRED',
    sources: SOURCES[index % 4] ?? [],
    window: { openedAtMs: closesAtMs - 60_000, closesAtMs },
  });
}

function queries(all: readonly Decision[]): fc.Arbitrary<DecisionQuery> {
  const orNot = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  const time = fc.integer({ min: T0 - 2_000, max: T0 + 42_000 });
  return fc.record({
    first: fc.integer({ min: 1, max: 130 }),
    after: orNot(fc.constantFrom(...all).map(({ id, window }) => ({ id, windowClosesAtMs: window.closesAtMs }))),
    pair: orNot(fc.constantFrom(...PAIRS, 'none/NONE')),
    side: orNot(fc.constantFrom('LONG' as const, 'SHORT' as const)),
    outcome: orNot(fc.constantFrom(...OUTCOMES, 'EXPIRED' as const)),
    source: orNot(fc.constantFrom('75a', '75b', '75c', '75')),
    fromMs: orNot(time),
    toMs: orNot(time),
  });
}

function expectedPage(all: readonly Decision[], query: DecisionQuery): readonly Decision[] {
  const { after, pair, side, outcome, source, fromMs, toMs, first } = query;
  const key = (id: string, closesAtMs: number) => `${String(closesAtMs).padStart(16, '0')} ${id}`;
  const keyOf = ({ id, window }: Decision) => key(id, window.closesAtMs);
  return all
    .filter((made) => pair === undefined || made.pair === pair)
    .filter((made) => side === undefined || made.side === side)
    .filter((made) => outcome === undefined || made.outcome === outcome)
    .filter((made) => source === undefined || made.sources.includes(source))
    .filter(({ window }) => fromMs === undefined || window.closesAtMs >= fromMs)
    .filter(({ window }) => toMs === undefined || window.closesAtMs < toMs)
    .filter((made) => after === undefined || keyOf(made) < key(after.id, after.windowClosesAtMs))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1))
    .slice(0, first + 1);
}
