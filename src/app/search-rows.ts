// The rows of the configuration table that are about searches: how many run at once, and how long what they found is kept.

import { number } from './config-kind.ts';
import type { Row } from './config-table.ts';
import { searchPlan } from './search-plan.ts';
import type { SearchSettings } from './search-settings.ts';

export const SEARCH_ROWS: { readonly [K in keyof SearchSettings]: Row<SearchSettings[K]> } = {
  search: {
    env: null,
    kind: searchPlan,
    fallback: null,
    meaning:
      'When all pairs are searched (`schedule`, cron; `publish`, `timezone`, `staleHours`) and what a search is asked where nobody says (`folds`, `minOosTrades`, `pboMax`, ...): see docs/search.md.',
  },
  studyThreads: {
    env: 'PARAMGATE_STUDY_THREADS',
    kind: number({ min: 1, max: 256, whole: true }),
    fallback: null,
    meaning:
      'How many searches the worker runs at once, each in a thread of low priority; not set: one per core less one.',
  },
  studyDays: {
    env: 'PARAMGATE_STUDY_DAYS',
    kind: number({ min: 1, max: 36_500, whole: true }),
    fallback: '90',
    meaning: 'How long searches are kept, with their planes and trials; what waits or runs always is.',
  },
  studiesKept: {
    env: 'PARAMGATE_STUDIES_KEPT',
    kind: number({ min: 1, max: 1_000_000, whole: true }),
    fallback: '1000',
    meaning: 'How many searches are kept at most, the newest.',
  },
};
