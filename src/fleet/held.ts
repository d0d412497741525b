// What pauses keep back at one bot. Nothing is forgotten: what is held comes back in line when the pauses change, and its end names the pause.
import type { Pause } from '#domain/pause.ts';
import type { Owed } from './delivery.ts';
import type { PauseWatch } from './pause-watch.ts';

export class Held {
  readonly #pauses: PauseWatch;
  /** Taken out of the line until the pauses change. */
  readonly #aside: Owed[] = [];
  /** The pause that held a delivery last, since it was last tried. */
  readonly #by = new Map<string, Pause>();
  #seen = 0;

  constructor(pauses: PauseWatch) {
    this.#pauses = pauses;
  }

  /** Whether a pause keeps this delivery back; it is set aside then. */
  holds(owed: Owed): boolean {
    const pause = this.#pauses.stopping(owed);
    if (pause === undefined) return false;
    this.#aside.push(owed);
    this.#by.set(owed.decision.id, pause);
    return true;
  }

  /** What was set aside, when the pauses changed since it was: it may go now, or is held by another one. */
  takeBack(): readonly Owed[] {
    if (this.#seen === this.#pauses.revision) return [];
    this.#seen = this.#pauses.revision;
    return this.#aside.splice(0);
  }

  /** A delivery is tried: what held it before counts no longer. */
  tried(owed: Owed): void {
    this.#by.delete(owed.decision.id);
  }

  /** The pause to name when it is too late for a delivery: one that is in force, or the one that held it until now. */
  takeCause(owed: Owed): Pause | undefined {
    const before = this.#by.get(owed.decision.id);
    this.#by.delete(owed.decision.id);
    return this.#pauses.stopping(owed) ?? before;
  }
}
