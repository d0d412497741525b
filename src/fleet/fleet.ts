// DOOR of fleet: decisions leave for the bots. Nothing is done twice: an intent is journaled before its request leaves, and an unknown end is settled, never sent again.
import type { Side } from '#domain/market.ts';
import type { Now } from '#domain/time.ts';

/** A freqtrade bot we deliver to. `url` without credentials. */
export interface BotConfig {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly sides: readonly Side[];
}

/** The deliveries of the worker side. */
export interface Fleet extends AsyncDisposable {
  /** One step: starts what each idle bot is owed next, settles what is unknown, expires what is too late. Returns at once; requests go on by themselves. */
  tick(now: Now): Promise<void>;
  /** Refuses new attempts and waits for the ones under way, at most until `signal` aborts. */
  drain(signal: AbortSignal): Promise<void>;
}
