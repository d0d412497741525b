// What a tier is: it looks at the figures and finds levels, or says in words why it has none. Every figure it serves can be spoken (finite, whole where counted).
import type { ExitLevels, ExitParams } from '#domain/exit-params.ts';

/** What the tiers are told to respect. `fallback` and the trades' levels are position level, `riskCapPct` (negative) account level, `feePct` per side. */
export interface TierSettings {
  readonly optunaMaxAgeHours: number;
  readonly minTradesForBin: number;
  readonly lookbackDays: number;
  readonly binEdges: readonly number[];
  readonly riskCapPct: number;
  readonly fallback: ExitLevels;
  readonly feePct: number;
}

/** Figures of one kind; `value` undefined: there is nothing to serve, and `absence` says why in words. */
export interface Known<T> {
  readonly value: T | undefined;
  readonly absence: string | null;
}

/** An answer without what changes from moment to moment. */
export type SettledAnswer = Omit<ExitParams, 'readAtMs' | 'ageSeconds' | 'stale'>;

/** Levels a tier found, unrounded and at position level, with the evidence that is served beside them. */
export interface Found
  extends Pick<
    SettledAnswer,
    | 'source'
    | 'leverageBin'
    | 'winRate'
    | 'profitFactor'
    | 'avgWinPct'
    | 'avgLossPct'
    | 'totalTrades'
    | 'validated'
    | 'asOfMs'
  > {
  readonly levels: ExitLevels;
}

/** What one tier came to. */
export interface Searched {
  readonly found: Found | undefined;
  /** Sentences: what was found, or why nothing was. */
  readonly why: readonly string[];
}

/** `value` when it is a number that can be served; never -0. */
export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value + 0 : null;
}

/** `value` when it is a count the spoken contract can carry (a 32-bit whole number). */
export function count(value: number | null): number | null {
  return value !== null && Number.isInteger(value) && value >= 0 && value <= 0x7fffffff ? value + 0 : null;
}
