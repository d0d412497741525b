// Asking an idle bot now and then how it is, so that one that is gone or stopped is noticed before an order needs it.
import type { Now } from '#domain/time.ts';
import type { BotClient } from './bot-client.ts';

const EVERY_MS = 30_000;

export class Inquiry {
  readonly #client: Pick<BotClient, 'settings' | 'forgetSettings'>;
  #asking = false;
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor(client: Pick<BotClient, 'settings' | 'forgetSettings'>) {
    this.#client = client;
  }

  /** Asks when it is time again; undefined when it is not, or the last question is still open. */
  askIfDue(now: Now): Promise<void> | undefined {
    if (this.#asking || now.monotonicMs < this.#nextMs) return undefined;
    this.#asking = true;
    this.#nextMs = now.monotonicMs + EVERY_MS;
    this.#client.forgetSettings();
    return this.#client
      .settings()
      .then(() => undefined)
      .finally(() => {
        this.#asking = false;
      });
  }
}
