// What every journal counts of feeders: signals as they are kept, votes as they are decided and forwarded.
import { describe, expect, test } from 'vitest';
import type { NewSignal } from '#domain/signal.ts';
import type { DecisionJournal, DeliveryJournal, FeederJournal, SignalJournal } from '#store/store.ts';
import type { ManualClock } from '../../support/manual-clock.ts';
import { closing, decision, delivery, newSignal, T0 } from '../samples.ts';

export interface FeedersUnderTest extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly signals: SignalJournal;
  readonly decisions: DecisionJournal;
  readonly deliveries: DeliveryJournal;
  readonly feeders: FeederJournal;
  reopen(): Promise<void>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function feederJournalContract(open: () => Promise<FeedersUnderTest>): void {
  const heardNow = ({ clock, feeders }: FeedersUnderTest, limit = 100) => {
    const { wallMs } = clock.now();
    return feeders.heard({ hourFromMs: wallMs - HOUR, dayFromMs: wallMs - DAY, limit });
  };
  const send = (journal: FeedersUnderTest, own: Partial<NewSignal> = {}) => journal.signals.append([newSignal(own)]);

  describe('feeder journal', () => {
    test('counts accepted signals of the last hour and day per source, and none twice', async () => {
      await using journal = await open();
      await send(journal, { idempotencyKey: 'first', confidenceDefaulted: true });
      await journal.clock.advance(3 * HOUR);
      await send(journal, { idempotencyKey: 'first', confidenceDefaulted: true });
      await send(journal, { idempotencyKey: 'first', source: '75b' });
      await journal.signals.append([
        newSignal(),
        newSignal({ confidenceDefaulted: true }),
        newSignal({ source: '120a' }),
      ]);
      const counts = async () =>
        (await heardNow(journal)).map((one) => [
          one.source,
          one.signalsLastHour,
          one.signalsLastDay,
          one.defaultedLastDay,
        ]);
      expect(await counts()).toEqual([
        ['120a', 1, 1, 0],
        ['75a', 2, 3, 2],
      ]);
      await journal.reopen();
      await send(journal);
      expect((await counts())[1]).toEqual(['75a', 3, 4, 2]);
      await journal.clock.advance(22 * HOUR);
      expect((await counts())[1], 'the first is older than a day').toEqual(['75a', 0, 3, 1]);
      await journal.clock.advance(3 * HOUR);
      expect((await counts())[1]).toEqual(['75a', 0, 0, 0]);
    });

    test('keeps the rhythm of each source over restarts', async () => {
      await using journal = await open();
      for (let beat = 0; beat < 5; beat += 1) {
        await send(journal);
        await send(journal, { pair: 'ETH/USDT:USDT' });
        await journal.clock.advance(5 * MINUTE);
        if (beat === 2) await journal.reopen();
      }
      const lastAtMs = T0 + 20 * MINUTE;
      const [heard] = await heardNow(journal);
      expect(heard?.rhythm).toMatchObject({ beatAtMs: lastAtMs, lastAtMs, intervals: 4, meanMs: 5 * MINUTE });
      expect(await journal.feeders.rhythms(10)).toEqual([{ source: '75a', rhythm: heard?.rhythm }]);
    });

    test('tells of the sources heard last when there are more than asked for', async () => {
      await using journal = await open();
      for (const source of ['b', 'c', 'a']) {
        await send(journal, { source });
        await journal.clock.advance(MINUTE);
      }
      expect((await heardNow(journal, 2)).map(({ source }) => source)).toEqual(['a', 'c']);
      expect((await journal.feeders.rhythms(2)).map(({ source }) => source)).toEqual(['a', 'c']);
    });

    test('forgets a source after thirty quiet days', async () => {
      await using journal = await open();
      await send(journal, { source: 'old' });
      await journal.clock.advance(30 * DAY + HOUR);
      await send(journal, { source: 'new' });
      expect((await heardNow(journal)).map(({ source }) => source)).toEqual(['new']);
    });

    test('counts votes once: all, those with company, those forwarded', async () => {
      await using journal = await open();
      const both = decision({ sources: ['75a', '75b'] });
      const alone = decision({ sources: ['75a'] });
      const old = decision({
        sources: ['75a'],
        window: { openedAtMs: T0 - 2 * DAY, closesAtMs: T0 - 2 * DAY + MINUTE },
      });
      await journal.decisions.decide([closing(old, ['BOT1'])], 0);
      await journal.decisions.decide([closing(both, ['BOT1']), closing(alone, ['BOT1'])], 0);
      await journal.decisions.decide([closing(both, ['BOT1'])], 0);
      const votes = () => journal.feeders.votes({ fromMs: T0 - DAY, sources: ['75b', 'none', '75a'] });
      expect(await votes()).toEqual([
        { votes: 1, joined: 1, forwarded: 0 },
        undefined,
        { votes: 2, joined: 1, forwarded: 0 },
      ]);
      const end = { outcome: 'FORWARDED', reason: 'FORWARDED' } as const;
      const unknown = { outcome: 'UNKNOWN', reason: 'OUTCOME_UNKNOWN' } as const;
      await journal.deliveries.record({
        delivery: delivery(both, 'BOT1', { state: 'UNKNOWN' }),
        decision: { ...both, ...unknown },
      });
      const taken = { delivery: delivery(both, 'BOT1', { state: 'DELIVERED' }), decision: { ...both, ...end } };
      await journal.deliveries.record(taken);
      await journal.deliveries.record(taken);
      await journal.reopen();
      expect(await votes()).toEqual([
        { votes: 1, joined: 1, forwarded: 1 },
        undefined,
        { votes: 2, joined: 1, forwarded: 1 },
      ]);
    });
  });
}
