// What the worker knows of one bot, for those who ask the gateway.
import type { Side } from '#domain/market.ts';

/** The last that was heard of a bot; null: not known (yet). */
export interface BotState {
  readonly name: string;
  readonly sides: readonly Side[];
  /** Whether the last request got an answer, whatever it was. */
  readonly reachable: boolean | null;
  /** freqtrade's own word (`running`, `paused`, `stopped`, `reload_config`), empty during its start-up. */
  readonly state: string | null;
  readonly forceEntryEnabled: boolean | null;
  readonly positionAdjustment: boolean | null;
  /** How far the bot's clock is ahead of ours at least, ms; its answers tell whole seconds. */
  readonly clockOffsetMs: number | null;
  readonly lastAnswerAtMs: number | null;
}

/** The orders at one bot: `inFlight` requests without a known end, `owed` deliveries that are not final, `unsettled` ones whose trade is looked for. */
export interface BotWork {
  readonly bot: string;
  readonly inFlight: number;
  readonly owed: number;
  readonly unsettled: number;
}

/** An order that a bot refused, in its own words. */
export interface Refusal {
  readonly atMs: number;
  readonly text: string;
}
