// What operators set for the ensemble, and which rules hold for one (pair, side). Pure; values are checked where the configuration is read.
import type { Side } from '#domain/market.ts';
import { type ConfidenceE4, toE4 } from '#domain/signal.ts';

/** Other rules for a pair, a side, or one side of a pair. An absent rule falls through to the next less specific override. */
interface EnsembleOverride {
  readonly pair?: string | undefined;
  readonly side?: Side | undefined;
  readonly windowSeconds?: number | undefined;
  readonly minAgreements?: number | undefined;
  readonly minConfidence?: number | undefined;
}

export interface EnsembleSettings {
  /** Whether this host takes signals. */
  readonly intake: boolean;
  readonly windowSeconds: number;
  readonly minAgreements: number;
  /** 0..1 */
  readonly minConfidence: number;
  /** Only printed in tags (`2/5`): votes may exceed it. */
  readonly expectedFeeders: number;
  /** The confidence of a signal that names none, 0..1; undefined: such a signal is refused. */
  readonly missingConfidence?: number | undefined;
  /** Appends ` id=k3f9` to forwarded tags. */
  readonly tagId: boolean;
  readonly overrides: readonly EnsembleOverride[];
}

/** The rules of one (pair, side). */
export interface Rules {
  readonly windowMs: number;
  readonly minAgreements: number;
  readonly minConfidenceE4: ConfidenceE4;
}

/** The rules for `pair` and `side`: each by the most specific override that names it (pair and side, then pair, then side), else the default. */
export function rulesFor(settings: EnsembleSettings, pair: string, side: Side): Rules {
  const ranked = settings.overrides
    .filter((override) => (override.pair ?? pair) === pair && (override.side ?? side) === side)
    .sort((a, b) => specificity(b) - specificity(a));
  const first = <K extends 'windowSeconds' | 'minAgreements' | 'minConfidence'>(key: K): number =>
    ranked.find((override) => override[key] !== undefined)?.[key] ?? settings[key];
  return {
    windowMs: Math.round(first('windowSeconds') * 1000),
    minAgreements: first('minAgreements'),
    minConfidenceE4: toE4(first('minConfidence')),
  };
}

/** The longest window any (pair, side) can have under these settings, ms. */
export function longestWindowMs(settings: EnsembleSettings): number {
  const seconds = settings.overrides.map((override) => override.windowSeconds ?? 0);
  return Math.round(Math.max(settings.windowSeconds, ...seconds) * 1000);
}

function specificity(override: EnsembleOverride): number {
  return (override.pair === undefined ? 0 : 2) + (override.side === undefined ? 0 : 1);
}
