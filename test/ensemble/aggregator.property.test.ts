// Any interleaving of signals, ticks, crashes, clock steps, slow commits, failing commits and duplicates gives the decisions of a short reference.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Side } from '#domain/market.ts';
import { openAggregator, openIntake } from '#ensemble/ensemble.ts';
import type { EnsembleSettings } from '#ensemble/settings.ts';
import { recordingLog } from '../support/recording-log.ts';
import { memoryDecisions, memorySignals, NO_PAUSES } from './journals.ts';
import { expectedClosing, Reference } from './reference.ts';
import { BOTS, SETTINGS } from './samples.ts';

const [BTC, ETH] = ['BTC/USDT', 'ETH/USDT:USDT'];
const settings: EnsembleSettings = {
  ...SETTINGS,
  windowSeconds: 6,
  overrides: [
    { pair: ETH, windowSeconds: 10, minAgreements: 2 },
    { side: 'SHORT', minConfidence: 0.5 },
  ],
};

const submit = fc.record({
  do: fc.constant('submit' as const),
  pair: fc.constantFrom(BTC, ETH),
  side: fc.constantFrom<Side>('LONG', 'SHORT'),
  source: fc.constantFrom('75a', '75b', '75c'),
  confidence: fc.constantFrom(0.3, 0.5, 0.6999, 0.7, 0.89, 1),
  leverage: fc.option(fc.constantFrom(1, 3, 10)),
  idempotencyKey: fc.option(fc.constantFrom('k1', 'k2'), { freq: 3 }),
  isStamped: fc.boolean(),
});
const waits = fc.oneof(fc.nat(300), fc.nat(3000), fc.constantFrom(6000, 6120, 10_120, 20_000));
const steps = fc.constantFrom(-3_600_000, -4000, 500, 7000, 3_600_000);
const event = fc.oneof(
  { weight: 10, arbitrary: submit },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: waits }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('worker crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('gateway crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commit fails' as const), isKept: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('commits stall' as const), isStalled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock step' as const), ms: steps }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** The real parts over journals in memory, beside the reference. */
class World {
  readonly #now = { wallMs: Date.UTC(2026, 0, 5, 12), monotonicMs: 1_000 };
  readonly #log = recordingLog();
  readonly #clock = { now: () => ({ ...this.#now }) };
  readonly signals = memorySignals(this.#clock);
  readonly decisions = memoryDecisions();
  readonly reference = new Reference();
  readonly #sent = new Set<string>();
  #ids = 0;
  readonly #newId = () => {
    this.#ids += 1;
    return `s${this.#ids}`;
  };
  readonly #intake = openIntake({
    signals: this.signals,
    settings,
    newId: this.#newId,
    clock: this.#clock,
    log: this.#log,
  });
  #aggregator = this.#start();
  #failure: { readonly isKept: boolean } | undefined;

  #start() {
    return openAggregator({
      signals: this.signals,
      decisions: this.decisions,
      pauses: NO_PAUSES,
      settings,
      bots: BOTS,
      log: this.#log,
    });
  }

  async happen(what: Event): Promise<void> {
    switch (what.do) {
      case 'submit':
        return this.#submit(what);
      case 'tick':
        return this.tick();
      case 'wait':
        return this.wait(what.ms);
      case 'clock step':
        this.#now.wallMs += what.ms;
        return;
      case 'worker crash':
        this.#aggregator = this.#start();
        return this.reference.forgetDeadlines();
      case 'gateway crash':
        return this.signals.restart();
      case 'commit fails':
        this.#failure = { isKept: what.isKept };
        return this.decisions.failNext(what.isKept);
      case 'commits stall':
        return what.isStalled ? this.signals.stall() : this.signals.goOn();
    }
  }

  wait(ms: number): void {
    this.#now.wallMs += ms;
    this.#now.monotonicMs += ms;
  }

  async tick(): Promise<void> {
    const failure = this.#failure;
    const commits = this.decisions.commits();
    const due = this.reference.tick(this.signals.committed(), this.#now, failure?.isKept !== false);
    const end = await this.#aggregator.tick(this.#now).catch((error: Error) => error.message);
    expect(this.decisions.commits() - commits).toBe(due > 0 ? 1 : 0);
    if (failure !== undefined && due > 0) {
      expect(end).toBe(failure.isKept ? 'the answer was lost' : 'the disk is full');
      this.#failure = undefined;
      return this.reference.forgetDeadlines();
    }
    expect(end).toEqual({ open: this.reference.windows.filter((w) => !w.decided).length, decided: due });
  }

  async #submit({ do: _, isStamped, ...submission }: Extract<Event, { do: 'submit' }>): Promise<void> {
    const sentAtMs = isStamped ? this.#now.wallMs : null;
    const before = this.signals.log.length;
    const end = await this.#intake.submit({ ...submission, sentAtMs }, { credential: 'f' }).catch(() => undefined);
    expect(this.signals.log.length - before).toBe(end?.duplicate === false ? 1 : 0);
    if (sentAtMs === null || end === undefined) return;
    const identity = `${submission.pair} ${submission.side} ${submission.source} ${sentAtMs}`;
    if (this.#sent.has(identity)) expect(end.duplicate).toBe(true);
    this.#sent.add(identity);
  }
}

const rules = (pair: string, side: Side) => ({
  quorum: pair === ETH ? 2 : 1,
  leastE4: side === 'SHORT' ? 5000 : 7000,
  bot: side === 'LONG' ? 'BOT1' : 'BOT2',
});

test('every interleaving gives the decisions of the reference, and every accepted signal exactly one fate', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 120, size: 'max' }), async (events) => {
      const world = new World();
      for (const what of events) await world.happen(what);
      world.signals.goOn();
      for (let round = 0; round < 4; round += 1) {
        await world.tick();
        world.wait(20_000);
      }
      const { decisions, reference, signals } = world;
      const bySeq = (a: { fates: readonly { seq: number }[] }, b: typeof a) =>
        Number(a.fates[0]?.seq) - Number(b.fates[0]?.seq);
      const expected = reference.windows.map((w) => expectedClosing(w, rules(w.pair, w.side)));
      expect([...decisions.closings].sort(bySeq)).toMatchObject(expected.sort(bySeq));
      const decided = decisions.closings.flatMap((closing) => closing.fates.map((fate) => fate.signalId));
      expect(decided.sort()).toEqual(signals.log.map((signal) => signal.id).sort());
    }),
    { numRuns: 500 },
  );
});
