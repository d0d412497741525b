// DOOR of ensemble: sixty seconds of opinions become one decision. Intake and history on the gateway side, the aggregator on the worker side.
import type { Decision, Delivery, SignalFate } from '#domain/decision.ts';
import type { Side } from '#domain/market.ts';
import type { Signal } from '#domain/signal.ts';
import type { Now } from '#domain/time.ts';
import type { DecisionQuery } from '#store/store.ts';

/** A signal as a feeder sends it, before anything is checked; absent and null mean the same. */
export interface SignalSubmission {
  readonly pair: string;
  readonly side: Side;
  readonly source?: string | null | undefined;
  readonly confidence?: number | null | undefined;
  readonly leverage?: number | null | undefined;
  readonly enterTag?: string | null | undefined;
  readonly profitPct?: number | null | undefined;
  readonly safetyPct?: number | null | undefined;
  readonly sentAtMs?: number | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly extras?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Who submits: the credential's name, and the sources it may speak for (undefined: any). */
export interface Submitter {
  readonly credential: string;
  readonly sources?: readonly string[] | undefined;
}

/** The gateway side. */
export interface Intake {
  /** Resolves when the signal is in the journal. Rejects with BAD_USER_INPUT, FORBIDDEN (source), INTAKE_OFF or JOURNAL_UNAVAILABLE, having kept nothing. */
  submit(
    submission: SignalSubmission,
    submitter: Submitter,
  ): Promise<{ readonly signal: Signal; readonly duplicate: boolean }>;
}

/** What is told about signals and decisions afterwards, batch-first for loaders. */
export interface History {
  signals(ids: readonly string[]): Promise<readonly (Signal | undefined)[]>;
  fates(signalIds: readonly string[]): Promise<readonly (SignalFate | undefined)[]>;
  decisions(ids: readonly string[]): Promise<readonly (Decision | undefined)[]>;
  /** At most `first` + 1, newest first. */
  page(query: DecisionQuery): Promise<readonly Decision[]>;
  signalsOf(decisionIds: readonly string[]): Promise<readonly (readonly Signal[])[]>;
  deliveriesOf(decisionIds: readonly string[]): Promise<readonly (readonly Delivery[])[]>;
}

/** The worker side: reads the signal journal, closes what is due, journals decisions and what bots are owed. */
export interface Aggregator {
  /** One step: reads new signals, decides every window due by `now`. Returns how many windows are open afterwards. */
  tick(now: Now): Promise<{ readonly open: number; readonly decided: number }>;
}
