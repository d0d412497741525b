// Ensemble rules that differ for a pair, a side, or both; each (pair, side) at most once.
import * as v from 'valibot';
import { isPair, PAIR_ALLOWED, SIDES, type Side } from '#domain/market.ts';
import { type Kind, number } from './config-kind.ts';

/** Other ensemble rules for a pair, a side, or both; where several fit, pair and side win over the pair alone, that over the side. */
export interface EnsembleOverride {
  readonly pair?: string | undefined;
  readonly side?: Side | undefined;
  readonly windowSeconds?: number | undefined;
  readonly minAgreements?: number | undefined;
  readonly minConfidence?: number | undefined;
}

/** Bounds of the ensemble's rules, the same for everyone and in an override. */
export const windowSeconds = number({ min: 0.1, max: 86_400 });
export const minAgreements = number({ min: 1, max: 1_000, whole: true });
export const confidence = number({ min: 0, max: 1, decimals: 4 });

const overrideSchema = v.pipe(
  v.objectWithRest(
    {
      pair: v.optional(v.pipe(v.string(PAIR_ALLOWED), v.check(isPair, PAIR_ALLOWED))),
      side: v.optional(v.picklist(SIDES, 'LONG, SHORT')),
      windowSeconds: v.optional(windowSeconds.schema),
      minAgreements: v.optional(minAgreements.schema),
      minConfidence: v.optional(confidence.schema),
    },
    v.never('only pair, side, windowSeconds, minAgreements and minConfidence'),
    'an object with pair and/or side and what is different there',
  ),
  v.check(({ pair, side }) => (pair ?? side) !== undefined, 'a pair, a side or both'),
  v.check(
    (rule) => (rule.windowSeconds ?? rule.minAgreements ?? rule.minConfidence) !== undefined,
    'at least one of windowSeconds, minAgreements, minConfidence',
  ),
);

/** The list in the file. */
export const overrideList: Kind<readonly EnsembleOverride[]> = {
  allowed: 'a list of {pair, side, windowSeconds, minAgreements, minConfidence}',
  schema: v.pipe(
    v.array(overrideSchema, 'a list of {pair, side, windowSeconds, minAgreements, minConfidence}'),
    v.check(
      (rules) => new Set(rules.map(({ pair, side }) => `${pair} ${side}`)).size === rules.length,
      'one entry for each pair and side',
    ),
  ),
  fromText: (text) => text,
};
