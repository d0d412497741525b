// The work at one bot, apart from all other bots: at most one order in flight, looks for unknown ends beside it, expiry of what is too late.
import type { BotState } from '#domain/bot-state.ts';
import type { Now } from '#domain/time.ts';
import { answered, attempt, type BotContext } from './attempt.ts';
import {
  concluded,
  expired,
  gaveUp,
  isLookDue,
  isSettling,
  isTooLate,
  lookedForAnew,
  type Owed,
  oneLookDecides,
  openAttempt,
  released,
} from './delivery.ts';
import { Held } from './held.ts';
import { Inquiry } from './inquiry.ts';
import { look } from './look.ts';
import { trail } from './trail.ts';

export class Lane {
  readonly #bot: string;
  readonly #context: BotContext;
  /** Whether orders may go to this bot; false for one that is not configured (any more). */
  readonly #serves: boolean;
  /** Deliveries with a step under way. */
  readonly #working = new Set<string>();
  /** Deliveries whose looking is being ended. */
  readonly #givingUp = new Set<string>();
  readonly #held: Held;
  readonly #inquiry: Inquiry;
  readonly #tasks = new Set<Promise<void>>();
  /** The attempts whose end is not journaled yet: the one under way, and what of an earlier one is being written. */
  readonly #attempts = new Set<Promise<unknown>>();
  /** Pairs of attempts whose known end is being written: nothing else for such a pair leaves before it is certain. */
  readonly #ending = new Set<string>();
  /** An order is in flight, or was and its connection is kept. */
  #inFlight = false;
  #recovering = 0;
  #looking = false;
  #stopped = false;

  constructor(bot: string, context: BotContext, serves: boolean) {
    this.#bot = bot;
    this.#context = context;
    this.#held = new Held(context.pauses);
    this.#inquiry = new Inquiry(context.client);
    this.#serves = serves;
  }

