// What a window became, and what bots are owed of it. Outcomes and reasons are closed lists.
import type { Side } from '#domain/market.ts';
import type { ConfidenceE4, Window } from '#domain/signal.ts';

export type DecisionOutcome = 'PENDING' | 'FORWARDED' | 'REJECTED' | 'FAILED' | 'EXPIRED' | 'UNKNOWN';
export type DecisionReason =
  | 'FORWARDED'
  | 'TOO_FEW_VOTES'
  | 'LOW_CONFIDENCE'
  | 'PAUSED'
  | 'NO_BOT'
  | 'BOT_REFUSED'
  | 'BOT_UNREACHABLE'
  | 'EXPIRED'
  | 'OUTCOME_UNKNOWN';
export type DeliveryState = 'PENDING' | 'DELIVERED' | 'REFUSED' | 'UNREACHABLE' | 'EXPIRED' | 'UNKNOWN';

/** The end of a decision: outcome, reason (null while PENDING), the reason in words, and the id of the pause that stopped it (null: none did). */
export interface DecisionEnd {
  readonly outcome: DecisionOutcome;
  readonly reason: DecisionReason | null;
  readonly detail: string | null;
  readonly pauseId: string | null;
}

/** A decision as journaled. `window.closesAtMs` is the nominal close, as its signals were stamped. */
export interface Decision extends DecisionEnd {
  readonly id: string;
  readonly pair: string;
  readonly side: Side;
  readonly votes: number;
  readonly expectedFeeders: number;
  /** Mean of the votes, rounded half away from zero to 4 decimals. */
  readonly confidenceE4: ConfidenceE4;
  readonly confidenceDefaulted: boolean;
  /** In byte order. */
  readonly sources: readonly string[];
  /** The lowest among the votes that name one. */
  readonly leverage: number | null;
  readonly enterTag: string;
  /** Opinions on the other side of the pair had a window that overlapped this one. */
  readonly conflict: boolean;
  readonly window: Window;
  readonly decidedAtMs: number;
  /**
   * Where the time for its deliveries counts from: the nominal close by the wall clock in force when it was decided. That of the window, unless
   * that clock was set while the window was open.
   */
  readonly dueAtMs: number;
}

/** One change of a decision's end, in the order they were journaled: when it was decided, and whenever its outcome became another one. */
export interface DecisionChange extends DecisionEnd {
  readonly seq: number;
  readonly decisionId: string;
}

/** What became of a signal in its decision: counted, or not, for a later signal of the same source replaced it or its source was paused. */
export interface SignalFate {
  readonly signalId: string;
  readonly seq: number;
  readonly decisionId: string;
  readonly counted: boolean;
}

/** One attempt to deliver. `finishedAtMs` null: its intent is journaled and its end is not known (yet). */
export interface DeliveryAttempt {
  readonly id: string;
  readonly atMs: number;
  readonly finishedAtMs: number | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number | null;
}

/** What one bot is owed of one decision. At most one per (decision, bot). Attempts are oldest first. */
export interface Delivery {
  readonly decisionId: string;
  readonly bot: string;
  readonly state: DeliveryState;
  readonly tradeId: string | null;
  readonly detail: string | null;
  readonly attempts: readonly DeliveryAttempt[];
  /** The pause that kept it from being tried until it was too late; null: none did. */
  readonly pauseId: string | null;
  /** While settling an unknown end: when looking for the trade stops (epoch ms). null otherwise. */
  readonly settleUntilMs: number | null;
  /** Until when the last attempt counts as in flight at the bot although we stopped waiting (epoch ms). null: it does not. */
  readonly heldUntilMs: number | null;
}
