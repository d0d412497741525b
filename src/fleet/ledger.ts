// Every unfinished delivery in memory, and the only way to change one: journaled in one commit with its decision's end, one change of a decision after
// the other. The journal has no other writer, so memory is right; rows read from it only add what is not known yet.
import type { DeliveryAttempt } from '#domain/decision.ts';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { DecisionChanges, DeliveryJournal, TradeRef } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { DRY_RUN, type FleetSettings, hasEnded, intended, isDone, type Owed, owe, refusalText } from './delivery.ts';
import { Queue } from './queue.ts';
import { rollUp } from './roll-up.ts';

const RETRY_MS = 1_000;
/** Changes looked at in one read. */
const CHANGES = 1_000;

/** What a ledger works with. `closing` ends the tries to write. */
export interface LedgerParts {
  readonly journal: DeliveryJournal;
  readonly changes: DecisionChanges;
  readonly settings: FleetSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly closing: AbortSignal;
}

/**
 * One step of a delivery: what it is afterwards, the attempt that ended with it, the trade that settles it. `onHanded` is called when the journal has it in
 * line: what is asked of the journal from then on is written after it.
 */
export interface Step {
  readonly next: Owed;
  readonly attempt?: DeliveryAttempt | undefined;
  readonly trade?: TradeRef | undefined;
  readonly onHanded?: (() => void) | undefined;
}

/** `taken`: the trade settled another decision, nothing changed. `skipped`: there was nothing to do any more. `closed`: not written, we are closing. */
export type Recorded = 'recorded' | 'taken' | 'skipped' | 'closed';

export class Ledger {
  readonly #deps: LedgerParts;
  readonly #queues = new Map<string, Queue>();
  /** The last change of a decision that was looked at; undefined before the first read, which reads all that is unfinished. */
  #seenSeq: number | undefined;
  /** Decisions whose deliveries have to be read again. */
  readonly #inDoubt = new Set<string>();
  /** The last change of each decision that is being written. */
  readonly #writing = new Map<string, Promise<unknown>>();
  /** Deliveries done since a read began, which that read may still show as unfinished. */
  readonly #doneMeanwhile = new Set<string>();
  #reading = false;
  readonly #failing = new Set<'read' | 'written'>();

  constructor(deps: LedgerParts) {
    this.#deps = deps;
  }