  /**
   * Takes over what the journal holds and this process did not start: an intent without an end is unknown from now on, unless it is one whose journaling
   * failed here; a request held by an earlier process ended with it; what is looked for is looked for a while longer.
   */
  recover(added: readonly Owed[], now: Now): void {
    const { ledger, settings, unsent, log } = this.#context;
    for (const owed of added) {
      const open = openAttempt(owed);
      const isLeft = open !== undefined || owed.delivery.heldUntilMs !== null;
      if (!isLeft && lookedForAnew(owed, { now, settings }) === undefined) continue;
      const sent = open !== undefined && !unsent.delete(open.id);
      const text = sent ? 'the worker ended before the answer' : 'the intent was journaled late; nothing was sent';
      const verdict = { kind: sent ? 'unknown' : 'not-taken', text } as const;
      const end = { verdict, heard: 'broken', status: null, durationMs: null, chance: 0 } as const;
      if (sent) log.warn(trail(owed), `whether the bot took the order is unknown: ${text}`);
      this.#recovering += 1;
      this.#run(owed, async () => {
        try {
          await ledger.change(this.#bot, owed.decision.id, (current) => {
            if (openAttempt(current) === undefined) {
              const free = released(current);
              return { next: lookedForAnew(free, { now, settings }) ?? free };
            }
            const next = concluded(current, end, { now, settings });
            return { next, attempt: next.delivery.attempts.at(-1) };
          });
        } finally {
          this.#recovering -= 1;
        }
      });
    }
  }

  /** Starts whatever is due; returns at once. */
  step(now: Now): void {
    if (this.#stopped) return;
    const { ledger, pauses } = this.#context;
    const queue = ledger.queue(this.#bot);
    for (const owed of queue.takeLate(now)) this.#expire(owed, now);
    if (!this.#looking) this.#settle([...queue.settling()], now);
    if (!this.#serves) return;
    for (const owed of this.#held.takeBack()) queue.line(owed);
    if (this.#inFlight || this.#recovering > 0 || pauses.isBlind) return;
    for (let next = queue.takeNext(now); next !== undefined; next = queue.takeNext(now)) {
      // One with a step under way comes back in line after it.
      if (this.#working.has(next.decision.id)) continue;
      if (this.#ending.has(next.decision.pair)) {
        queue.line(next);
        return;
      }
      if (this.#held.holds(next)) continue;
      this.#deliver(next);
      return;
    }
    const asking = this.#inFlight ? undefined : this.#inquiry.askIfDue(now);
    if (asking !== undefined) this.#run(undefined, () => asking);
  }

  /** What is known of the bot; undefined for one that is not configured. */
  state(): Omit<BotState, 'sides'> | undefined {
    if (!this.#serves) return undefined;
    const { settings, ...heard } = this.#context.client.condition();
    return {
      name: this.#bot,
      ...heard,
      state: settings?.state ?? null,
      forceEntryEnabled: settings?.forceEntry ?? null,
      positionAdjustment: settings?.positionAdjustment ?? null,
    };
  }

  /** Ends the looking for what was looked for long enough; looks for the rest when it is time. */
  #settle(settling: readonly Owed[], now: Now): void {
    const due: Owed[] = [];
    for (const owed of settling) {
      if (this.#serves && isLookDue(owed, now)) due.push(owed);
      else if (owed.settleUntilMs <= now.monotonicMs) this.#giveUp(owed);
    }
    if (due.length > 0) this.#look(due);
  }

  /** No new attempt from now on; resolves when the one under way has its end journaled. */
  async drain(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#attempts);
  }

  /** Closes the connections and waits for all that is under way. */
  async close(): Promise<void> {
    this.#stopped = true;
    this.#context.client.close();
    await Promise.all(this.#tasks);
  }

  #deliver(owed: Owed): void {
    this.#inFlight = true;
    this.#held.tried(owed);
    const { pair } = owed.decision;
    let isOver = false;
    const over = () => {
      if (!isOver) this.#inFlight = false;
      isOver = true;
    };
    this.#run(owed, async () => {
      const trying = attempt(owed, this.#context, () => {
        over();
        this.#ending.add(pair);
        this.step(this.#context.clock.now());
      });
      this.#attempts.add(trying);
      try {
        const kept = await trying.finally(() => {
          this.#attempts.delete(trying);
          this.#ending.delete(pair);
        });
        if (kept === undefined) return;
        const heard = await kept.late;
        // Only an answer tells more than the silence did.
        if (heard?.kind === 'answer') await answered(owed, { heard, startedMs: kept.startedMs }, this.#context);
        else await this.#context.ledger.change(this.#bot, owed.decision.id, (current) => ({ next: released(current) }));
      } finally {
        over();
      }
    });
  }

  #look(due: readonly Owed[]): void {
    this.#looking = true;
    this.#run(undefined, async () => {
      try {
        await look(due, this.#context);
      } finally {
        this.#looking = false;
      }
    });
  }

  #expire(owed: Owed, now: Now): void {
    const { ledger, log } = this.#context;
    const decisionId = owed.decision.id;
    if (this.#working.has(decisionId)) return;
    const pause = this.#serves ? this.#held.takeCause(owed) : undefined;
    this.#run(owed, async () => {
      const result = await ledger.change(this.#bot, decisionId, (current) =>
        isTooLate(current, now) ? { next: expired(current, pause) } : undefined,
      );
      if (result !== 'recorded') return;
      log.warn({ ...trail(owed), pauseId: pause?.id }, 'the order was not delivered in time');
    });
  }

  #giveUp(owed: Owed): void {
    const { ledger, log, settings } = this.#context;
    const decisionId = owed.decision.id;
    if (this.#givingUp.has(decisionId)) return;
    this.#givingUp.add(decisionId);
    this.#run(undefined, async () => {
      const result = await ledger.change(this.#bot, decisionId, (current) =>
        isSettling(current) && current.settleUntilMs === owed.settleUntilMs
          ? { next: gaveUp(current, settings) }
          : undefined,
      );
      this.#givingUp.delete(decisionId);
      if (result !== 'recorded') return;
      const fields = { ...trail(owed), side: owed.decision.side };
      const over = oneLookDecides(owed) ? 'the bot could not be asked' : 'its trade was not found';
      log.error(fields, `whether the bot took this order stays unknown (${over}): look at the bot and the exchange`);
    });
  }

  /** Runs `task`, then goes on with what is due next. A broken invariant is told, and stops nothing else. */
  #run(owed: Owed | undefined, task: () => Promise<void>): void {
    const { clock, ledger, log } = this.#context;
    const decisionId = owed?.decision.id;
    if (decisionId !== undefined) this.#working.add(decisionId);
    const running = task()
      .catch((error: unknown) => {
        log.error({ bot: this.#bot, ...(owed && trail(owed)), error: String(error) }, 'a step of a delivery failed');
      })
      .finally(() => {
        this.#tasks.delete(running);
        if (owed !== undefined) {
          this.#working.delete(owed.decision.id);
          // As it is by now: whoever met it in a line meanwhile let it go.
          const current = ledger.get(this.#bot, owed.decision.id);
          if (current !== undefined) ledger.queue(this.#bot).line(current);
        }
        this.step(clock.now());
      });
    this.#tasks.add(running);
  }
}
