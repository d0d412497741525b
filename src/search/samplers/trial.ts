// What samplers and pruners know of a study: its trials and the space they come from. Words and meanings are Optuna's, so that a study can be told to it.

/** COMPLETE has a value; PRUNED was ended early and is judged by its steps; FAIL (also: a value that is no number) teaches nothing. */
export type TrialState = 'RUNNING' | 'COMPLETE' | 'PRUNED' | 'FAIL';

export type Direction = 'MINIMIZE' | 'MAXIMIZE';

/** Values by name, as numbers: a categorical's is the index of its choice. */
export type Params = Readonly<Record<string, number>>;

/** What a trial told of itself on the way; `step` is a whole number >= 0, each at most once. A value may be NaN. */
export interface Step {
  readonly step: number;
  readonly value: number;
}

export interface Trial {
  /** From 0 without gaps. */
  readonly number: number;
  readonly state: TrialState;
  readonly params: Params;
  /** The objective of a COMPLETE trial, never NaN; null otherwise. */
  readonly value: number | null;
  /** In the order of telling. */
  readonly steps: readonly Step[];
  /** What halving kept of the trial: its value at each rung it reached (Optuna's `completed_rung_0` ...). Empty with other pruners. */
  readonly rungs: readonly number[];
  /** How far it breaks the study's constraints, summed over those broken; 0: feasible. */
  readonly violation: number;
}

/** The last step told, by number; undefined without any. */
export function lastStep({ steps }: Trial): number | undefined {
  let last: number | undefined;
  for (const { step } of steps) if (last === undefined || step > last) last = step;
  return last;
}
