// Who is served next, as a law: the queue answers as a look at everything would, whatever happens in whatever order, and costs no look at everything.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Now } from '#domain/time.ts';
import {
  concluded,
  type FleetSettings,
  gaveUp,
  intended,
  isSettling,
  isWaiting,
  mayStart,
  type Owed,
  owe,
} from '#fleet/delivery.ts';
import { Heap } from '#fleet/heap.ts';
import { compareService, Queue } from '#fleet/queue.ts';
import { decisionOf, memoryJournal } from './deliveries.ts';

const settings: FleetSettings = { deliveryTtlSeconds: 30, botTimeoutSeconds: 30, settleSeconds: 300, dryRun: false };
const CLOSE = 1_767_614_400_000;
const at = (ms: number): Now => ({ wallMs: CLOSE + ms, monotonicMs: 5_000 + ms });

function owed(id: string, pair: string, { confidenceE4, closesAtMs }: { confidenceE4: number; closesAtMs: number }) {
  const journal = memoryJournal();
  const decision = decisionOf(id, closesAtMs, { pair, confidenceE4 });
  journal.owe(decision, ['BOT1']);
  return owe({ delivery: journal.delivery(id, 'BOT1'), decision, signalIds: [] }, { now: at(0), settings });
}

/** The rule in words: of those that wait, may start and are due, whose pair is not settling, the first in service. */
function served(all: readonly Owed[], now: Now): Owed | undefined {
  const blocked = new Set(all.filter(isSettling).map((one) => one.decision.pair));
  return all
    .filter((one) => isWaiting(one) && mayStart(one, now) && one.notBeforeMs <= now.monotonicMs)
    .filter((one) => !blocked.has(one.decision.pair))
    .toSorted(compareService)[0];
}

test('the queue serves whom a look at everything would serve', () => {
  const event = fc.record({
    what: fc.constantFrom('owe', 'not-taken', 'unknown', 'gave up', 'done', 'wait', 'serve'),
    pick: fc.nat(40),
    pair: fc.constantFrom('A/USDT', 'B/USDT', 'C/USDT'),
    confidenceE4: fc.constantFrom(7_000, 8_000, 9_000),
    ms: fc.nat(4_000),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80, size: 'max' }), (events) => {
      const queue = new Queue();
      const model = new Map<string, Owed>();
      const put = (one: Owed) => {
        queue.set(one);
        model.set(one.decision.id, one);
      };
      const end = (one: Owed, kind: 'not-taken' | 'unknown') => {
        const ending = {
          verdict: { kind, text: 'x' },
          heard: 'broken',
          status: null,
          durationMs: 1,
          chance: 0.5,
        } as const;
        return concluded(intended(one, 'a', CLOSE), ending, { now: at(nowMs), settings });
      };
      let nowMs = 0;
      for (const { what, pick, pair, confidenceE4, ms } of events) {
        const one = [...model.values()][pick % Math.max(1, model.size)];
        if (what === 'owe') put(owed(`d${model.size}-${pick}`, pair, { confidenceE4, closesAtMs: CLOSE + nowMs }));
        else if (what === 'wait') nowMs += ms;
        else if (what === 'serve') {
          const next = queue.takeNext(at(nowMs));
          expect(next?.decision.id).toBe(served([...model.values()], at(nowMs))?.decision.id);
          if (next !== undefined) queue.line(next);
        } else if (one === undefined) continue;
        else if (what === 'done') {
          queue.delete(one.decision.id);
          model.delete(one.decision.id);
        } else if (what === 'gave up' && isSettling(one)) put(gaveUp(one, settings));
        else if ((what === 'not-taken' || what === 'unknown') && isWaiting(one)) put(end(one, what));
        expect(new Set(queue.settling())).toEqual(new Set([...model.values()].filter(isSettling)));
      }
      const late = new Set(queue.takeLate(at(nowMs + 20_000)));
      const expected = [...model.values()].filter((one) => isWaiting(one) && !mayStart(one, at(nowMs + 20_000)));
      expect(late).toEqual(new Set(expected));
    }),
    { numRuns: 400 },
  );
});

test('a heap gives its entries in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (entries) => {
      const heap = new Heap<number>((a, b) => a - b);
      for (const entry of entries) heap.push(entry);
      const taken: number[] = [];
      for (let least = heap.pop(); least !== undefined; least = heap.pop()) taken.push(least);
      expect(taken).toEqual(entries.toSorted((a, b) => a - b));
      expect(heap.size).toBe(0);
    }),
  );
});
