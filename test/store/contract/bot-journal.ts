// What every journal of bots promises: their states as last told, the orders at them, and what they refused.
import { describe, expect, test } from 'vitest';
import type { BotState } from '#domain/bot-state.ts';
import type { BotJournal, DecisionJournal, DeliveryJournal } from '#store/store.ts';
import { closing, decision, delivery, T0 } from '../samples.ts';

export interface BotsUnderTest extends AsyncDisposable {
  readonly decisions: DecisionJournal;
  readonly deliveries: DeliveryJournal;
  /** Written on the worker side, read on the gateway side. */
  readonly bots: BotJournal;
  reopen(): Promise<void>;
}

const state = (name: string, own: Partial<BotState> = {}): BotState => ({
  ...{ name, sides: ['LONG'], reachable: true, state: 'running', forceEntryEnabled: true, positionAdjustment: false },
  ...{ clockOffsetMs: -12.5, lastAnswerAtMs: T0 },
  ...own,
});

export function botJournalContract(open: () => Promise<BotsUnderTest>): void {
  describe('bot journal', () => {
    test('what is told replaces all that was known', async () => {
      await using journal = await open();
      expect(await journal.bots.states()).toEqual([]);
      const unheard = { reachable: null, state: null, clockOffsetMs: null, lastAnswerAtMs: null };
      await journal.bots.save([state('BOT2', unheard), state('BOT1'), state('GONE')]);
      await journal.bots.save([state('BOT2'), state('BOT1', { reachable: false })]);
      await journal.reopen();
      expect(await journal.bots.states()).toEqual([state('BOT1', { reachable: false }), state('BOT2')]);
    });

    test('tells what is owed and what is in flight', async () => {
      await using journal = await open();
      const [one, two, three, four] = [decision(), decision(), decision(), decision()];
      await journal.decisions.decide(
        [closing(one, ['BOT1', 'BOT2']), closing(two, ['BOT1']), closing(three, ['BOT1']), closing(four, ['BOT2'])],
        0,
      );
      await journal.deliveries.begin({ decisionId: one.id, bot: 'BOT1', attemptId: 'a1', atMs: T0 });
      await journal.deliveries.record({ delivery: delivery(three, 'BOT1', { state: 'REFUSED' }), decision: three });
      const looking = { state: 'UNKNOWN', settleUntilMs: T0 + 1 } as const;
      await journal.deliveries.record({ delivery: delivery(four, 'BOT2', looking), decision: four });
      expect(await journal.bots.work()).toEqual([
        { bot: 'BOT1', owed: 2, unsettled: 0, inFlight: 1 },
        { bot: 'BOT2', owed: 1, unsettled: 1, inFlight: 0 },
      ]);
    });

    test('counts refused orders by their text since a time, the most frequent first, each delivery once', async () => {
      await using journal = await open();
      const all = Array.from({ length: 5 }, () => decision());
      await journal.decisions.decide(
        all.map((made) => closing(made, ['BOT1', 'BOT2'])),
        0,
      );
      const refuse = async (index: number, bot: string, text: string, atMs = T0) => {
        const made = all[index] ?? decision();
        const refusal = { atMs, text };
        await journal.deliveries.record({
          delivery: delivery(made, bot, { state: 'REFUSED' }),
          decision: made,
          refusal,
        });
      };
      await refuse(0, 'BOT1', 'too old', T0 - 1);
      await refuse(1, 'BOT1', 'maximum number of trades reached');
      await refuse(2, 'BOT1', 'Symbol does not exist');
      await refuse(3, 'BOT1', 'Symbol does not exist', T0 + 1);
      await refuse(3, 'BOT1', 'Symbol does not exist', T0 + 2);
      await refuse(4, 'BOT2', 'Symbol does not exist');
      await journal.reopen();
      expect(await journal.bots.refusals(T0)).toEqual([
        { bot: 'BOT1', text: 'Symbol does not exist', count: 2 },
        { bot: 'BOT1', text: 'maximum number of trades reached', count: 1 },
        { bot: 'BOT2', text: 'Symbol does not exist', count: 1 },
      ]);
    });
  });
}
