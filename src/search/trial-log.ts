// The trials of a study as it runs: those an earlier run has left, and where new ones go. A study is rebuilt from them alone.
import type { Trial } from '#domain/trial.ts';
import type { Trial as SampledTrial } from './samplers/trial.ts';

/** A finished trial before anybody has said when that was. */
export type FinishedTrial = Omit<Trial, 'startedAtMs' | 'finishedAtMs'>;

/** Where trials come from and go to. */
export interface TrialLog {
  /** Of an earlier run of the same study. */
  readonly known: readonly FinishedTrial[];
  /** Told each new trial as it finishes, in order of search and number. */
  readonly told: (trial: FinishedTrial) => void;
}

/** The known trials of one search up to the first one missing, in order. */
export function knownOf(log: TrialLog, search: number): readonly FinishedTrial[] {
  const own = log.known.filter((trial) => trial.search === search).sort((a, b) => a.number - b.number);
  const gap = own.findIndex((trial, index) => trial.number !== index);
  return gap < 0 ? own : own.slice(0, gap);
}

/** A trial as samplers and pruners know it. */
export function sampledTrial({ number, state, point, objective, steps, rungs }: FinishedTrial): SampledTrial {
  return {
    number,
    state: state === 'FAILED' ? 'FAIL' : state,
    params: point,
    value: objective,
    steps: steps.map((value, step) => ({ step, value: value ?? Number.NaN })),
    rungs,
    violation: 0,
  };
}
