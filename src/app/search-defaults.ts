// What a search is asked where nobody says: the defaults, with what the configuration says otherwise.
import type { StudySpec } from '#domain/study.ts';
import { SEARCH_DEFAULTS, specFrom } from '#search/search.ts';
import { NO_PLAN, type SearchPlan } from './search-plan.ts';

/** The limits of a verdict, which hold for every search of this service, whoever starts it. */
const LIMITS = [
  'folds',
  'walkForward',
  'minTrades',
  'minOosTrades',
  'minTestDays',
  'pboMax',
  'lossShareMax',
  'confidence',
  'feeStress',
] as const satisfies readonly (keyof StudySpec)[];

/** The defaults of searches that are started over GraphQL: its own, but for the limits of a verdict and the ranges of levels. */
export function graphqlDefaults({ asked }: SearchPlan = NO_PLAN): Omit<StudySpec, 'pair'> {
  const set = [...LIMITS, 'stop' as const, 'target' as const].flatMap((key) =>
    asked[key] === undefined ? [] : [[key, asked[key]]],
  );
  return { ...SEARCH_DEFAULTS, ...Object.fromEntries(set) };
}

/** What the schedule asks of every pair. */
export function scheduledSpec({ asked, publish }: SearchPlan): Omit<StudySpec, 'pair'> {
  const { pair: _any, ...spec } = specFrom({ ...SEARCH_DEFAULTS, ...asked, publish, pair: 'A/B' });
  return spec;
}
