// How a simulated trade ends: the words and their codes in columns.
import type { ExitReason } from '#domain/study.ts';

/** The order of the codes in `reason` columns. */
export const EXIT_REASONS = [
  'stop_loss',
  'roi',
  'max_hold',
  'force_exit',
  'trailing_stop_loss',
] as const satisfies readonly ExitReason[];
export const STOP_LOSS = 0;
export const ROI = 1;
export const MAX_HOLD = 2;
export const FORCE_EXIT = 3;
/** A stop that has moved: one that trails, or one at break even. */
export const TRAILING_STOP = 4;

/** The end of one trade. */
export interface Exit {
  /** Index of the candle in which it left. */
  readonly candle: number;
  readonly rate: number;
  /** Index into EXIT_REASONS. */
  readonly reason: number;
}

/** What is known of a trade when it opens. */
export interface OpenTrade {
  /** Index of the candle at whose open it opens. */
  readonly entry: number;
  /** Candles; 0: no limit. */
  readonly maxHold: number;
}
