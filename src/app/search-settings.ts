// What can be set of searches, by the names the file uses.

import type { SearchPlan } from './search-plan.ts';

export interface SearchSettings {
  /** undefined: no schedule, and the defaults. */
  readonly search: SearchPlan | undefined;
  /** undefined: one per core less one. */
  readonly studyThreads: number | undefined;
  readonly studyDays: number;
  readonly studiesKept: number;
}
