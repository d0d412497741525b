// Reads optuna-golden.json: what Optuna itself drew and pruned (see optuna-golden.py, which wrote it).
import { readFileSync } from 'node:fs';
import {
  categoricalDimension,
  type Dimension,
  floatDimension,
  intDimension,
  type Space,
} from '#search/samplers/space.ts';
import type { Direction, Step, Trial, TrialState } from '#search/samplers/trial.ts';

/** A number, or how Python writes one that JSON has not. */
type Spelled = number | 'nan' | 'inf' | '-inf';

interface Golden {
  readonly space: readonly {
    readonly name: string;
    readonly distribution: {
      readonly kind: string;
      readonly low: number;
      readonly high: number;
      readonly step: number | null;
      readonly log: boolean;
      readonly choices: readonly string[];
    };
  }[];
  readonly sequences: readonly {
    readonly seed: number;
    readonly options: {
      readonly multivariate?: boolean;
      readonly n_startup_trials?: number;
      readonly n_ei_candidates?: number;
    };
    readonly trials: readonly { readonly params: Record<string, number>; readonly value: number }[];
  }[];
  readonly mixtures: readonly {
    readonly observed: Record<string, readonly number[]>;
    readonly weights: readonly number[];
    readonly sigma: Record<string, readonly number[]>;
    readonly probe: Record<string, readonly number[]>;
    readonly logDensity: readonly number[];
  }[];
  readonly splits: readonly {
    readonly direction: 'minimize' | 'maximize';
    readonly good: number;
    readonly trials: readonly {
      readonly state: TrialState;
      readonly value: number | null;
      readonly steps: readonly (readonly [number, Spelled])[];
      readonly violation: number;
    }[];
    readonly below: readonly number[];
    readonly above: readonly number[];
  }[];
  readonly pruners: readonly PrunerCase[];
  readonly signedRank: readonly { readonly differences: readonly number[]; readonly p: number }[];
}

export interface PrunerCase {
  readonly pruner: string;
  readonly options: Readonly<Record<string, number | undefined>>;
  readonly direction: 'minimize' | 'maximize';
  readonly name: string;
  readonly trials: readonly {
    readonly state: TrialState;
    readonly value: number | null;
    readonly told: readonly (readonly [step: number, value: Spelled, pruned: boolean])[];
    readonly rungs: readonly number[];
  }[];
}

export const golden = JSON.parse(readFileSync(new URL('optuna-golden.json', import.meta.url), 'utf8')) as Golden;

export const goldenSpace: Space = golden.space.map(({ name, distribution }): Dimension => {
  const { kind, low, high, step, log, choices } = distribution;
  if (kind === 'categorical') return categoricalDimension(name, choices);
  return kind === 'float'
    ? floatDimension(name, [low, high], { step, log })
    : intDimension(name, [low, high], { step: step ?? 1, log });
});

export function directionOf(word: 'minimize' | 'maximize'): Direction {
  return word === 'minimize' ? 'MINIMIZE' : 'MAXIMIZE';
}

export function stepOf([step, value]: readonly [number, Spelled, ...unknown[]]): Step {
  return {
    step,
    value: typeof value === 'number' ? value : value === 'nan' ? Number.NaN : value === 'inf' ? Infinity : -Infinity,
  };
}

/** A trial that completed with `value`, but for what is given. */
export function trialOf(number: number, given: Partial<Trial> = {}): Trial {
  return { number, state: 'COMPLETE', params: {}, value: 0, steps: [], rungs: [], violation: 0, ...given };
}
