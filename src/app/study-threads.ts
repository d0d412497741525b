// How many studies run at once where nobody says: one for each core but one, which is left to serving.
import { availableParallelism } from 'node:os';
import type { Config } from './config.ts';

/** The threads of the configuration, at least one. */
export function studyThreads({ studyThreads }: Pick<Config, 'studyThreads'>): number {
  return studyThreads ?? Math.max(1, availableParallelism() - 1);
}
