// The pauses in force, as the deliveries see them. What cannot be read stops everything: an order sent in spite of a pause cannot be taken back.
import type { Log } from '#domain/log.ts';
import { isInForce, type Pause, pauseOf } from '#domain/pause.ts';
import type { Clock } from '#domain/time.ts';
import type { PauseJournal } from '#store/store.ts';
import type { Owed } from './delivery.ts';

export class PauseWatch {
  readonly #parts: { readonly pauses: Pick<PauseJournal, 'inForce'>; readonly clock: Clock; readonly log: Log };
  #inForce: readonly Pause[] = [];
  #failing = false;
  #revision = 0;

  constructor(parts: { readonly pauses: Pick<PauseJournal, 'inForce'>; readonly clock: Clock; readonly log: Log }) {
    this.#parts = parts;
  }

  /** Another number whenever what is in force became something else. */
  get revision(): number {
    return this.#revision;
  }

  /** Reads what is in force now. Whether it could: if not, nothing may be started. */
  async refresh(): Promise<boolean> {
    const { pauses, clock, log } = this.#parts;
    try {
      const inForce = await pauses.inForce(clock.now().wallMs);
      if (inForce.map(({ id }) => id).join() !== this.#inForce.map(({ id }) => id).join()) this.#revision += 1;
      this.#inForce = inForce;
      if (this.#failing) log.info({}, 'pauses can be read again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) log.error({ error: String(error) }, 'pauses cannot be read: no order is sent until they can');
      this.#failing = true;
    }
    return !this.#failing;
  }

  /** Whether the last read failed. */
  get isBlind(): boolean {
    return this.#failing;
  }

  /** The pause that keeps this order from being sent, by the last read; undefined: none. */
  stopping({ decision, delivery }: Owed): Pause | undefined {
    const { pair, side, sources } = decision;
    const { wallMs } = this.#parts.clock.now();
    const order = { pair, side, sources, bot: delivery.bot };
    return pauseOf(
      order,
      this.#inForce.filter((pause) => isInForce(pause, wallMs)),
    );
  }
}
