// What every journal of deliveries promises: the rules by which nothing is done twice hold whoever asks.
import { describe, expect, test } from 'vitest';
import type { Decision, DecisionEnd, DeliveryAttempt } from '#domain/decision.ts';
import type { DecisionChanges, DecisionJournal, DeliveryJournal } from '#store/store.ts';
import { closing, decision, delivery, T0 } from '../samples.ts';

export interface DeliveriesUnderTest extends AsyncDisposable {
  readonly decisions: DecisionJournal;
  readonly deliveries: DeliveryJournal;
  readonly changes: DecisionChanges;
  reopen(): Promise<void>;
}

const FORWARDED = { outcome: 'FORWARDED', reason: 'FORWARDED', detail: 'taken', pauseId: null } satisfies DecisionEnd;
const UNKNOWN = { outcome: 'UNKNOWN', reason: 'OUTCOME_UNKNOWN', detail: null, pauseId: null } satisfies DecisionEnd;

const attempt = (id: string, change: Partial<DeliveryAttempt> = {}): DeliveryAttempt => {
  return { id, atMs: T0, finishedAtMs: T0 + 40.0, status: 200, error: null, durationMs: 39.5, ...change };
};

export function deliveryJournalContract(open: () => Promise<DeliveriesUnderTest>): void {
  const owed = async (
    journal: DeliveriesUnderTest,
    bots: readonly string[] = ['BOT1'],
    made: Decision = decision(),
  ) => {
    await journal.decisions.decide([closing(made, bots)], 0);
    return made;
  };
  const begin = (journal: DeliveriesUnderTest, made: Decision, attemptId: string, bot = 'BOT1') =>
    journal.deliveries.begin({ decisionId: made.id, bot, attemptId, atMs: T0 });

  describe('delivery journal', () => {
    test('owed deliveries are unfinished, oldest window close first, until they are recorded', async () => {
      await using journal = await open();
      const late = await owed(journal, ['BOT1'], decision({ window: { openedAtMs: T0, closesAtMs: T0 + 90_000 } }));
      const early = decision();
      await journal.decisions.decide([closing(early, ['BOT2', 'BOT1'], [1, 2])], 2);
      await journal.reopen();
      const unfinished = await journal.deliveries.unfinished();
      expect(unfinished.map(({ delivery: { decisionId, bot } }) => [decisionId, bot])).toEqual([
        [early.id, 'BOT1'],
        [early.id, 'BOT2'],
        [late.id, 'BOT1'],
      ]);
      const signalIds = ['signal-1', 'signal-2'];
      expect(unfinished[0]).toEqual({ delivery: delivery(early, 'BOT1'), decision: early, signalIds });
      expect(await journal.deliveries.ofDecisions(['none', late.id])).toEqual([[], [delivery(late, 'BOT1')]]);
    });

    test('a withheld delivery is final from the start and names the pause, as does one that a pause held too long', async () => {
      await using journal = await open();
      const made = decision();
      const withheld = [{ bot: 'BOT2', pauseId: 'p1', detail: 'paused by ann' }];
      await journal.decisions.decide([{ ...closing(made, ['BOT1']), withheld }], 0);
      expect((await journal.deliveries.unfinished()).map(({ delivery: { bot } }) => bot)).toEqual(['BOT1']);
      const held = delivery(made, 'BOT1', { state: 'EXPIRED', detail: 'paused by bob', pauseId: 'p2' });
      const end = { outcome: 'EXPIRED', reason: 'EXPIRED', detail: 'both', pauseId: 'p2' } as const;
      await journal.deliveries.record({ delivery: held, decision: { ...made, ...end } });
      await journal.reopen();
      const first = delivery(made, 'BOT2', { state: 'EXPIRED', detail: 'paused by ann', pauseId: 'p1' });
      expect(await journal.deliveries.ofDecisions([made.id])).toEqual([[held, first]]);
      expect(await journal.decisions.byIds([made.id])).toEqual([{ ...made, ...end }]);
      expect((await journal.changes.after(0, 9)).map(({ pauseId }) => pauseId)).toEqual([null, 'p2']);
    });

    test('unfinished deliveries of certain decisions', async () => {
      await using journal = await open();
      const [one, two, done] = [await owed(journal, ['BOT1', 'BOT2']), await owed(journal), await owed(journal)];
      await journal.deliveries.record({ delivery: delivery(done, 'BOT1', { state: 'REFUSED' }), decision: done });
      const found = await journal.deliveries.unfinished([one.id, done.id, 'none']);
      expect(found.map((row) => [row.decision.id, row.delivery.bot])).toEqual([
        [one.id, 'BOT1'],
        [one.id, 'BOT2'],
      ]);
      expect(await journal.deliveries.unfinished([])).toEqual([]);
      expect((await journal.deliveries.unfinished()).length).toBe(3);
      expect(two.id).not.toBe(one.id);
    });

    test('each change of an outcome is told once, in order, as it was then', async () => {
      await using journal = await open();
      expect(await journal.changes.lastSeq()).toBe(0);
      const made = await owed(journal);
      await journal.decisions.decide([closing({ ...made, votes: 9 })], 0);
      const unknown = delivery(made, 'BOT1', { state: 'UNKNOWN', settleUntilMs: T0 + 9 });
      await journal.deliveries.record({ delivery: delivery(made, 'BOT1'), decision: made });
      await journal.deliveries.record({ delivery: unknown, decision: { ...made, ...UNKNOWN } });
      await journal.deliveries.record({ delivery: { ...unknown, detail: 'x' }, decision: { ...made, ...UNKNOWN } });
      await journal.reopen();
      const delivered = delivery(made, 'BOT1', { state: 'DELIVERED', tradeId: '5' });
      await journal.deliveries.record({ delivery: delivered, decision: { ...made, ...FORWARDED } });
      const all = await journal.changes.after(0, 10);
      const { outcome, reason, detail, pauseId } = made;
      expect(all.map(({ seq: _, ...change }) => change)).toEqual(
        [{ outcome, reason, detail, pauseId }, UNKNOWN, FORWARDED].map((end) => ({ decisionId: made.id, ...end })),
      );
      expect(await journal.changes.after(all[0]?.seq ?? 0, 1)).toEqual(all.slice(1, 2));
      expect(await journal.changes.lastSeq()).toBe(all[2]?.seq);
    });

    test('an intent is kept open, its end is kept with delivery and decision', async () => {
      await using journal = await open();
      const made = await owed(journal);
      expect(await begin(journal, made, 'a1')).toBe('begun');
      await journal.reopen();
      const open1 = attempt('a1', { finishedAtMs: null, status: null, durationMs: null });
      expect((await journal.deliveries.unfinished())[0]?.delivery.attempts).toEqual([open1]);
      const ended = { ...made, ...FORWARDED };
      const delivered = delivery(made, 'BOT1', {
        state: 'DELIVERED',
        tradeId: '17',
        detail: 'x',
        attempts: [attempt('a1')],
      });
      const trade = { tradeId: '17', openedAtMs: T0 };
      const update = { attempt: attempt('a1'), delivery: delivered, decision: ended, trade };
      expect(await journal.deliveries.record(update)).toBe('recorded');
      expect(await journal.deliveries.record(update)).toBe('recorded');
      await journal.reopen();
      expect(await journal.deliveries.ofDecisions([made.id])).toEqual([[delivered]]);
      expect(await journal.decisions.byIds([made.id])).toEqual([ended]);
      expect(await journal.deliveries.unfinished()).toEqual([]);
      const bySource = { first: 5, source: '75a' };
      expect(await journal.decisions.page({ ...bySource, outcome: 'FORWARDED' })).toEqual([ended]);
      expect(await journal.decisions.page({ ...bySource, outcome: 'PENDING' })).toEqual([]);
    });

    test('one bot has at most one attempt open, whoever asks; another bot has its own', async () => {
      await using journal = await open();
      const [one, two] = [await owed(journal, ['BOT1', 'BOT2']), await owed(journal)];
      const asked = await Promise.all([
        begin(journal, one, 'a1'),
        begin(journal, two, 'a2'),
        begin(journal, one, 'a3', 'BOT2'),
      ]);
      expect(asked).toEqual(['begun', 'busy', 'begun']);
      expect((await journal.deliveries.ofDecisions([two.id]))[0]?.[0]?.attempts).toEqual([]);
      expect(await begin(journal, one, 'a1')).toBe('begun');
      expect(await begin(journal, one, 'a4')).toBe('busy');
      const refused = attempt('a1', { status: 429, error: 'too many' });
      await journal.deliveries.record({ attempt: refused, delivery: delivery(one, 'BOT1'), decision: one });
      expect(await begin(journal, two, 'a2')).toBe('begun');
    });

    test('a held attempt keeps its bot busy until it is released; an unknown one that is not held does not', async () => {
      await using journal = await open();
      const [held, waiting, lost] = [await owed(journal), await owed(journal), await owed(journal)];
      await begin(journal, held, 'a1');
      const timedOut = attempt('a1', { status: null, error: 'timeout' });
      const state = { state: 'UNKNOWN', settleUntilMs: T0 + 300_000 } as const;
      const decided = { ...held, ...UNKNOWN };
      const holding = delivery(held, 'BOT1', { ...state, heldUntilMs: T0 + 30_000 });
      await journal.deliveries.record({ attempt: timedOut, delivery: holding, decision: decided });
      expect(await begin(journal, waiting, 'a2')).toBe('busy');
      await journal.deliveries.record({ delivery: { ...holding, heldUntilMs: null }, decision: decided });
      expect(await begin(journal, waiting, 'a2')).toBe('begun');
      expect(await journal.deliveries.unfinished()).toHaveLength(3);
      const unknown = delivery(waiting, 'BOT1', state);
      await journal.deliveries.record({ delivery: unknown, decision: { ...waiting, ...UNKNOWN } });
      expect(await begin(journal, lost, 'a3')).toBe('begun');
      await journal.deliveries.record({
        delivery: { ...unknown, settleUntilMs: null },
        decision: { ...waiting, ...UNKNOWN },
      });
      const still = (await journal.deliveries.unfinished()).map(({ decision: { id } }) => id);
      expect(new Set(still)).toEqual(new Set([held.id, lost.id]));
    });

    test('nothing begins for a delivery that is final or was never owed', async () => {
      await using journal = await open();
      const made = await owed(journal);
      await journal.deliveries.record({ delivery: delivery(made, 'BOT1', { state: 'EXPIRED' }), decision: made });
      await expect(begin(journal, made, 'a1')).rejects.toThrow('EXPIRED');
      await expect(begin(journal, made, 'a2', 'BOT9')).rejects.toThrow();
      expect((await journal.deliveries.ofDecisions([made.id]))[0]?.[0]?.attempts).toEqual([]);
    });

    test('one trade settles one decision; ids given again by a recreated database are other trades', async () => {
      await using journal = await open();
      const [one, two] = [await owed(journal, ['BOT1', 'BOT2']), await owed(journal, ['BOT1', 'BOT2'])];
      const settle = (made: Decision, bot: string, openedAtMs: number) =>
        journal.deliveries.record({
          delivery: delivery(made, bot, { state: 'DELIVERED', tradeId: '5' }),
          decision: { ...made, ...FORWARDED },
          trade: { tradeId: '5', openedAtMs },
        });
      expect(await settle(one, 'BOT1', T0)).toBe('recorded');
      expect(await settle(two, 'BOT1', T0)).toBe('taken');
      expect(await journal.decisions.byIds([two.id])).toEqual([two]);
      expect((await journal.deliveries.ofDecisions([two.id]))[0]?.[0]).toEqual(delivery(two, 'BOT1'));
      expect(await settle(two, 'BOT1', T0 + 1)).toBe('recorded');
      expect(await settle(two, 'BOT2', T0)).toBe('recorded');
    });
  });
}
