// A signal: one feeder's opinion on one pair and side. Accepted means journaled; its window is stamped with it.
import { roundHalfAway } from '#domain/decimal.ts';
import type { Side } from '#domain/market.ts';

/** Confidences are kept as whole ten-thousandths so that sums and comparisons are exact: 0.89 is 8900. */
export type ConfidenceE4 = number;

/** A confidence 0..1 as whole ten-thousandths, half away from zero: 0.7 -> 7000. */
export function toE4(confidence: number): ConfidenceE4 {
  return Math.round(roundHalfAway(confidence, 4) * 10_000);
}

/** Whole ten-thousandths as the number they stand for: 8900 -> 0.89. */
export function fromE4(confidenceE4: ConfidenceE4): number {
  return confidenceE4 / 10_000;
}

const SOURCE = /^[A-Za-z0-9_-]{1,32}$/;
/** What a source may look like, in words for error messages. */
export const SOURCE_ALLOWED = '1 to 32 of A-Z a-z 0-9 _ -';

/** Whether `text` is the name of a source (a feeder's id such as `75b`). */
export function isSource(text: string): boolean {
  return SOURCE.test(text);
}

/** A window of one (pair, side): half-open [openedAtMs, closesAtMs), wall-clock epoch ms. */
export interface Window {
  readonly openedAtMs: number;
  readonly closesAtMs: number;
}

/** What a signal says, complete and checked, ready for the journal. */
export interface SignalContent {
  readonly pair: string;
  readonly side: Side;
  readonly source: string;
  readonly confidenceE4: ConfidenceE4;
  readonly confidenceDefaulted: boolean;
  readonly leverage: number | null;
  readonly enterTag: string | null;
  readonly profitPct: number | null;
  readonly safetyPct: number | null;
  readonly sentAtMs: number | null;
  /** Values accepted and kept but not forwarded (`price`, `stakeamount`, `ordertype`); null when there are none. */
  readonly extras: Readonly<Record<string, unknown>> | null;
}

/** A signal to append: content, the id it will have, who sent it, and how long a window it opens stays open. */
export interface NewSignal extends SignalContent {
  readonly id: string;
  /** Name of the credential that sent it; idempotency keys are the credential's own. */
  readonly credential: string;
  readonly idempotencyKey: string | null;
  readonly windowMs: number;
}

/** A signal in the journal. `seq` is the journal's order, ascending without reuse. */
export interface Signal extends SignalContent {
  readonly seq: number;
  readonly id: string;
  readonly credential: string;
  readonly receivedAtMs: number;
  readonly window: Window;
}
