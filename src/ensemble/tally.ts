// Votes add up, and are enough or not. Pure, in whole numbers only: three votes of 0.70 are exactly 0.70.
import { roundHalfAway } from '#domain/decimal.ts';
import { type ConfidenceE4, fromE4 } from '#domain/signal.ts';
import type { Rules } from './settings.ts';
import { divideHalfAway } from './tag.ts';
import type { Vote } from './window.ts';

/** The votes of a window together. */
export interface Tally {
  readonly votes: number;
  /** Sum of the confidences; their mean is `sumE4 / votes`. */
  readonly sumE4: ConfidenceE4;
  /** The mean, half away from zero. */
  readonly meanE4: ConfidenceE4;
  readonly confidenceDefaulted: boolean;
  /** In byte order. */
  readonly sources: readonly string[];
  /** The lowest named; null when no vote names one. */
  readonly leverage: number | null;
}

/** Adds up `votes`, at least one, each of another source. */
export function tallyOf(votes: readonly Vote[]): Tally {
  const sumE4 = votes.reduce((sum, vote) => sum + vote.confidenceE4, 0);
  const leverages = votes.flatMap((vote) => (vote.leverage === null ? [] : [vote.leverage]));
  return {
    votes: votes.length,
    sumE4,
    meanE4: divideHalfAway(sumE4, votes.length),
    confidenceDefaulted: votes.some((vote) => vote.confidenceDefaulted),
    sources: votes.map((vote) => vote.source).sort(byBytes),
    leverage: leverages.length === 0 ? null : leverages.reduce((low, leverage) => Math.min(low, leverage)),
  };
}

/** Which condition a tally fails, and the numbers. */
export interface Shortfall {
  readonly reason: 'TOO_FEW_VOTES' | 'LOW_CONFIDENCE';
  readonly detail: string;
}

/** What a tally lacks under `rules`: votes are looked at first, then their confidence. undefined: nothing. */
export function shortfallOf(tally: Tally, rules: Rules): Shortfall | undefined {
  if (tally.votes < rules.minAgreements) {
    return { reason: 'TOO_FEW_VOTES', detail: `${tally.votes} of ${rules.minAgreements} votes` };
  }
  if (tally.sumE4 >= rules.minConfidenceE4 * tally.votes) return undefined;
  const mean = roundHalfAway(tally.sumE4 / tally.votes / 10_000, 8);
  return { reason: 'LOW_CONFIDENCE', detail: `mean confidence ${mean} is below ${fromE4(rules.minConfidenceE4)}` };
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