  /**
   * Reads what is unfinished and returns what was not known yet, by bot: all of it first, then only of decisions that changed or are in doubt. Empty when
   * the journal cannot be read or is being read already.
   */
  async read(): Promise<ReadonlyMap<string, readonly Owed[]>> {
    const added = new Map<string, Owed[]>();
    if (this.#reading) return added;
    this.#reading = true;
    this.#doneMeanwhile.clear();
    try {
      const at = { now: this.#deps.clock.now(), settings: this.#deps.settings };
      for (const row of await this.#unread()) {
        const { delivery, decision } = row;
        const known = this.queue(delivery.bot);
        if (known.get(decision.id) !== undefined || this.#doneMeanwhile.has(key(delivery.bot, decision.id))) continue;
        const owed = owe(row, at);
        known.set(owed);
        const others = added.get(delivery.bot);
        if (others === undefined) added.set(delivery.bot, [owed]);
        else others.push(owed);
      }
      this.#works('read');
    } catch (error) {
      this.#fails('read', error);
    } finally {
      this.#reading = false;
    }
    return added;
  }

  async #unread(): ReturnType<DeliveryJournal['unfinished']> {
    const { changes, journal } = this.#deps;
    if (this.#seenSeq === undefined) {
      const lastSeq = await changes.lastSeq();
      const all = await journal.unfinished();
      this.#seenSeq = lastSeq;
      return all;
    }
    const fresh = await changes.after(this.#seenSeq, CHANGES);
    const doubtful = [...this.#inDoubt];
    const owing = fresh.filter(({ outcome }) => outcome === 'PENDING').map(({ decisionId }) => decisionId);
    const rows = owing.length + doubtful.length === 0 ? [] : await journal.unfinished([...owing, ...doubtful]);
    this.#seenSeq = fresh.at(-1)?.seq ?? this.#seenSeq;
    for (const decisionId of doubtful) this.#inDoubt.delete(decisionId);
    return rows;
  }

  /** What `bot` is owed and is not done. */
  queue(bot: string): Queue {
    const known = this.#queues.get(bot) ?? new Queue();
    this.#queues.set(bot, known);
    return known;
  }

  get(bot: string, decisionId: string): Owed | undefined {
    return this.queue(bot).get(decisionId);
  }

  /** Notes when something is to be tried or looked at again; not journaled. */
  reschedule(owed: Owed): void {
    const known = this.queue(owed.delivery.bot);
    if (known.get(owed.decision.id) !== undefined) known.set(owed);
  }

  /** Drops what memory knows of a delivery; the next read takes it from the journal again. */
  forget(bot: string, decisionId: string): void {
    this.#drop(bot, decisionId);
    this.#inDoubt.add(decisionId);
  }

  #drop(bot: string, decisionId: string): void {
    this.queue(bot).delete(decisionId);
    if (this.#reading) this.#doneMeanwhile.add(key(bot, decisionId));
  }

  /** Journals the intent of an attempt. Rejects when that is not certain: nothing may be sent then. */
  async begin(owed: Owed, attemptId: string): Promise<'begun' | 'busy'> {
    const atMs = this.#deps.clock.now().wallMs;
    const { bot } = owed.delivery;
    try {
      const result = await this.#deps.journal.begin({ decisionId: owed.decision.id, bot, attemptId, atMs });
      if (result === 'begun') this.queue(bot).set(intended(owed, attemptId, atMs));
      this.#works('written');
      return result;
    } catch (error) {
      this.#fails('written', error);
      throw error;
    }
  }

  /**
   * Takes one step of a delivery: `step` sees it as it is after all earlier changes and returns undefined when there is nothing to do.
   * A journal that cannot be written is tried again until it can, or until we close.
   */
  async change(bot: string, decisionId: string, step: (owed: Owed) => Step | undefined): Promise<Recorded> {
    const earlier = this.#writing.get(decisionId) ?? Promise.resolve();
    const turn = earlier.then(async (): Promise<Recorded> => {
      const before = this.get(bot, decisionId);
      const taken = before && step(before);
      return before === undefined || taken === undefined ? 'skipped' : this.#write(taken, before);
    });
    this.#writing.set(decisionId, turn);
    try {
      return await turn;
    } finally {
      if (this.#writing.get(decisionId) === turn) this.#writing.delete(decisionId);
    }
  }

  async #write({ next, attempt, trade, onHanded }: Step, before: Owed): Promise<Recorded> {
    const { clock, closing, journal } = this.#deps;
    const { delivery } = next;
    const decisionId = next.decision.id;
    for (;;) {
      try {
        const [all = []] = await journal.ofDecisions([decisionId]);
        const others = all.filter((other) => other.bot !== delivery.bot);
        const decision = { ...next.decision, ...rollUp([...others, delivery]) };
        const text = refusalText(delivery);
        const refusal = text === undefined ? undefined : { atMs: clock.now().wallMs, text };
        const recording = journal.record({ attempt, delivery, decision, trade, refusal });
        onHanded?.();
        const result = await recording;
        this.#works('written');
        if (result === 'taken') return 'taken';
        if (isDone(next)) this.#drop(delivery.bot, decisionId);
        else this.queue(delivery.bot).set(next);
        const { outcome, reason } = decision;
        if (outcome !== rollUp(all).outcome) mark('decision.ended', { decisionId, outcome, reason });
        const sinceCloseMs = clock.now().wallMs - next.decision.dueAtMs;
        const { bot, state } = delivery;
        const isEnd = hasEnded(next) && (!hasEnded(before) || before.delivery.state !== state);
        const told = delivery.detail === DRY_RUN ? 'DRY_RUN' : state;
        mark('delivery.recorded', { bot, decisionId, state: told, isEnd, sinceCloseMs });
        return 'recorded';
      } catch (error) {
        this.#fails('written', error);
      }
      if (closing.aborted) return 'closed';
      await clock.sleep(RETRY_MS, closing);
    }
  }

  /** Told once, until it works again. */
  #fails(what: 'read' | 'written', error: unknown): void {
    const fields = { error: String(error) };
    if (!this.#failing.has(what)) this.#deps.log.error(fields, `the journal of deliveries cannot be ${what}`);
    this.#failing.add(what);
  }

  #works(what: 'read' | 'written'): void {
    if (this.#failing.delete(what)) this.#deps.log.info({}, `the journal of deliveries can be ${what} again`);
  }
}

function key(bot: string, decisionId: string): string {
  return `${bot}\n${decisionId}`;
}
