// The port of what is known of bots: written by the worker, read on the gateway side.
import type { BotState, BotWork } from '#domain/bot-state.ts';

export interface BotJournal {
  /** What the worker knows of its bots now; replaces all that was known. */
  save(states: readonly BotState[]): Promise<void>;
  /** By name. */
  states(): Promise<readonly BotState[]>;
  /** The bots with orders in flight or owed, by name. */
  work(): Promise<readonly BotWork[]>;
  /** Refused orders since `fromMs` (at most a day back), by bot, the most frequent text first. */
  refusals(fromMs: number): Promise<readonly { readonly bot: string; readonly text: string; readonly count: number }[]>;
}
