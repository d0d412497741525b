// What one bot is owed, ready to be asked who is next, who is too late and who is settling. However much is owed, a question costs the logarithm of it:
// a delivery waits in one line (for its turn, its next try, or its pair), and entries of lines that are out of date are dropped when they are met.
import type { Now } from '#domain/time.ts';
import { isSettling, isWaiting, mayStart, type Owed } from './delivery.ts';
import { Heap } from './heap.ts';

/** Entries out of date that lines may hold before they are made anew. */
const SLACK = 1_000;

export class Queue {
  readonly #owed = new Map<string, Owed>();
  readonly #settling = new Map<string, Owed>();
  /** How many deliveries of a pair are settling. */
  readonly #blocked = new Map<string, number>();
  readonly #behindPair = new Map<string, Owed[]>();
  #turns = new Heap<Owed>(compareService);
  #retries = new Heap<Owed>((a, b) => a.notBeforeMs - b.notBeforeMs);
  #ends = new Heap<Owed>((a, b) => a.startBeforeMs - b.startBeforeMs);

  get(decisionId: string): Owed | undefined {
    return this.#owed.get(decisionId);
  }

  /** Adds a delivery or puts it in the place of what it was. */
  set(owed: Owed): void {
    const { id } = owed.decision;
    this.#unsettle(id);
    this.#owed.set(id, owed);
    if (isSettling(owed)) {
      const { pair } = owed.decision;
      this.#settling.set(id, owed);
      this.#blocked.set(pair, (this.#blocked.get(pair) ?? 0) + 1);
    }
    if (this.#turns.size + this.#retries.size + this.#ends.size > 3 * this.#owed.size + SLACK) this.#tidy();
    else this.line(owed);
  }

  delete(decisionId: string): void {
    this.#unsettle(decisionId);
    this.#owed.delete(decisionId);
  }

  /** Puts a delivery that was handed out, and is as it was, back in line. */
  line(owed: Owed): void {
    if (!this.#isCurrent(owed) || !isWaiting(owed)) return;
    this.#turns.push(owed);
    this.#ends.push(owed);
  }

  /** Deliveries whose end is unknown and whose trade is looked for. */
  settling(): Iterable<Owed> {
    return this.#settling.values();
  }

  /** Takes out of the line those that can no longer be started at `now`. */
  takeLate(now: Now): readonly Owed[] {
    const late = new Set<Owed>();
    for (let first = this.#ends.peek(); first !== undefined && !mayStart(first, now); first = this.#ends.peek()) {
      this.#ends.pop();
      if (this.#isCurrent(first)) late.add(first);
    }
    return [...late];
  }

  /** Takes out of the line who is served next; undefined when nobody may be. A pair with an order of unknown end waits, whichever its side. */
  takeNext(now: Now): Owed | undefined {
    for (let first = this.#retries.peek(); first !== undefined && first.notBeforeMs <= now.monotonicMs; ) {
      this.#retries.pop();
      if (this.#isCurrent(first)) this.#turns.push(first);
      first = this.#retries.peek();
    }
    for (let next = this.#turns.pop(); next !== undefined; next = this.#turns.pop()) {
      if (!this.#isCurrent(next) || !mayStart(next, now)) continue;
      if (next.notBeforeMs > now.monotonicMs) this.#retries.push(next);
      else if (this.#blocked.has(next.decision.pair)) this.#wait(next);
      else return next;
    }
    return undefined;
  }

  #wait(owed: Owed): void {
    const { pair } = owed.decision;
    const waiting = this.#behindPair.get(pair);
    if (waiting === undefined) this.#behindPair.set(pair, [owed]);
    else waiting.push(owed);
  }

  #unsettle(decisionId: string): void {
    const pair = this.#settling.get(decisionId)?.decision.pair;
    if (pair === undefined) return;
    this.#settling.delete(decisionId);
    const others = (this.#blocked.get(pair) ?? 1) - 1;
    if (others > 0) {
      this.#blocked.set(pair, others);
      return;
    }
    this.#blocked.delete(pair);
    for (const waiting of this.#behindPair.get(pair) ?? []) if (this.#isCurrent(waiting)) this.#turns.push(waiting);
    this.#behindPair.delete(pair);
  }

  /** Makes the lines anew of what is owed now. */
  #tidy(): void {
    this.#turns = new Heap<Owed>(compareService);
    this.#retries = new Heap<Owed>((a, b) => a.notBeforeMs - b.notBeforeMs);
    this.#ends = new Heap<Owed>((a, b) => a.startBeforeMs - b.startBeforeMs);
    this.#behindPair.clear();
    for (const owed of this.#owed.values()) this.line(owed);
  }

  #isCurrent(owed: Owed): boolean {
    return this.#owed.get(owed.decision.id) === owed;
  }
}

/** Order of service at a bot: oldest window close, then higher confidence, then id. */
export function compareService(a: Owed, b: Owed): number {
  return (
    a.decision.window.closesAtMs - b.decision.window.closesAtMs ||
    b.decision.confidenceE4 - a.decision.confidenceE4 ||
    (a.decision.id < b.decision.id ? -1 : a.decision.id > b.decision.id ? 1 : 0)
  );
}
